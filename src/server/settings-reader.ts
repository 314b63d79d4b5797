import { FEWEST_CONTEXT, HOST_SHARDS } from "./engine-settings.js";
import { SEPARATOR, settingEntries, UsageError, valuesOf, variableOf, type Settings } from "./settings.js";
import type { Setting } from "./setting-kinds.js";

/** Command line before environment before default. `given` is what the command line holds, by flag. */
export function readSettings(given: ReadonlyMap<string, string>, env: NodeJS.ProcessEnv): Settings {
  const values = settingEntries.map(([key, setting]) => [key, readSetting(setting, given, env)]);
  const settings = Object.fromEntries(values) as Settings;
  checkTogether(settings);
  return settings;
}

interface Conflict {
  when: (settings: Settings) => boolean;
  expected: (settings: Settings) => string;
}

const speculates = ({ speculation, draftModel }: Settings): boolean =>
  speculation !== "off" || draftModel !== "";

const hostShards = ({ replicas }: Settings): number => 2 * replicas + 1;
const models = ({ model }: Settings): number => valuesOf(model).length;

/** Values that are right alone and wrong together, or between what a range can say. */
const CONFLICTS: readonly Conflict[] = [
  {
    when: ({ accessLog, accessLogPrompts }) => accessLog === "off" && accessLogPrompts === "on",
    expected: () => "on or a file for --access-log with --access-log-prompts on, but received 'off'",
  },
  {
    // llama.cpp has no other way to attend to quantised values.
    when: ({ flashAttention, cacheTypeV }) => flashAttention === "off" && !/^b?f\d+$/.test(cacheTypeV),
    expected: ({ cacheTypeV }) =>
      `auto or on for --flash-attn with --cache-type-v ${cacheTypeV}, but received 'off'`,
  },
  {
    when: ({ maxContext }) => maxContext > 0 && maxContext < FEWEST_CONTEXT,
    expected: ({ maxContext }) =>
      `0 or at least ${FEWEST_CONTEXT} for --max-context, but received '${maxContext}'`,
  },
  {
    when: ({ tlsCert, tlsKey }) => (tlsCert === "") !== (tlsKey === ""),
    expected: ({ tlsCert }) =>
      `both --tls-cert and --tls-key, but received only ${tlsCert === "" ? "--tls-key" : "--tls-cert"}`,
  },
  {
    when: ({ speculation, draftModel }) => speculation !== "off" && draftModel !== "",
    expected: ({ speculation }) => `off for --speculation with --draft-model, but received '${speculation}'`,
  },
  {
    when: (settings) => models(settings) * hostShards(settings) > HOST_SHARDS,
    expected: (settings) => {
      const most = Math.floor(HOST_SHARDS / hostShards(settings));
      return `at most ${most} times --model with --replicas ${settings.replicas}, but received ${models(settings)}`;
    },
  },
  {
    // A guess is verified by several samplings of one sequence in a step; the graph does one.
    when: (settings) => settings.backendSampling === "on" && speculates(settings),
    expected: ({ draftModel }) =>
      `auto or off for --backend-sampling with ${draftModel === "" ? "--speculation" : "--draft-model"}, but received 'on'`,
  },
];

function checkTogether(settings: Settings): void {
  const conflict = CONFLICTS.find(({ when }) => when(settings));
  if (conflict) throw new UsageError(`Expected ${conflict.expected(settings)}.`);
}

function readSetting(
  setting: Setting,
  given: ReadonlyMap<string, string>,
  env: NodeJS.ProcessEnv,
): string | number {
  const variable = variableOf(setting);
  const fromFlag = given.get(setting.flag);
  // An empty variable is how a container file says "not set".
  const raw = fromFlag ?? (env[variable] || undefined);
  if (raw === undefined) return setting.default;
  const source = fromFlag === undefined ? variable : `--${setting.flag}`;
  if (setting.type !== "text" || !setting.repeats) return parseValue(setting, raw, source);
  const several = raw.split(fromFlag === undefined ? "," : SEPARATOR);
  return several.map((one) => parseValue(setting, one, source)).join(SEPARATOR);
}

function parseValue(setting: Setting, raw: string, source: string): string | number {
  const fail = (expected: string): never => {
    const received = setting.type === "text" && setting.secret ? "something else" : `'${raw}'`;
    throw new UsageError(`Expected ${expected} for ${source}, but received ${received}.`);
  };
  if (setting.type === "text") {
    if (raw === "") fail("a value");
    if (/\p{Cc}/u.test(raw)) fail("text without control characters");
    if (setting.choices && !setting.choices.includes(raw)) fail(`one of ${setting.choices.join(", ")}`);
    return raw;
  }
  const [minimum, maximum] = setting.range;
  const value = Number(raw);
  const right = setting.type === "integer" ? /^[+-]?\d+$/.test(raw) : /^[+-]?\d+(\.\d+)?$/.test(raw);
  if (!right || value < minimum || value > maximum) {
    fail(`${setting.type === "integer" ? "an integer" : "a number"} from ${minimum} to ${maximum}`);
  }
  return value;
}
