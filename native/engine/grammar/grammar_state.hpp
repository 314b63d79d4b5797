// Where one text is in its grammar.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "grammar.hpp"
#include "token_trie.hpp"

namespace tacho::engine {

class GrammarMemory;

/// A copy is cheap and goes its own way from there. One state belongs to one thread at a time; copies and
/// other states of the grammar, which share what is learned of it, may be on different ones. All but the
/// destructor may throw GrammarTooComplex, and then nothing has changed.
class GrammarState {
 public:
  GrammarState(std::shared_ptr<const Grammar> grammar, std::shared_ptr<const TokenTrie> vocabulary);

  bool allows(Token token);
  /// False, and no change, where the token is not allowed. Tokens that end the text change nothing.
  bool accept(Token token);
  /// For text that came without tokens, such as the beginning of an answer. False, and no change, where it
  /// does not fit.
  bool accept_text(std::string_view text);
  /// Minus infinity for all that is not allowed, also behind the vocabulary. Gives the number of those that
  /// are: 0 where the grammar leads nowhere.
  std::size_t mask(std::span<float> logits);

  bool can_end();
  /// Nothing but the end may follow.
  bool must_end();

  /// What all states took that share this one's memory, in steps as in GrammarLimits, and nodes of the
  /// vocabulary's tree that masks visited.
  std::uint64_t work() const;
  /// Of what they keep.
  std::size_t memory_bytes() const;

 private:
  template <typename Call>
  auto with_memory(Call call);
  void move_to_new_memory();

  std::shared_ptr<const Grammar> grammar_;
  std::shared_ptr<const TokenTrie> vocabulary_;
  std::shared_ptr<GrammarMemory> memory_;
  std::uint32_t state_ = 0;
};

}  // namespace tacho::engine
