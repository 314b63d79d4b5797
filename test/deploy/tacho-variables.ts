import { settingEntries, variableOf } from "../../src/server/settings.js";

const settings = new Map(settingEntries.map(([, setting]) => [variableOf(setting), setting]));

/** What is wrong with variables that a manifest sets for tacho; a value that the deployer fills in may be anything. */
export function wrongVariables(variables: ReadonlyMap<string, string | undefined>): string[] {
  const own = [...variables].filter(([name]) => name.startsWith("TACHO_"));
  return own.flatMap(([name, value]) => {
    const setting = settings.get(name);
    if (!setting) return [`${name} is no setting`];
    if (value === undefined || value === "" || value.includes("${")) return [];
    if (setting.type !== "text") return /^\d+(\.\d+)?$/.test(value) ? [] : [`${name} is no number: ${value}`];
    return setting.choices?.includes(value) === false ? [`${name} cannot be ${value}`] : [];
  });
}
