import type { DialectFacts } from "../metrics/dialect.js";
import { COMMIT, VERSION } from "./package-info.js";
import type { Settings } from "./settings.js";

/** A price of 0 is one that nobody told. */
const told = (price: number): number | null => (price === 0 ? null : price);

/** What views need to know of this server. */
export function dialectFacts(settings: Settings): DialectFacts {
  const { nodeId, environment, cluster, readingSpeed } = settings;
  return {
    version: VERSION,
    commit: COMMIT,
    node: nodeId,
    ...{ environment, cluster, readingSpeed },
    prices: {
      input: told(settings.priceInput),
      output: told(settings.priceOutput),
      gpuHour: told(settings.priceGpuHour),
      carbonIntensity: told(settings.carbonIntensity),
    },
  };
}
