#include "grammar.hpp"

#include "grammar_error.hpp"
#include "grammar_memory.hpp"
#include "left_recursion.hpp"

namespace tacho::engine {

namespace {

/// Those that have grown to more than a quarter of their limit are not kept.
constexpr std::size_t kIdleMemories = 2;

}  // namespace

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
  std::unique_ptr<GrammarMemory> memory;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      memory = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!memory) memory = std::make_unique<GrammarMemory>(*this);
  return {memory.release(), [self = shared_from_this()](GrammarMemory* used) {
            self->give_back(std::unique_ptr<GrammarMemory>(used));
          }};
}

void Grammar::give_back(std::unique_ptr<GrammarMemory> memory) const {
  if (memory->automaton.bytes() > limits_.memory_bytes / 4) return;
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kIdleMemories) idle_.push_back(std::move(memory));
}

}  // namespace tacho::engine
