import { hostname } from "node:os";
import { DIALECT_NAMES } from "../metrics/dialect.js";
import { text, type SettingTable } from "./setting-kinds.js";

const price = {
  type: "number",
  default: 0,
  range: [0, 1_000_000],
  defaultHelp: "not known",
} as const;

/** What metrics are named after, and what they are computed with. */
export const METRICS_SETTINGS = {
  metricsDialects: {
    ...text,
    flag: "metrics-dialects",
    value: "NAMES",
    default: "tacho",
    help: `what /metrics shows unless it is asked otherwise, separated by commas, of ${DIALECT_NAMES.join(", ")}`,
  },
  nodeId: {
    ...text,
    flag: "node-id",
    default: hostname(),
    defaultHelp: "the machine's name",
    help: "name of this machine in metrics",
  },
  environment: {
    ...text,
    flag: "environment",
    default: "production",
    help: "name of the environment in metrics",
  },
  cluster: { ...text, flag: "cluster", default: "default", help: "name of the cluster in metrics" },
  priceInput: {
    ...price,
    flag: "price-input",
    value: "USD",
    help: "price of 1,000 prompt tokens, for the metrics of cost",
  },
  priceOutput: {
    ...price,
    flag: "price-output",
    value: "USD",
    help: "price of 1,000 generated tokens, for the metrics of cost",
  },
  priceGpuHour: {
    ...price,
    flag: "price-gpu-hour",
    value: "USD",
    help: "price of an hour of one GPU, for the metrics of cost",
  },
  carbonIntensity: {
    ...price,
    flag: "carbon-intensity",
    value: "GRAMS",
    help: "CO2 equivalent of a kilowatt-hour, for the metrics of carbon",
  },
  readingSpeed: {
    type: "number",
    flag: "reading-speed",
    value: "TOKENS",
    default: 5.5,
    range: [0.1, 10_000],
    help: "tokens a second at which answers are consumed, for the real-time factor; 5.5 is 250 words a minute",
  },
  sessionSeconds: {
    type: "number",
    flag: "session-seconds",
    value: "SECONDS",
    default: 1800,
    range: [1, 604_800],
    help: "silence after which a session (X-Session-Id, else the request's user) has ended",
  },
} as const satisfies SettingTable;
