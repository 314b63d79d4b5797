#include "answer_constraint.hpp"

#include <algorithm>

#include "json-schema-to-grammar.h"
#include "llama_model.hpp"

namespace tacho::engine {

namespace {

/// std::regex recurses for each character, so patterns see no more than this of the text's end. Those of
/// llama.cpp's formats match some dozens of characters.
constexpr std::size_t kPatternText = 1024;

std::shared_ptr<const Grammar> parse(const LlamaModel& model, const std::string& gbnf) {
  return Grammar::parse(gbnf, "root", [&model](std::string_view text) -> std::optional<Token> {
    const auto tokens = model.tokenize(std::string(text), false, true);
    return tokens.size() == 1 ? std::optional(tokens.front()) : std::nullopt;
  });
}

std::shared_ptr<const Grammar> grammar_of(const LlamaModel& model, const std::string& gbnf) {
  return model.grammars().of(gbnf, [&] { return parse(model, gbnf); });
}

/// Where the grammar begins: at the first group that matched something, else at the match.
std::size_t start_of(const std::smatch& match) {
  for (std::size_t group = 1; group < match.size(); ++group) {
    if (match.length(group) > 0) return static_cast<std::size_t>(match.position(group));
  }
  return static_cast<std::size_t>(match.position(0));
}

}  // namespace

AnswerConstraint::AnswerConstraint(const LlamaModel& model, const std::string& gbnf)
    : trie_(model.token_trie()), state_(grammar_of(model, gbnf), trie_) {}

std::unique_ptr<AnswerConstraint> AnswerConstraint::of_grammar(const LlamaModel& model,
                                                               const std::string& gbnf) {
  return std::unique_ptr<AnswerConstraint>(new AnswerConstraint(model, gbnf));
}

std::unique_ptr<AnswerConstraint> AnswerConstraint::of_schema(const LlamaModel& model,
                                                              const std::string& schema) {
  return of_grammar(model, json_schema_to_grammar(common_json::parse(schema)));
}

/// Such a grammar describes the whole answer, of which the prompt may hold the beginning.
std::unique_ptr<AnswerConstraint> AnswerConstraint::of_turn(const LlamaModel& model, const ChatTurn& turn) {
  auto constraint = of_grammar(model, turn.grammar);
  if (turn.lazy)
    constraint->wait_for(turn);
  else if (!constraint->state_.accept_text(turn.begun))
    throw std::runtime_error("the template's own beginning of an answer does not fit its format");
  return constraint;
}

void AnswerConstraint::wait_for(const ChatTurn& turn) {
  waits_ = true;
  for (const auto& trigger : turn.triggers) {
    switch (trigger.type) {
      case COMMON_GRAMMAR_TRIGGER_TYPE_TOKEN:
        trigger_tokens_.push_back(trigger.token);
        break;
      case COMMON_GRAMMAR_TRIGGER_TYPE_WORD:
        trigger_words_.push_back(trigger.value);
        break;
      case COMMON_GRAMMAR_TRIGGER_TYPE_PATTERN:
      case COMMON_GRAMMAR_TRIGGER_TYPE_PATTERN_FULL:
        trigger_patterns_.emplace_back(trigger.value);
    }
  }
}

void AnswerConstraint::accept(Token token) {
  if (broken_) return;
  if (std::ranges::count(trigger_tokens_, token) > 0) waits_ = false;
  if (!waits_) {
    broken_ = !state_.accept(token);
    return;
  }
  const auto before = text_.size();
  text_ += trie_->text(token);
  const auto start = trigger_in(before);
  if (start == std::string::npos) return;
  waits_ = false;
  broken_ = !state_.accept_text(std::string_view(text_).substr(start));
  text_.clear();
}

/// Where the grammar begins in the text, which had `before` bytes without a trigger.
std::size_t AnswerConstraint::trigger_in(std::size_t before) const {
  std::size_t first = std::string::npos;
  for (const auto& word : trigger_words_)
    first = std::min(first, text_.find(word, before - std::min(before, word.size() - 1)));
  if (first != std::string::npos || trigger_patterns_.empty()) return first;
  const auto from = text_.size() - std::min(text_.size(), kPatternText);
  const auto end = text_.substr(from);
  for (const auto& pattern : trigger_patterns_) {
    std::smatch match;
    const auto flags = from == 0 ? std::regex_constants::match_default : std::regex_constants::match_not_bol;
    if (std::regex_search(end, match, pattern, flags)) return from + start_of(match);
  }
  return std::string::npos;
}

}  // namespace tacho::engine
