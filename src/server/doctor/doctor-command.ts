import type { Settings } from "../settings.js";
import { runChecks } from "./checks.js";
import { gatherFacts } from "./gather-facts.js";
import { isFine, reportJson, reportText } from "./report.js";
import { verdict } from "./verdict.js";

/** The options of `tacho doctor` besides those of serve. */
export const DOCTOR_OPTIONS = {
  json: { flag: "json", value: "", help: "print one JSON document; see docs/doctor.md" },
} as const;

/** Of a line that is easily read; also where the output is no screen. */
const MOST_COLUMNS = 120;

/** Says what works and what does not with these settings. @returns Whether nothing failed. @throws UsageError */
export async function runDoctor(
  settings: Settings,
  env: NodeJS.ProcessEnv,
  json: boolean,
  out: NodeJS.WriteStream,
): Promise<boolean> {
  const facts = await gatherFacts(settings, env);
  const checked = runChecks(facts);
  const form = {
    colours: hasColours(out),
    width: out.isTTY ? Math.min(out.columns, MOST_COLUMNS) : MOST_COLUMNS,
  };
  out.write(json ? reportJson(checked) : reportText(checked, verdict(checked, facts), form));
  return isFine(checked);
}

/** NO_COLOR: https://no-color.org */
function hasColours({ isTTY }: NodeJS.WriteStream): boolean {
  return isTTY && !process.env["NO_COLOR"];
}
