import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const BUILD = fileURLToPath(new URL("../../../build/engine", import.meta.url));

export interface GrammarTexts {
  gbnf: string;
  texts: readonly string[];
}

/** Which of its texts each grammar matches as a whole, by the engine's own matcher. Builds its program first. */
export function grammarMatches(grammars: readonly GrammarTexts[]): boolean[][] {
  run("cmake", ["--build", BUILD, "--target", "grammar_matches"], "");
  const part = (kind: string, text: string) => `${kind} ${Buffer.byteLength(text)}\n${text}`;
  const input = grammars.flatMap(({ gbnf, texts }) => [
    part("G", gbnf),
    ...texts.map((text) => part("T", text)),
  ]);
  const lines = run(`${BUILD}/grammar_matches`, [], input.join("")).trimEnd().split("\n");
  const wrong = lines.find((line) => line !== "0" && line !== "1");
  if (wrong !== undefined) throw new Error(wrong);
  let at = 0;
  return grammars.map(({ texts }) => texts.map(() => lines[at++] === "1"));
}

function run(command: string, args: string[], input: string): string {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    input,
    encoding: "utf8",
    timeout: 240_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ended with ${status ?? signal}: ${stdout}${stderr}`);
  return stdout;
}
