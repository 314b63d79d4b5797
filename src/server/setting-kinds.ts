/** What the tables of settings are made of. */

interface SettingBase {
  /** Without its dashes; the variable is TACHO_ and the name in capitals. */
  flag: string;
  /** What stands for the value in the help. */
  value: string;
  help: string;
}

export interface TextSetting extends SettingBase {
  type: "text";
  default: string;
  /** Shown in the help instead of the default. */
  defaultHelp?: string;
  choices?: readonly string[];
  /** No message shows the value. */
  secret?: true;
  /** May be given several times; a variable separates them by commas. `valuesOf` tells them apart. */
  repeats?: true;
}

export interface NumberSetting extends SettingBase {
  type: "integer" | "number";
  default: number;
  defaultHelp?: string;
  range: readonly [minimum: number, maximum: number];
}

export type Setting = TextSetting | NumberSetting;
export type SettingTable = Readonly<Record<string, Setting>>;

export const text = { type: "text", value: "TEXT" } as const;
export const integer = { type: "integer", value: "N" } as const;
export const seconds = { type: "number", value: "SECONDS" } as const;
