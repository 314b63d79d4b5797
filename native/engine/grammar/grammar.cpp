#include "grammar.hpp"

#include "grammar_error.hpp"
#include "grammar_memory.hpp"
#include "left_recursion.hpp"

namespace tacho::engine {

std::shared_ptr<const Grammar> Grammar::parse(std::string_view gbnf, std::string_view root,
                                              const TokenOf& token_of, const GrammarLimits& limits) {
  auto rules = GbnfParser(gbnf, token_of, limits).parse(root);
  if (const auto rule = left_recursive_rule(rules.rules)) {
    GbnfReader(gbnf).refuse(rules.rules[*rule].offset, "expected no left recursion but received rule " +
                                                           GbnfReader::quoted(rules.rules[*rule].name) +
                                                           ", which begins with itself.");
  }
  return std::shared_ptr<const Grammar>(new Grammar(std::move(rules), limits));
}

Grammar::Grammar(GbnfRules rules, const GrammarLimits& limits)
    : limits_(limits),
      root_(rules.root),
      characters_(std::move(rules.characters)),
      byte_classes_(characters_.byte_classes()) {
  for (const auto& rule : rules.rules) add_rule(rule);
}

Grammar::~Grammar() = default;

void Grammar::add_rule(const GbnfRule& rule) {
  bool begins = true;
  for (const auto& element : rule.elements) {
    const bool ends = element.kind == Element::Kind::end;
    if (begins) alternatives_.push_back(ends ? kEnd : static_cast<Position>(elements_.size()));
    begins = ends;
    elements_.push_back(element);
    names_tokens_ |= element.kind == Element::Kind::token || element.kind == Element::Kind::other_token;
  }
  first_.push_back(static_cast<std::uint32_t>(alternatives_.size()));
}

std::shared_ptr<GrammarMemory> Grammar::memory() const {
  const std::lock_guard lock(mutex_);
  if (!memory_) memory_ = std::make_shared<GrammarMemory>(*this);
  return memory_;
}

void Grammar::replace_memory(const std::shared_ptr<GrammarMemory>& full,
                             std::shared_ptr<GrammarMemory> next) const {
  const std::lock_guard lock(mutex_);
  if (memory_ == full) memory_ = std::move(next);
}

std::size_t Grammar::bytes() const {
  const auto own = elements_.capacity() * sizeof(Element) + alternatives_.capacity() * sizeof(Position) +
                   first_.capacity() * sizeof(Position) + characters_.bytes();
  const std::lock_guard lock(mutex_);
  return own + (memory_ ? memory_->bytes() : 0);
}

}  // namespace tacho::engine
