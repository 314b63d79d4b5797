// What other programs say: on standard output, which holds figures, and on standard error, which tells why there are none.
import { spawn } from "node:child_process";
import { once } from "node:events";

/** Characters: a dozen lines. */
const KEPT = 1000;

/** Passes on to our own standard error, and so to the log of a run, what comes; tells the last of it when called. */
export function lastWords(stream) {
  let words = "";
  stream.on("data", (bytes) => {
    process.stderr.write(bytes);
    words = (words + bytes.toString()).slice(-KEPT);
  });
  return () => words.trim();
}

/** Runs the program; resolves with its standard output, or rejects with its last words where it failed. */
export async function outputOf(name, [program, args], env = process.env) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env });
  const words = lastWords(child.stderr);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  const [code, signal] = await once(child, "close");
  if (code !== 0) throw new Error(`${name} ended with ${code ?? signal}: ${words()}`);
  return output;
}
