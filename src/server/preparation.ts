import { readAccess, type Access } from "./access/access.js";
import { allowedAddress } from "./access/listen-address.js";
import { checkAccessLog } from "./access-log.js";
import { guardrailOptions } from "./guardrails/guardrail-settings.js";
import { dialectsOfSetting } from "./metrics-dialects.js";
import { checkCompanions, findModels, type ModelSource } from "./model-file.js";
import type { Settings } from "./settings.js";
import { loadTracing, type MakeTracing } from "./tracing/tracing.js";

/** What is known and read before anything is started. */
export interface Preparation {
  models: ModelSource[];
  access: Access;
  /** Null: no traces. */
  makeTracing: MakeTracing | null;
}

/**
 * Reads what the settings name, and holds them against it: all that `serve` refuses before it listens. Changes
 * nothing, so that `doctor` does the same.
 * @throws UsageError, or what looking up the host throws
 */
export async function prepare(settings: Settings, env: NodeJS.ProcessEnv): Promise<Preparation> {
  const models = await findModels(settings);
  await checkCompanions(settings, models);
  const access = readAccess(settings);
  await allowedAddress(access, settings.host);
  guardrailOptions(settings);
  dialectsOfSetting(settings.metricsDialects);
  checkAccessLog(settings.accessLog);
  return { models, access, makeTracing: await loadTracing(settings, env) };
}
