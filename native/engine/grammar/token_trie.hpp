// The texts of a vocabulary as a tree of bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../loop/request.hpp"
#include "utf8_place.hpp"

namespace tacho::engine {

/// Bytes in groups, as bits: what a part of the tree holds, and what a state of a grammar ignores, can be
/// compared at once. Letters, digits and each sign apart; all characters beyond ASCII together.
class ByteGroups {
 public:
  using Set = std::uint64_t;
  static constexpr Set kCharacters = 1ULL << 43U;  // beyond ASCII, as valid UTF-8
  static constexpr Set kInvalid = 1ULL << 44U;
  static constexpr unsigned kAscii = 43;  // groups of ASCII bytes

  /// Of an ASCII byte.
  static unsigned of(std::uint8_t byte);
};

/// Built once a model; immutable, and so thread-safe.
class TokenTrie {
 public:
  /// Nodes are in the order of a walk through the tree, and tokens in that of their texts.
  struct Node {
    ByteGroups::Set below;      // bytes of the nodes below
    std::uint32_t behind;       // the first node that is not below
    std::uint32_t first_token;  // of those whose text ends here or below
    std::uint32_t depth;        // bytes from the beginning
    std::uint8_t byte;
  };

  /// `texts` by token; a token without text can only be named by a grammar. `ends` end the text and are never
  /// part of it. Texts may be any bytes; for llama.cpp, one that begins with U+0000 is empty, so it is here.
  TokenTrie(std::vector<std::string> texts, std::span<const Token> ends);

  std::size_t vocabulary() const { return texts_.size(); }
  bool knows(Token token) const { return token >= 0 && static_cast<std::size_t>(token) < texts_.size(); }
  /// Empty for ends.
  std::string_view text(Token token) const { return texts_[static_cast<std::size_t>(token)]; }
  bool is_end(Token token) const { return is_end_[static_cast<std::size_t>(token)]; }
  std::span<const Token> ends() const { return ends_; }

  /// The root is the first one. One more than there are is at the end, for its first_token.
  std::span<const Node> nodes() const { return nodes_; }
  std::span<const Token> tokens() const { return tokens_; }
  /// The same as a set: a bit a token, from the lowest of the first word on.
  std::span<const std::uint64_t> token_bits() const { return token_bits_; }
  std::size_t depth() const { return depth_; }

  /// Differs from that of any other.
  std::uint64_t number() const { return number_; }

 private:
  void add_nodes();
  void add_bytes_below();

  std::vector<std::string> texts_;
  std::vector<Token> ends_;
  std::vector<bool> is_end_;
  std::vector<Node> nodes_;
  std::vector<Token> tokens_;
  std::vector<std::uint64_t> token_bits_;
  std::size_t depth_ = 0;
  std::uint64_t number_;
};

}  // namespace tacho::engine
