import type { Dialect } from "../dialect.js";

export const vllm: Dialect = { name: "vllm", title: "vLLM", views: () => [], waiting: [], notes: {} };
