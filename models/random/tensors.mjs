/**
 * A tensor is {name, shape, deviation} for random weights or {name, shape, constant}; with `type` where it cannot
 * have the model's. Builders of a block's tensors take the model's shape with `layer`, the block's number, in it.
 */

/** Of the logits: sampling is then neither certain nor blind. */
const LOGIT_DEVIATION = 4;
/**
 * Of queries and keys: high enough that a token attends to few others. The average of many random values would
 * be near zero, and a wrong KV cell would change nothing.
 */
const ATTENTION_GAIN = 2;
/** Of B and C in a state space: what was seen earlier counts as much as the token itself. */
const STATE_GAIN = 4;
/**
 * What a layer's blocks add to the residual stream, against the embedding's 1. The first layer adds most, so
 * that it alone often foresees the whole model's choice, as a draft model should.
 */
export const blockGain = ({ layer }) => 0.6 / (1 + layer);

export const matrix = (name, inputs, outputs, gain = 1) => ({
  name: `${name}.weight`,
  shape: [inputs, outputs],
  deviation: gain / Math.sqrt(inputs),
});
/** A row for each token or position. */
const table = (name, rows, { embedding }, deviation = 1) => ({
  name: `${name}.weight`,
  shape: [embedding, rows],
  deviation,
});
const constant = (name, shape, value) => ({ name, shape, type: "f32", constant: value });
export const norm = (name, size, value = 1) => constant(`${name}.weight`, [size], value);
export const bias = (name, size, value = 0) => constant(`${name}.bias`, [size], value);
const layerNorm = (name, size) => [norm(name, size), bias(name, size)];
const blockOutput = (name, inputs, block) => matrix(name, inputs, block.embedding, blockGain(block));

/** The function from a shape to all tensors of a model that generates. */
export const decoder =
  (block, { embeddingDeviation = () => 1, outputNorm = "output_norm" } = {}) =>
  (shape) => [
    table("token_embd", shape.vocabulary, shape, embeddingDeviation(shape)),
    ...blocks(shape, block),
    norm(outputNorm, shape.embedding),
    // Special tokens and single bytes get no logit: greedy generation goes on, and is text.
    { ...matrix("output", shape.embedding, shape.vocabulary, LOGIT_DEVIATION), quietRows: true },
  ];

/** The function from a shape to the tensors of BERT, followed by those of `head`. */
export const encoder = (head) => (shape) => [
  table("token_embd", shape.vocabulary, shape),
  // llama.cpp adds these two as they lie in the file, and cannot add quantised ones.
  { ...table("token_types", 2, shape, 0.1), type: "f32" },
  { ...table("position_embd", shape.context, shape, 0.1), type: "f32" },
  ...layerNorm("token_embd_norm", shape.embedding),
  ...blocks(shape, encoderBlock),
  ...head(shape),
];

const blocks = (shape, block) =>
  Array.from({ length: shape.layers }, (_, layer) =>
    block({ ...shape, layer }).map((tensor) => ({ ...tensor, name: `blk.${layer}.${tensor.name}` })),
  ).flat();

const encoderBlock = (block) => [
  // BERT norms what a block puts out, not what it takes, and has a KV head for each query head.
  ...attention({ ...block, keyValueHeads: block.heads }).slice(1),
  ...layerNorm("attn_output_norm", block.embedding),
  matrix("ffn_up", block.embedding, block.feedForward),
  blockOutput("ffn_down", block.feedForward, block),
  ...layerNorm("layer_output_norm", block.embedding),
];

const headSize = ({ embedding, heads }) => embedding / heads;

export const attention = (block) => {
  const keyValue = headSize(block) * block.keyValueHeads;
  return [
    norm("attn_norm", block.embedding),
    matrix("attn_q", block.embedding, block.embedding, ATTENTION_GAIN),
    matrix("attn_k", block.embedding, keyValue, ATTENTION_GAIN),
    matrix("attn_v", block.embedding, keyValue),
    blockOutput("attn_output", block.embedding, block),
  ];
};

export const normedAttention = (block) => [
  ...attention(block),
  norm("attn_q_norm", headSize(block), ATTENTION_GAIN),
  norm("attn_k_norm", headSize(block), ATTENTION_GAIN),
];

export const feedForward = (block) => [
  norm("ffn_norm", block.embedding),
  matrix("ffn_gate", block.embedding, block.feedForward),
  matrix("ffn_up", block.embedding, block.feedForward),
  blockOutput("ffn_down", block.feedForward, block),
];

export const stateSpaceSizes = ({ embedding }) => ({
  inner: 2 * embedding,
  state: 16,
  // 64 of the smallest: llama.cpp's kernel for AMX adds products of 32 columns to what the memory held before.
  rank: embedding / 8,
  kernel: 4,
});

export const stateSpace = (block) => {
  const { inner, state, rank, kernel } = stateSpaceSizes(block);
  return [
    norm("attn_norm", block.embedding),
    matrix("ssm_in", block.embedding, 2 * inner),
    { ...matrix("ssm_conv1d", kernel, inner), type: "f32" },
    bias("ssm_conv1d", inner),
    matrix("ssm_x", inner, rank + 2 * state, STATE_GAIN),
    matrix("ssm_dt", rank, inner),
    // Steps of softplus(-3) = 0.05: the state forgets over some twenty tokens.
    bias("ssm_dt", inner, -3),
    constant("ssm_a", [state, inner], -1),
    constant("ssm_d", [inner], 1),
    blockOutput("ssm_out", inner, block),
  ];
};

export const normedStateSpace = (block) => {
  const { state, rank } = stateSpaceSizes(block);
  return [
    ...stateSpace(block),
    norm("ssm_dt_norm", rank),
    norm("ssm_b_norm", state, STATE_GAIN),
    norm("ssm_c_norm", state, STATE_GAIN),
  ];
};

export const SHORT_CONVOLUTION = 3;

export const shortConvolution = (block) => [
  norm("attn_norm", block.embedding),
  { ...matrix("shortconv.conv", SHORT_CONVOLUTION, block.embedding), type: "f32" },
  matrix("shortconv.in_proj", block.embedding, 3 * block.embedding),
  blockOutput("shortconv.out_proj", block.embedding, block),
];
