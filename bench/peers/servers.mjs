// The servers that are compared, each started with the same model, threads, sequences and KV cells.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, startServer } from "../processes/server-process.mjs";
import { layerFlags, llamaPrograms } from "./llama-cpp.mjs";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const NODE_LLAMA_CPP = fileURLToPath(new URL("node-llama-cpp-server.mjs", import.meta.url));

/**
 * @typedef {object} ServerOptions
 * @property {string} model GGUF file
 * @property {number} threads
 * @property {number} parallel sequences
 * @property {number} cells KV cells of all sequences together
 * @property {"off" | "cuda" | "vulkan"} gpu
 * @property {string} [cpus] as taskset writes them
 * @property {string} [peers] folder of llama.cpp's programs
 * @property {string[]} [extra] more flags
 * @property {NodeJS.ProcessEnv} [environment] of tacho, beside the bench's own
 */

async function tacho({ model, threads, parallel, cells, gpu, cpus, extra = [], environment }) {
  const port = await freePort();
  const context = Math.floor(cells / parallel);
  const sizes = ["--parallel", parallel, "--ctx-size", cells, "--max-context", context];
  const flags = ["--threads", threads, ...sizes, "--gpu", gpu, ...extra];
  const shown = ["serve", ...flags].map(String);
  const args = [MAIN, ...shown, "--model", model, "--port", String(port)];
  const options = { name: "tacho", program: process.execPath, args, shown, port, cpus, environment };
  return startServer({ ...options, readyPath: "/readyz" });
}

/**
 * No log but of errors and no copies of old prompts in memory: unique prompts would make it pay for both without a gain. One
 * thread for HTTP a stream is its own default.
 */
export function llamaServerFlags({ threads, parallel, cells, gpu }, extra) {
  const sizes = ["-t", threads, "-tb", threads, "-np", parallel, "-c", cells, ...layerFlags(gpu)];
  return [...sizes, "--metrics", "-lv", 1, "--cache-ram", 0, ...extra].map(String);
}

async function llamaServer({ model, threads, parallel, cells, gpu, cpus, peers, extra = [] }) {
  const port = await freePort();
  const shown = llamaServerFlags({ threads, parallel, cells, gpu }, extra);
  const args = ["-m", model, ...shown, "--host", "127.0.0.1", "--port", String(port)];
  const program = llamaPrograms({ peers, gpu })["llama-server"];
  return startServer({ name: "llama-server", program, args, shown, port, cpus, readyPath: "/health" });
}

async function nodeLlamaCpp({ model, threads, parallel, cells, gpu, cpus }) {
  const port = await freePort();
  const shown = [parallel, Math.floor(cells / parallel), threads, gpu].map(String);
  const args = [NODE_LLAMA_CPP, model, String(port), ...shown];
  const options = { name: "node-llama-cpp", program: process.execPath, args, shown, port, cpus };
  return startServer({ ...options, readyPath: "/health" });
}

/** By the names that --against takes. */
export const SERVERS = { tacho, "llama-server": llamaServer, "node-llama-cpp": nodeLlamaCpp };

/** Without what tells about this machine. */
export function modelName(model) {
  return path.basename(model);
}
