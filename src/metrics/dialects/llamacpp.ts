import type { Dialect } from "../dialect.js";

export const llamacpp: Dialect = {
  name: "llamacpp",
  title: "llama.cpp's server",
  views: () => [],
  waiting: [],
  notes: {},
};
