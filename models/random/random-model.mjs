import { ARCHITECTURES } from "./architectures.mjs";
import { writeGguf } from "./gguf-writer.mjs";
import { MODEL_TYPES } from "./model-types.mjs";
import { choose, OptionError } from "./option-error.mjs";
import { constantWeights, randomWeights } from "./random-weights.mjs";
import { SHAPES } from "./shapes.mjs";
import { makeVocabulary } from "./vocabulary.mjs";

/** The matrices that an adapter changes. */
const ADAPTED = /\.attn_[qv]\.weight$/;

export { ARCHITECTURES, MODEL_TYPES, OptionError, SHAPES };

/** Writes a model with random weights, the same bytes for the same options; random-model.d.mts has the options. */
export async function writeRandomModel(file, options = {}) {
  const { architecture, shape, shapeName, type, seed } = resolve(options);
  const { name, metadata, tensors, vocabulary: kind } = architecture;
  const { fileType, typeOf } = MODEL_TYPES[type];
  const vocabulary = makeVocabulary({ kind, size: shape.vocabulary, ...options.vocabulary });
  await writeGguf(file, {
    metadata: {
      "general.architecture": ["string", name],
      "general.type": ["string", "model"],
      "general.name": ["string", options.name ?? `random ${name} ${shapeName}`],
      "general.file_type": ["u32", fileType],
      ...prefixed(name, metadata(shape)),
      ...vocabulary.metadata,
    },
    tensors: tensors(shape).map((tensor) =>
      filled({
        type: typeOf(tensor.name, shape),
        ...tensor,
        zeroRows: tensor.quietRows ? vocabulary.quiet : 0,
        seed,
      }),
    ),
  });
}

/** Writes a LoRA adapter for the model that `writeRandomModel` makes of the same architecture and shape. */
export async function writeRandomAdapter(file, { rank = 8, alpha = 16, ...options } = {}) {
  if (!isPositive(rank)) throw new OptionError("rank", "a positive integer", rank);
  const { architecture, shape, shapeName, seed } = resolve(options);
  const adapted = architecture.tensors(shape).filter(({ name }) => ADAPTED.test(name));
  if (adapted.length === 0) throw new OptionError("architecture", "one with attention", options.architecture);
  await writeGguf(file, {
    metadata: {
      "general.architecture": ["string", architecture.name],
      "general.type": ["string", "adapter"],
      "general.name": ["string", `random adapter for ${architecture.name} ${shapeName}`],
      "adapter.type": ["string", "lora"],
      "adapter.lora.alpha": ["f32", alpha],
    },
    tensors: adapted.flatMap((tensor) => lowRankPair(tensor, rank).map((half) => filled({ ...half, seed }))),
  });
}

/** Two matrices whose product is as large as the weights that it changes, so that outputs differ clearly. */
function lowRankPair({ name, shape: [inputs, outputs] }, rank) {
  return [
    { name: `${name}.lora_a`, type: "f32", shape: [inputs, rank], deviation: 1 / Math.sqrt(inputs) },
    { name: `${name}.lora_b`, type: "f32", shape: [rank, outputs], deviation: 1 / Math.sqrt(rank) },
  ];
}

function filled(tensor) {
  const chunks = tensor.constant === undefined ? randomWeights : constantWeights;
  return { ...tensor, chunks: () => chunks(tensor) };
}

function resolve({ architecture = "llama", shape = "tiny", type = "q8_0", seed = 0 }) {
  choose(MODEL_TYPES, "type", type);
  if (!Number.isSafeInteger(seed)) throw new OptionError("seed", "an integer", seed);
  return {
    architecture: { name: architecture, ...choose(ARCHITECTURES, "architecture", architecture) },
    shape: typeof shape === "string" ? choose(SHAPES, "shape", shape) : checked(shape),
    shapeName: typeof shape === "string" ? shape : "model",
    type,
    seed,
  };
}

function checked(shape) {
  for (const name of Object.keys(SHAPES.tiny)) {
    if (!isPositive(shape[name])) throw new OptionError(`shape.${name}`, "a positive integer", shape[name]);
  }
  if (shape.embedding % shape.heads !== 0) {
    throw new OptionError("shape.embedding", `a multiple of ${shape.heads} heads`, shape.embedding);
  }
  return shape;
}

const isPositive = (value) => Number.isInteger(value) && value > 0;

const prefixed = (prefix, entries) =>
  Object.fromEntries(Object.entries(entries).map(([key, value]) => [`${prefix}.${key}`, value]));
