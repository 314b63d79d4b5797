// What the engine host does when a model does not fit: its own llama.cpp is loaded, and beside it that of the estimate.
import { chooseLibraries } from "../../../dist/engine/libraries.js";
import { loadNativeEngine } from "../../../dist/engine/native-engine.js";
import { outOfMemory } from "../../../dist/engine/out-of-memory.js";
import { MODEL } from "./engine.mjs";

const [gpu] = process.argv.slice(2);
// Where a kind of libraries is not installed, the CPU's.
const libraries = await chooseLibraries(gpu).catch(() => chooseLibraries("off"));
loadNativeEngine(libraries).loadBackends(libraries.directory);
const settings = {
  ...{ cacheTypeK: "f16", cacheTypeV: "f16", flashAttention: "auto", slots: 2, maxContext: 0, replicas: 1 },
  ...{ gpuLayers: -1, contextSize: 16_384, draftModel: "" },
};
const place = { device: -1, gpus: [0], free: 60e6 };
console.log(await outOfMemory("cudaMalloc failed: out of memory", MODEL, settings, place));
