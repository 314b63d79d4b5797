import type { Dialect } from "../dialect.js";

export const tgi: Dialect = {
  name: "tgi",
  title: "text-generation-inference",
  views: () => [],
  waiting: [],
  notes: {},
};
