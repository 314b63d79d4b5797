import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TachoServer } from "./tacho-server.js";

type Message = OpenAI.ChatCompletionMessageParam;

const defaultModel = fileURLToPath(new URL("../../models/tacho-mini.gguf", import.meta.url));

/** Answers that stand in the conversation already, which prompt lookup finds. */
const COUNT = Array.from({ length: 20 }, (_, i) => i + 1).join(", ");
const DAYS = "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and Sunday.";
const REPEATING = [asked("Count to 20.", COUNT), asked("Name the days of the week.", DAYS)];

/**
 * Questions whose answers the model knows by heart, as it does those above: at each token the likeliest leads by more
 * than 4 in log-probability. How many are verified at once depends on what steps cost, and other numbers of them are
 * rounded differently, which turns close calls.
 */
const NOT_REPEATING = ["Count to 20.", "Say the alphabet.", "Why is the sky blue?"].map(
  (question): Message[] => [{ role: "user", content: question }],
);

function asked(question: string, answer: string): Message[] {
  return [
    { role: "user", content: question },
    { role: "assistant", content: answer },
    { role: "user", content: question },
  ];
}

async function answer(server: TachoServer, messages: Message[]): Promise<string> {
  const { choices } = await server.openai.chat.completions.create({
    model: server.model,
    messages,
    temperature: 0,
    max_completion_tokens: 150,
  });
  return choices[0]!.message.content!;
}

async function answers(server: TachoServer, conversations: Message[][]): Promise<string[]> {
  const all: string[] = [];
  for (const messages of conversations) all.push(await answer(server, messages));
  return all;
}

let plain: { repeating: string[]; notRepeating: string[] };
beforeAll(async () => {
  const server = await TachoServer.start("--speculation", "off");
  plain = {
    repeating: await answers(server, REPEATING),
    notRepeating: await answers(server, NOT_REPEATING),
  };
  expect(await server.metric("tacho_draft_tokens_total")).toBe(0);
  await server.end();
});

test("the conversations repeat what they should", () => {
  expect(plain.repeating).toEqual([COUNT, DAYS]);
});

describe.each([
  // What is found in the prompt costs next to nothing; this draft model costs as much as the model, and may not be asked.
  { kind: "prompt lookup", flags: ["--speculation", "ngram"], fewestAccepted: 1 },
  { kind: "a draft model", flags: ["--draft-model", defaultModel], fewestAccepted: 0 },
])("speculation by $kind", ({ flags, fewestAccepted }) => {
  let server: TachoServer;
  beforeAll(async () => {
    server = await TachoServer.start(...flags, "--parallel", "4");
  });
  afterAll(async () => {
    await server.end();
  });

  test("answers as without it", async () => {
    expect(await answers(server, REPEATING)).toEqual(plain.repeating);
    expect(await answers(server, NOT_REPEATING)).toEqual(plain.notRepeating);
  });

  test("accepts no more than was guessed", async () => {
    await answers(server, REPEATING);
    const drafted = await server.metric("tacho_draft_tokens_total");
    const accepted = await server.metric("tacho_accepted_draft_tokens_total");
    expect(accepted).toBeGreaterThanOrEqual(fewestAccepted);
    expect(accepted).toBeLessThanOrEqual(drafted);
  });

  test("answers as without it when several ask at once", async () => {
    const both = await Promise.all([...REPEATING, ...REPEATING].map((messages) => answer(server, messages)));
    expect(both).toEqual([...plain.repeating, ...plain.repeating]);
  });

  test("ends a text at the length asked for, in the middle of a guess", async () => {
    for (const length of [17, 18, 19, 20, 21]) {
      const { choices, usage } = await server.openai.chat.completions.create({
        model: server.model,
        messages: REPEATING[0]!,
        temperature: 0,
        max_completion_tokens: length,
      });
      expect(usage!.completion_tokens).toBe(length);
      expect(choices[0]!.finish_reason).toBe("length");
      expect(COUNT.startsWith(choices[0]!.message.content!)).toBe(true);
    }
  });
});

test("a draft model that cannot be loaded is named", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tacho-speculation-"));
  const file = join(folder, "cut-off.gguf");
  writeFileSync(file, "GGUF");
  await expect(TachoServer.start("--draft-model", file)).rejects.toThrow(
    `the draft model ${file} is of no use: `,
  );
  rmSync(folder, { recursive: true });
});
