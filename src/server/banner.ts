import type { ModelInfo } from "../engine/messages.js";
import { librariesOrigin } from "./libraries-origin.js";
import type { NamedModel } from "./model-setting.js";
import { VERSION } from "./package-info.js";

/** A first request for each kind of model. */
const QUESTIONS: Record<ModelInfo["kind"], { path: string; body: object }> = {
  generation: {
    path: "/v1/chat/completions",
    body: { messages: [{ role: "user", content: "What is tacho?" }], temperature: 0 },
  },
  embedding: { path: "/v1/embeddings", body: { input: "What is tacho?" } },
  rerank: {
    path: "/v1/rerank",
    body: { query: "What is tacho?", documents: ["A server for language models.", "A rev counter."] },
  },
};

/**
 * What a newcomer needs next: what is served, where, and a command that answers.
 * @param model The first of `models`, which is loaded.
 */
export function bannerText(
  model: ModelInfo,
  models: readonly NamedModel[],
  { url, metricsUrl }: { url: string; metricsUrl: string },
  needsKey: boolean,
): string {
  const { path, body } = QUESTIONS[model.kind];
  const question = { model: model.id, ...body };
  const rows = [
    ["model", `${model.id} (${model.description}, loaded in ${model.loadSeconds.toFixed(2)} s)`],
    ["device", `${deviceName(model)}, compute threads: ${model.threads}`],
    ["context", contextLine(model)],
    ...(model.kind !== "generation" || model.hasChatTemplate
      ? []
      : [["chat", "ChatML, as the model has no template of its own"]]),
    ...(models.length > 1
      ? [
          [
            "besides",
            models
              .slice(1)
              .map(({ id }) => id)
              .join(", "),
          ],
        ]
      : []),
    ["address", url],
    ["metrics", metricsUrl],
  ];
  return [
    `tacho ${VERSION} is ready.`,
    ...rows.map(([name, value]) => `  ${name!.padEnd(9)}${value}`),
    "",
    "Try it:",
    `  curl ${url}${path} -H 'Content-Type: application/json' \\`,
    ...(needsKey ? ["    -H 'Authorization: Bearer YOUR_API_KEY' \\"] : []),
    `    -d '${JSON.stringify(question).replaceAll("'", "'\\''")}'`,
    "",
    "",
  ].join("\n");
}

/** The CPU computes with either kind; of a GPU it matters what code it gets. */
function deviceName({ backend, device, builtFor }: ModelInfo): string {
  return backend === "cpu" && builtFor === null
    ? `${backend}: ${device}`
    : `${backend} (${librariesOrigin({ builtFor })}): ${device}`;
}

function contextLine({ kind, contextSize, slots, kvCells, dimensions }: ModelInfo): string {
  if (kind === "generation") return `${contextSize} tokens a request, ${slots} slots, ${kvCells} KV cells`;
  return kind === "rerank"
    ? `${contextSize} tokens a query and document`
    : `${contextSize} tokens an input, ${dimensions} dimensions`;
}
