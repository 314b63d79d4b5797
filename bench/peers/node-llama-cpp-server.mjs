// The least HTTP server that streams completions over node-llama-cpp's own evaluation loop; prompts are token ids:
// `node node-llama-cpp-server.mjs MODEL PORT SEQUENCES CELLS_EACH THREADS GPU`.
import http from "node:http";
import { evaluated, openContext } from "./node-llama-cpp-context.mjs";

const [model, port, sequences, cells, threads, gpu] = process.argv.slice(2);
const context = await openContext(model, {
  sequences: Number(sequences),
  cells: Number(cells),
  threads: Number(threads),
  gpu,
});
const free = Array.from({ length: Number(sequences) }, () => context.getSequence());
const waiting = [];

function takeSequence() {
  const sequence = free.pop();
  return sequence ?? new Promise((resolve) => waiting.push(resolve));
}

function giveBack(sequence) {
  const next = waiting.shift();
  if (next) next(sequence);
  else free.push(sequence);
}

async function bodyOf(request) {
  let text = "";
  for await (const part of request.setEncoding("utf8")) text += part;
  return JSON.parse(text);
}

function event(value) {
  return `data: ${JSON.stringify(value)}\n\n`;
}

async function complete(request, response) {
  const body = await bodyOf(request);
  const sequence = await takeSequence();
  try {
    await sequence.clearHistory();
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    let made = 0;
    for await (const token of evaluated(sequence, body.prompt, body.max_tokens, body)) {
      made++;
      const text = context.model.detokenize([token]);
      response.write(
        event({ object: "text_completion", choices: [{ index: 0, text, finish_reason: null }] }),
      );
      if (response.destroyed) return;
    }
    const usage = { prompt_tokens: body.prompt.length, completion_tokens: made };
    response.end(`${event({ object: "text_completion", choices: [], usage })}data: [DONE]\n\n`);
  } finally {
    giveBack(sequence);
  }
}

const server = http.createServer((request, response) => {
  if (request.url === "/health") return response.end("ok");
  complete(request, response).catch((error) => response.destroy(error));
});
server.listen(Number(port), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
