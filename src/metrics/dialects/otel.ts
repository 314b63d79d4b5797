import type { Dialect } from "../dialect.js";

export const otel: Dialect = {
  name: "otel",
  title: "OpenTelemetry",
  views: () => [],
  waiting: [],
  notes: {},
};
