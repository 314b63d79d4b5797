import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { parseExposition } from "./exposition-parser.js";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The telemetry's JavaScript, for children and workers, which cannot run TypeScript; returns its index. */
export function emitTelemetry(folder: string): string {
  const source = join(ROOT, "src/telemetry");
  for (const name of readdirSync(source, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const { outputText } = ts.transpileModule(readFileSync(join(source, name), "utf8"), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
    });
    const target = join(folder, name.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
  return join(folder, "index.js");
}

/** The value of one series; undefined when it is not shown. */
export async function valueOf(
  telemetry: { render(): Promise<Buffer> },
  name: string,
  labels: Record<string, string> = {},
): Promise<number | undefined> {
  const families = parseExposition((await telemetry.render()).toString());
  const samples = [...families.values()].flatMap((family) => family.samples);
  const wanted = JSON.stringify(Object.entries(labels).sort());
  return samples.find((s) => s.name === name && JSON.stringify(Object.entries(s.labels).sort()) === wanted)
    ?.value;
}
