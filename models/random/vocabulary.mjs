import { madeUpPieces } from "./made-up-pieces.mjs";
import { choose, OptionError } from "./option-error.mjs";

/** llama.cpp's token types. */
const NORMAL = 1;
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;
const BYTE = 6;

const ALL_BYTES = Array.from({ length: 256 }, (_, byte) => byte);

/** ChatML, without tools. */
export const CHAT_TEMPLATE =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/**
 * The kinds of tokenizer: `specials`, `bytes` and `characters` are its first tokens, `piece` writes a made-up piece, in which
 * "_" stands for the space before a word, and `metadata` is what llama.cpp needs beside the tokens.
 */
const KINDS = {
  /** Byte-level byte-pair encoding, as Llama 3 and Qwen have. */
  bpe: {
    specials: ({ bos, others }) => [...(bos ? ["<s>"] : []), "</s>", "<|im_start|>", ...others],
    bytes: ALL_BYTES.map(byteLevel),
    characters: [],
    piece: (text) => text.replace("_", byteLevel(0x20)),
    metadata: bytePairMetadata,
  },
  /** SentencePiece, as Llama 2 and Gemma have. llama.cpp gives it a BOS and an EOS whatever the file says. */
  spm: {
    specials: ({ others }) => ["<unk>", "<s>", "</s>", "<|im_start|>", ...others],
    bytes: ALL_BYTES.map((byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`),
    byteType: BYTE,
    characters: ["▁"],
    piece: (text) => text.replace("_", "▁"),
    metadata: (tokens, { quiet, addSpacePrefix }) => ({
      "tokenizer.ggml.model": ["string", "llama"],
      ...flag("add_space_prefix", addSpacePrefix),
      // The earlier a piece, the sooner it is merged.
      "tokenizer.ggml.scores": ["f32[]", tokens.map((_, id) => Math.min(0, quiet - id))],
      "tokenizer.ggml.unknown_token_id": ["u32", tokens.indexOf("<unk>")],
    }),
  },
  /** WordPiece, as BERT has. Words with characters other than these become [UNK]. */
  wordpiece: {
    specials: () => ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
    bytes: [],
    characters: lowerCaseAscii().flatMap((character) => [`▁${character}`, character]),
    piece: (text) => text.replace("_", "▁"),
    metadata: (tokens) => ({
      "tokenizer.ggml.model": ["string", "bert"],
      "tokenizer.ggml.token_type_count": ["u32", 2],
      "tokenizer.ggml.padding_token_id": ["u32", tokens.indexOf("[PAD]")],
      "tokenizer.ggml.unknown_token_id": ["u32", tokens.indexOf("[UNK]")],
      "tokenizer.ggml.bos_token_id": ["u32", tokens.indexOf("[CLS]")],
      "tokenizer.ggml.cls_token_id": ["u32", tokens.indexOf("[CLS]")],
      "tokenizer.ggml.seperator_token_id": ["u32", tokens.indexOf("[SEP]")],
      "tokenizer.ggml.mask_token_id": ["u32", tokens.indexOf("[MASK]")],
    }),
  },
  /** RWKV's, the one kind for which llama.cpp knows neither a BOS nor an EOS. Only `endTokens` end a text. */
  rwkv: {
    specials: ({ others }) => ["<|im_start|>", ...others],
    bytes: ALL_BYTES.map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`),
    characters: [],
    piece: (text) => text.replace("_", " "),
    metadata: () => ({ "tokenizer.ggml.model": ["string", "rwkv"] }),
  },
};

/**
 * A tokenizer with made-up words, as GGUF metadata.
 * @param {{kind: string, size: number, bos?: boolean, addBos?: boolean, addEos?: boolean, addSpacePrefix?: boolean,
 *   endTokens?: string[], controlTokens?: string[], userTokens?: string[], chatTemplate?: string | null}} options
 *   `bos`: whether there is one (only "bpe" can be without). `addBos`, `addEos`: whether prompts begin with it and end
 *   with the EOS. `addSpacePrefix`: whether "spm" reads a text as if a space came before it.
 *   `endTokens`: control tokens, which llama.cpp takes for ends of generation by their spelling, beside the EOS.
 *   `controlTokens`: other ones. `userTokens`: texts that are one token each.
 * @returns the metadata, and how many tokens at the beginning are special or single bytes.
 * @throws OptionError for an unknown kind, a size below the kind's least, or an option that the kind cannot have.
 */
export function makeVocabulary({ kind, size, ...options }) {
  const { bos = true, addBos, addEos, addSpacePrefix, chatTemplate } = options;
  const { endTokens = ["<|im_end|>"], controlTokens = [], userTokens = [] } = options;
  const {
    specials,
    bytes,
    byteType = NORMAL,
    characters,
    piece,
    metadata,
  } = choose(KINDS, "vocabulary.kind", kind);
  if (!bos && kind !== "bpe") throw new OptionError("vocabulary.bos", `true for ${kind}`, bos);
  const special = specials({ bos, others: [...endTokens, ...controlTokens] });
  const quiet = special.length + userTokens.length + bytes.length;
  const least = quiet + characters.length;
  if (!(size >= least)) {
    throw new OptionError("vocabulary.size", `at least ${least} tokens for ${kind}`, size);
  }
  const made = madeUpPieces(size - least);
  const pieces = made.map(({ left, right }) => piece(left + right));
  const tokens = [...special, ...userTokens, ...bytes, ...characters, ...pieces];
  const types = [
    ...special.map(() => CONTROL),
    ...userTokens.map(() => USER_DEFINED),
    ...bytes.map(() => byteType),
    ...[...characters, ...pieces].map(() => NORMAL),
  ];
  if (tokens[0] === "<unk>") types[0] = UNKNOWN;
  return {
    quiet,
    metadata: {
      ...metadata(tokens, { quiet, bos, made, piece, addSpacePrefix }),
      ...tokenIds(tokens, addBos ?? tokens.includes("<s>")),
      ...flag("add_eos_token", addEos),
      "tokenizer.ggml.tokens": ["string[]", tokens],
      "tokenizer.ggml.token_type": ["i32[]", types],
      ...templateMetadata(kind, chatTemplate),
    },
  };
}

/** The ids of "<s>" and "</s>" where the tokens have them. */
function tokenIds(tokens, addBos) {
  const ids = {};
  if (tokens.includes("<s>")) ids["tokenizer.ggml.bos_token_id"] = ["u32", tokens.indexOf("<s>")];
  if (tokens.includes("</s>")) {
    ids["tokenizer.ggml.eos_token_id"] = ["u32", tokens.indexOf("</s>")];
    ids["tokenizer.ggml.add_bos_token"] = ["bool", addBos];
  }
  return ids;
}

/** What is not asked for is left to llama.cpp. */
function flag(name, value) {
  return value === undefined ? {} : { [`tokenizer.ggml.${name}`]: ["bool", value] };
}

function templateMetadata(kind, chatTemplate = kind === "wordpiece" ? null : CHAT_TEMPLATE) {
  return chatTemplate === null ? {} : { "tokenizer.chat_template": ["string", chatTemplate] };
}

function bytePairMetadata(_, { bos, made, piece }) {
  return {
    "tokenizer.ggml.model": ["string", "gpt2"],
    // Without an id in the file llama.cpp takes token 11 for the BOS; only GLM-4's way of splitting has none.
    "tokenizer.ggml.pre": ["string", bos ? "gpt-2" : "glm4"],
    "tokenizer.ggml.merges": ["string[]", made.map(({ left, right }) => `${piece(left)} ${piece(right)}`)],
  };
}

/** GPT-2's printable stand-in for a byte. */
function byteLevel(byte) {
  const isPrintable = (code) => (code > 0x20 && code < 0x7f) || (code > 0xa0 && code !== 0xad);
  if (isPrintable(byte)) return String.fromCharCode(byte);
  const unprintableBefore = ALL_BYTES.slice(0, byte).filter((other) => !isPrintable(other)).length;
  return String.fromCharCode(0x100 + unprintableBefore);
}

function lowerCaseAscii() {
  const printable = ALL_BYTES.slice(0x21, 0x7f).map((byte) => String.fromCharCode(byte));
  return printable.filter((character) => character === character.toLowerCase());
}
