import {
  attention,
  bias,
  blockGain,
  decoder,
  encoder,
  feedForward,
  matrix,
  norm,
  normedAttention,
  normedStateSpace,
  SHORT_CONVOLUTION,
  shortConvolution,
  stateSpace,
  stateSpaceSizes,
} from "./tensors.mjs";

const EPSILON = 1e-5;

const dimensions = ({ layers, embedding, feedForward, context, vocabulary }) => ({
  block_count: ["u32", layers],
  embedding_length: ["u32", embedding],
  feed_forward_length: ["u32", feedForward],
  context_length: ["u32", context],
  vocab_size: ["u32", vocabulary],
  "attention.layer_norm_rms_epsilon": ["f32", EPSILON],
});

const attentionKeys = (shape) => ({
  ...dimensions(shape),
  "attention.head_count": ["u32", shape.heads],
  "attention.head_count_kv": ["u32", shape.keyValueHeads],
  "rope.freq_base": ["f32", shape.ropeBase],
});

/** The even layers of a hybrid are recurrent, the odd ones attend. */
const isRecurrent = ({ layer }) => layer % 2 === 0;

/** A layer without KV heads is a recurrent one. */
const hybridKeys = (shape) => ({
  ...attentionKeys(shape),
  "attention.head_count_kv": [
    "i32[]",
    Array.from({ length: shape.layers }, (_, layer) => (isRecurrent({ layer }) ? 0 : shape.keyValueHeads)),
  ],
});

const stateSpaceKeys = (shape) => {
  const { inner, state, rank, kernel } = stateSpaceSizes(shape);
  return {
    "ssm.conv_kernel": ["u32", kernel],
    "ssm.inner_size": ["u32", inner],
    "ssm.state_size": ["u32", state],
    "ssm.time_step_rank": ["u32", rank],
  };
};

/** llama.cpp's numbers for how a text's vectors become one. */
const POOLING = { mean: 1, last: 3, rank: 4 };

const encoderKeys = (pooling) => (shape) => ({
  ...dimensions(shape),
  "attention.head_count": ["u32", shape.heads],
  "attention.layer_norm_epsilon": ["f32", EPSILON],
  "attention.causal": ["bool", false],
  pooling_type: ["u32", POOLING[pooling]],
});

/**
 * What llama.cpp asks of each architecture: `metadata` below the architecture's name, and `tensors`, both
 * functions of a shape. `memory` is the kind of llama.cpp memory that such a model gets; `name`, when given, is
 * what llama.cpp calls the architecture; `vocabulary` is the usual kind of tokenizer.
 */
export const ARCHITECTURES = {
  llama: {
    memory: "attention",
    vocabulary: "bpe",
    metadata: attentionKeys,
    tensors: decoder((block) => [...attention(block), ...feedForward(block)]),
  },
  qwen3: {
    memory: "attention",
    vocabulary: "bpe",
    metadata: attentionKeys,
    tensors: decoder((block) => [...normedAttention(block), ...feedForward(block)]),
  },
  /** Causal, with the last token's output as the text's vector. */
  "qwen3-embedding": {
    name: "qwen3",
    memory: "attention",
    vocabulary: "bpe",
    metadata: (shape) => ({ ...attentionKeys(shape), pooling_type: ["u32", POOLING.last] }),
    tensors: decoder((block) => [...normedAttention(block), ...feedForward(block)]),
  },
  gemma3: {
    memory: "sliding window",
    vocabulary: "spm",
    metadata: (shape) => ({
      ...attentionKeys(shape),
      "attention.sliding_window": ["u32", shape.slidingWindow],
      // The even layers see the window only.
      "attention.sliding_window_pattern": ["u32", 2],
    }),
    tensors: decoder(
      (block) => [
        ...normedAttention(block),
        norm("post_attention_norm", block.embedding, blockGain(block)),
        ...feedForward(block),
        norm("post_ffw_norm", block.embedding, blockGain(block)),
      ],
      // llama.cpp multiplies an embedding by the root of its length.
      { embeddingDeviation: ({ embedding }) => 1 / Math.sqrt(embedding) },
    ),
  },
  mamba: {
    memory: "recurrent",
    vocabulary: "bpe",
    metadata: (shape) => ({ ...dimensions(shape), ...stateSpaceKeys(shape) }),
    tensors: decoder(stateSpace),
  },
  jamba: {
    memory: "hybrid",
    vocabulary: "spm",
    metadata: (shape) => ({ ...hybridKeys(shape), ...stateSpaceKeys(shape) }),
    tensors: decoder((block) => [
      ...(isRecurrent(block) ? normedStateSpace(block) : attention(block)),
      ...feedForward(block),
    ]),
  },
  lfm2: {
    memory: "hybrid",
    vocabulary: "bpe",
    metadata: (shape) => ({ ...hybridKeys(shape), "shortconv.l_cache": ["u32", SHORT_CONVOLUTION] }),
    tensors: decoder(
      (block) => [
        ...(isRecurrent(block) ? shortConvolution(block) : normedAttention(block)),
        ...feedForward(block),
      ],
      { outputNorm: "token_embd_norm" },
    ),
  },
  bert: {
    memory: "none",
    vocabulary: "wordpiece",
    metadata: encoderKeys("mean"),
    tensors: encoder(() => []),
  },
  "bert-rank": {
    name: "bert",
    memory: "none",
    vocabulary: "wordpiece",
    metadata: encoderKeys("rank"),
    tensors: encoder(({ embedding }) => [
      matrix("cls", embedding, embedding),
      bias("cls", embedding),
      matrix("cls.output", embedding, 1),
      bias("cls.output", 1),
    ]),
  },
};
