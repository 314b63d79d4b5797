/** Layers of which llama-quantize's mixtures give some matrices more bits: the outer eighths, and each third between. */
function wantsMoreBits(layer, layers) {
  const eighth = Math.floor(layers / 8);
  return layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2;
}

/** As llama-quantize has it for `llama`, of 70B too, whose values it would give 5 bits. */
function mixtureOfQ4KM(name, { layers }) {
  if (name === "output.weight") return "q6_K";
  const layer = /^blk\.(\d+)\.(?:attn_v|ffn_down)\.weight$/.exec(name)?.[1];
  return layer !== undefined && wantsMoreBits(Number(layer), layers) ? "q6_K" : "q4_K";
}

/** `fileType` is llama.cpp's number of the mixture, `typeOf` the type of a matrix by its name and the model's shape. */
export const MODEL_TYPES = {
  f32: { fileType: 0, typeOf: () => "f32" },
  f16: { fileType: 1, typeOf: () => "f16" },
  q8_0: { fileType: 7, typeOf: () => "q8_0" },
  q4_K_M: { fileType: 15, typeOf: mixtureOfQ4KM },
};
