// How long llama.cpp's tokenizer would take for a text, told before it begins: nothing can stop it then.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "../grammar/token_trie.hpp"
#include "tokenizer_traits.hpp"

namespace tacho::engine {

/// What a tokenizer has to do with a text, or with several.
struct TokenizerWork {
  std::size_t bytes = 0;
  /// On a slow core, about, and besides what grows as the text does, which is a microsecond a byte or so.
  double seconds = 0;
  /// Special tokens that the text holds.
  std::size_t special = 0;
  /// Characters in a row that are no tokens, or that std::regex has to match as one word.
  std::size_t longest_run = 0;

  TokenizerWork& operator+=(const TokenizerWork& other);
};

/// Estimates in time that grows as the text does, by the ways in which llama.cpp's tokenizers of
/// August 2026 take longer (src/llama-vocab.cpp, src/unicode.cpp):
///
/// - Special tokens are cut out first. Each of the vocabulary's is looked for in all of the text, and
///   compared wherever its first letter stands: Gemma has 6,400 that begin with "<". Each that is found is
///   put into a linked list after walking to it from the beginning, twice.
/// - SentencePiece makes room for the bytes of a character that is no token by copying all tokens so far.
///   Only a token that comes between lets the room double, so the copies of the longest run count.
/// - std::regex calls itself for each character that a word goes on: some ten thousand letters in a row are
///   the end of the thread's stack. Some expressions begin anew at each blank or digit of a run.
///
/// Immutable, so thread-safe.
class TokenizerEffort {
 public:
  explicit TokenizerEffort(const TokenizerTraits& traits);

  /// @param control Control tokens are read as such.
  TokenizerWork of(std::string_view text, bool control) const;

  /// Why `work` is too much, in words for a client; none when it is not.
  std::optional<std::string> objection(const TokenizerWork& work) const;

 private:
  /// The texts that are cut out.
  class Cuts {
   public:
    explicit Cuts(std::vector<std::string> texts);
    TokenizerWork of(std::string_view text) const;

   private:
    std::size_t length_at(std::string_view rest) const;

    double count_;
    std::array<std::uint32_t, 256> beginning_{};  // by the first byte
    TokenTrie texts_;
  };
  TokenizerWork unknown_characters(std::string_view text) const;

  Reading reading_;
  bool backtracks_;
  Cuts user_defined_;
  Cuts all_;
  /// The bytes of each, as one number.
  std::unordered_set<std::uint32_t> characters_;
};

}  // namespace tacho::engine
