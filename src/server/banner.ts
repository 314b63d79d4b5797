import type { ModelInfo } from "../engine/messages.js";
import { VERSION } from "./package-info.js";

/** What a newcomer needs next: what is served, where, and a command that answers. */
export function bannerText(
  model: ModelInfo,
  { url, metricsUrl }: { url: string; metricsUrl: string },
  needsKey: boolean,
): string {
  const question = {
    model: model.id,
    messages: [{ role: "user", content: "What is tacho?" }],
    temperature: 0,
  };
  const rows = [
    ["model", `${model.id} (${model.description}, loaded in ${model.loadSeconds.toFixed(2)} s)`],
    ["device", `${model.backend}: ${model.device}, compute threads: ${model.threads}`],
    ["context", `${model.contextSize} tokens a request, ${model.slots} slots, ${model.kvCells} KV cells`],
    ...(model.hasChatTemplate ? [] : [["chat", "ChatML, as the model has no template of its own"]]),
    ["address", url],
    ["metrics", metricsUrl],
  ];
  return [
    `tacho ${VERSION} is ready.`,
    ...rows.map(([name, value]) => `  ${name!.padEnd(9)}${value}`),
    "",
    "Try it:",
    `  curl ${url}/v1/chat/completions -H 'Content-Type: application/json' \\`,
    ...(needsKey ? ["    -H 'Authorization: Bearer YOUR_API_KEY' \\"] : []),
    `    -d '${JSON.stringify(question).replaceAll("'", "'\\''")}'`,
    "",
    "",
  ].join("\n");
}
