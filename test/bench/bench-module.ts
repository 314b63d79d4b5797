import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The benches are plain JavaScript; a test says what it expects of a module. */
export async function benchModule(file: string): Promise<unknown> {
  return import(new URL(`../../bench/${file}`, import.meta.url).href);
}
