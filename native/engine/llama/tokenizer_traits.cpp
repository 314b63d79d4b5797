#include "tokenizer_traits.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "model_metadata.hpp"

namespace tacho::engine {

namespace {

/// Those of llama.cpp's ways to find words, in llama-vocab.cpp, that unicode.cpp has a loop for, or whose
/// regular expressions match one character at a time.
constexpr auto kLoops = std::to_array<std::string_view>(
    {// GPT-2's, alone or after single digits
     "gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum",
     "modern-bert", "jina-v1-en", "jina-v2-code", "roberta-bpe", "exaone4", "mpt", "olmo", "jais", "trillion",
     "granite-docling", "starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b",
     "mellum2",
     // Llama 3's
     "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano",
     "dbrx", "smaug-bpe", "glm4", "chatglm-bpe",
     // Qwen's
     "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "megrez", "stablelm2", "hunyuan", "solar-open",
     "grok-2", "qwen35", "laguna",
     // Kimi K2's, and lines
     "kimi-k2", "gemma4", "granite-embed-multi-311m", "sarvam-moe"});

constexpr auto kSpans =
    std::to_array<std::string_view>({"bloom", "gpt3-finnish", "poro-chat", "viking", "whitespace"});

constexpr std::string_view kSentences = "exaone-moe";

/// Those with std::regex whose expressions, read one by one, are through with a run in one go. deepseek-llm,
/// tiny_aya, cohere2moe and superbpe are not, nor is quite jais-2.
constexpr auto kAtOnce = std::to_array<std::string_view>({"",
                                                          "default",
                                                          "tekken",
                                                          "gpt-4o",
                                                          "llama4",
                                                          "kanana2",
                                                          "talkie",
                                                          "youtu",
                                                          "minimax-m2",
                                                          "granite-embed-multi-97m",
                                                          "deepseek-v3",
                                                          "hunyuan-dense",
                                                          "hy_v4",
                                                          "joyai-llm",
                                                          "spark2_5",
                                                          "deepseek-coder",
                                                          "falcon",
                                                          "chameleon",
                                                          "bailingmoe",
                                                          "bailingmoe2",
                                                          "llada-moe",
                                                          "seed-coder",
                                                          "ufakzeka",
                                                          "afmoe",
                                                          "minicpm5",
                                                          "exaone-moe",
                                                          "bloom",
                                                          "poro-chat",
                                                          "gpt3-finnish",
                                                          "viking",
                                                          "whitespace"});

bool holds(const auto& names, std::string_view name) { return std::ranges::count(names, name) > 0; }

Reading reading_of(const llama_model* model) {
  const auto type = llama_vocab_type(llama_model_get_vocab(model));
  if (type == LLAMA_VOCAB_TYPE_SPM) return Reading::sentence_piece;
  if (type != LLAMA_VOCAB_TYPE_BPE) return Reading::linear;
  return byte_pair_reading(metadata(model, "tokenizer.ggml.model"), metadata(model, "tokenizer.ggml.pre"));
}

}  // namespace

std::size_t character_length(char first) {
  constexpr std::array<std::uint8_t, 16> kLengths{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4};
  return kLengths[static_cast<std::uint8_t>(first) >> 4U];
}

Reading byte_pair_reading(const std::string& tokenizer, const std::string& pre) {
  if (tokenizer == "gemma4" || holds(kLoops, pre)) return Reading::linear;
  if (pre == kSentences) return Reading::regex_sentences;
  return holds(kSpans, pre) ? Reading::regex_spans : Reading::regex_words;
}

bool byte_pairs_backtrack(std::string_view pre) { return !holds(kAtOnce, pre); }

TokenizerTraits tokenizer_traits(const llama_model* model) {
  const auto* vocab = llama_model_get_vocab(model);
  TokenizerTraits traits{.reading = reading_of(model),
                         .backtracks = byte_pairs_backtrack(metadata(model, "tokenizer.ggml.pre"))};
  for (llama_token token = 0; token < llama_vocab_n_tokens(vocab); ++token) {
    const std::string text = llama_vocab_get_text(vocab, token);
    if (text.empty()) continue;
    const auto attributes = llama_vocab_get_attr(vocab, token);
    if ((attributes & LLAMA_TOKEN_ATTR_USER_DEFINED) != 0)
      traits.user_defined.push_back(text);
    else if ((attributes & (LLAMA_TOKEN_ATTR_CONTROL | LLAMA_TOKEN_ATTR_UNKNOWN)) != 0)
      traits.control.push_back(text);
    if (traits.reading == Reading::sentence_piece && character_length(text.front()) == text.size())
      traits.characters.push_back(text);
  }
  return traits;
}

}  // namespace tacho::engine
