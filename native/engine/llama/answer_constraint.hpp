// What an answer's text must fit: a grammar, from its beginning or from a trigger in the text on.
#pragma once

#include <memory>
#include <regex>
#include <span>
#include <string>
#include <vector>

#include "../grammar/grammar_state.hpp"

namespace tacho::engine {

class LlamaModel;
struct ChatTurn;

/// One request's, used by one thread at a time: the one that assembles the request, then the decode thread or
/// a sampling helper. What is learned of its grammar is shared with all requests that name the same, and is
/// locked. Throws GrammarTooComplex where a bound of the grammar's work is met.
class AnswerConstraint {
 public:
  /// GBNF of a client's. These throw std::exception for what cannot be a grammar.
  static std::unique_ptr<AnswerConstraint> of_grammar(const LlamaModel& model, const std::string& gbnf);
  /// Of a JSON schema, as JSON text.
  static std::unique_ptr<AnswerConstraint> of_schema(const LlamaModel& model, const std::string& schema);
  /// As the chat's template wants it.
  static std::unique_ptr<AnswerConstraint> of_turn(const LlamaModel& model, const ChatTurn& turn);

  bool allows(Token token) { return free() || state_.allows(token); }
  void mask(std::span<float> logits) {
    if (!free()) state_.mask(logits);
  }
  bool can_end() { return free() || state_.can_end(); }
  /// Of what allows() allows. May throw GrammarTooComplex.
  void accept(Token token);

 private:
  AnswerConstraint(const LlamaModel& model, const std::string& gbnf);
  void wait_for(const ChatTurn& turn);
  bool free() const { return waits_ || broken_; }
  std::size_t trigger_in(std::size_t before) const;

  std::shared_ptr<const TokenTrie> trie_;
  GrammarState state_;
  bool waits_ = false;   // for a trigger
  bool broken_ = false;  // what followed the trigger did not fit
  std::vector<Token> trigger_tokens_;
  std::vector<std::string> trigger_words_;
  std::vector<std::regex> trigger_patterns_;
  std::string text_;  // while it waits
};

}  // namespace tacho::engine
