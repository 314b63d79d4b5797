// A llama-server process, and what it makes of messages and prompts.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";

/** Numbers of full precision, one request at a time, nothing kept from one to the next. */
const FLAGS =
  "--ctx-size 2048 --parallel 1 --threads 1 --flash-attn off --cache-type-k f32 --cache-type-v f32";
const GREEDY = { temperature: 0, cache_prompt: false };
const WAIT_MS = 20;

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

export class LlamaServer {
  #child;
  #url;

  /** @param {string} program llama-server's path. @param {string} file a model's. */
  static async start(program, file) {
    const server = new LlamaServer();
    const port = await freePort();
    const flags = ["--model", file, "--port", String(port), ...FLAGS.split(" ")];
    server.#child = spawn(program, flags, { stdio: ["ignore", "ignore", "ignore"] });
    server.#url = `http://127.0.0.1:${port}`;
    while (!(await server.#isReady())) {
      if (server.#child.exitCode !== null) throw new Error(`${program} ended with ${server.#child.exitCode}`);
      await setTimeout(WAIT_MS);
    }
    return server;
  }

  async stop() {
    this.#child.kill();
    await once(this.#child, "exit");
  }

  /** A chat as its template writes it; null where that refuses. */
  async render(messages) {
    return (await this.post("/apply-template", { messages })).prompt ?? null;
  }

  async tokenize(content, { begins = true, control = true } = {}) {
    const body = { content, add_special: begins, parse_special: control };
    return (await this.post("/tokenize", body)).tokens;
  }

  async chat(messages, fields) {
    const body = await this.post("/v1/chat/completions", { messages, ...GREEDY, ...fields });
    return answer(body, (choice) => (choice.message.reasoning_content ?? "") + choice.message.content);
  }

  async complete(prompt, fields) {
    const body = await this.post("/v1/completions", { prompt, ...GREEDY, ...fields });
    return answer(body, (choice) => choice.text);
  }

  async post(path, body) {
    const response = await fetch(this.#url + path, { method: "POST", body: JSON.stringify(body) });
    return response.json();
  }

  async #isReady() {
    const response = await fetch(`${this.#url}/health`).catch(() => null);
    return response?.ok ?? false;
  }
}

function answer({ choices, usage, error }, textOf) {
  if (error) return { refused: error.message };
  const [choice] = choices;
  return {
    promptTokens: usage.prompt_tokens,
    generatedTokens: usage.completion_tokens,
    text: textOf(choice),
    finish: choice.finish_reason,
  };
}
