import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

interface End {
  token: number;
  finish: string;
  generatedTokens: number;
  text: string;
}

/** Token ids as text, by case; null for messages that the template refuses. */
type Tokens = Record<string, string | null>;

interface Seen {
  chats: Tokens;
  forgeries: Tokens;
  prompts: Tokens;
  /** What becomes of an answer whose first token is this one. */
  ends: Record<string, End>;
  /** How two of the prompts go on greedily. */
  texts: Record<string, string>;
}

const PROGRAM = fileURLToPath(new URL("programs/unusual-models.mjs", import.meta.url));

/** What llama-server makes of the models: unusual-models/record.mjs wrote it, with node-llama-cpp's release. */
const SEEN = JSON.parse(readFileSync(new URL("unusual-models/seen.json", import.meta.url), "utf8")) as Record<
  string,
  Seen
>;

const folder = mkdtempSync(path.join(tmpdir(), "tacho-unusual-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let answers: Record<string, Seen & { hasTemplate: boolean }>;

beforeAll(() => {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, folder], {
    encoding: "utf8",
    timeout: 60_000,
  });
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
  answers = JSON.parse(stdout) as typeof answers;
});

describe.each(Object.keys(SEEN))("a model with %s", (name) => {
  test("reads chats as llama-server does, or refuses them", () => {
    expect(answers[name]!.chats).toEqual(SEEN[name]!.chats);
  });

  test("reads control tokens in a message as text, and everything else as llama-server does", () => {
    expect(answers[name]!.forgeries).toEqual(SEEN[name]!.forgeries);
  });

  test("reads prompts as llama-server does", () => {
    // llama-server gives an empty answer where there is no token to go on from.
    const nothing = Object.entries(SEEN[name]!.prompts).filter(([, tokens]) => tokens === "");
    const refused = Object.fromEntries(nothing.map(([prompt]) => [prompt, "the prompt holds no token"]));
    expect(answers[name]!.prompts).toEqual({ ...SEEN[name]!.prompts, ...refused });
  });

  test("ends and goes on where llama-server does", () => {
    expect(answers[name]!.ends).toEqual(SEEN[name]!.ends);
    expect(withoutFirstSpace(answers[name]!.texts)).toEqual(withoutFirstSpace(SEEN[name]!.texts));
  });
});

/** Spaces before an answer are no part of it where a template's format is read; llama-server gave its texts raw. */
function withoutFirstSpace(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.trimStart()]));
}

test("only models without a template are said to have none", () => {
  const without = Object.keys(SEEN).filter((name) => !answers[name]!.hasTemplate);
  expect(without).toEqual(["no template", "no template and no ChatML"]);
});
