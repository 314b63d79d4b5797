// What makes a model's tokenizer slow on some texts: as much of a vocabulary as TokenizerEffort needs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "llama.h"

namespace tacho::engine {

/// How llama.cpp reads what stands between special tokens. On all else, WordPiece, unigrams (T5, XLM-R),
/// RWKV, PLaMo-2 and byte pairs whose words llama.cpp finds with loops of its own, time grows as the text
/// does.
enum class Reading {
  linear,
  sentence_piece,   // one copy of all tokens so far for each character that is no token
  regex_words,      // byte pairs whose words std::regex finds: letters, digits, signs or blanks
  regex_spans,      // the same, where words reach from blank to blank
  regex_sentences,  // the same, where blanks between letters are part of a word
};

struct TokenizerTraits {
  Reading reading = Reading::linear;
  /// Whether std::regex may begin anew at each character of a run of blanks or digits.
  bool backtracks = true;
  /// Texts that are cut out first, whether or not control tokens are read.
  std::vector<std::string> user_defined;
  /// Those that are cut out only where control tokens are read.
  std::vector<std::string> control;
  /// Of a SentencePiece vocabulary: the tokens that are one character.
  std::vector<std::string> characters;
};

TokenizerTraits tokenizer_traits(const llama_model* model);

/// By the names in a GGUF file: "tokenizer.ggml.model" and "tokenizer.ggml.pre". One that is not known here
/// is taken for regex_words, which most of llama.cpp's are.
Reading byte_pair_reading(const std::string& tokenizer, const std::string& pre);

/// False for those whose expressions take a run of blanks or digits at once.
bool byte_pairs_backtrack(std::string_view pre);

/// Bytes of the character that begins with `first`, as llama.cpp counts them.
std::size_t character_length(char first);

}  // namespace tacho::engine
