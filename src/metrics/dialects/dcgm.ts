import type { Dialect } from "../dialect.js";

export const dcgm: Dialect = {
  name: "dcgm",
  title: "DCGM exporter",
  views: () => [],
  waiting: [],
  notes: {},
};
