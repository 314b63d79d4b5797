// GBNF, llama.cpp's notation of grammars.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>

#include "../loop/request.hpp"
#include "gbnf_reader.hpp"
#include "gbnf_rules.hpp"
#include "grammar_limits.hpp"

namespace tacho::engine {

/// The token of a text such as "<think>"; none where the text is not exactly one.
using TokenOf = std::function<std::optional<Token>(std::string_view)>;

/// Reads what llama.cpp's parser reads, and writes repetitions out as rules as it does, but without its
/// recursion and within `limits`. A rule that is defined twice is what it was last.
class GbnfParser {
 public:
  GbnfParser(std::string_view text, const TokenOf& token_of, const GrammarLimits& limits);

  /// Throws GrammarError. Once.
  GbnfRules parse(std::string_view root);

 private:
  /// A rule or a group that is being read.
  struct Open {
    std::uint32_t rule;
    std::size_t rules_before;
    std::vector<GrammarElement> elements;
    std::size_t last = 0;     // where in them the last item begins, which a repetition is of
    std::uint64_t rules = 1;  // within that item
  };

  void rule();
  void item();
  void literal();
  void character_class();
  void token(GrammarElement::Kind kind);
  std::uint32_t named_token();
  std::uint32_t new_token(std::string_view name, std::size_t offset);
  void use_of_rule();
  void open_group();
  void close_group();
  void next_alternative();
  void close_rule();
  void counted_repetition();
  /// Of the last item.
  void repeat(std::size_t offset, std::uint64_t least, std::optional<std::uint64_t> most);
  std::uint32_t optional_repetitions(std::span<const GrammarElement> item, std::uint64_t count, bool endless);
  void check_repetition(std::size_t offset, std::uint64_t least, std::optional<std::uint64_t> most);

  std::uint32_t named(std::string_view name, std::size_t offset);
  std::uint32_t new_rule(std::string_view name, std::size_t offset);
  void define(std::uint32_t rule, std::vector<GrammarElement> elements);
  void begin_item();
  void add(GrammarElement element) { add(open_.back().elements, element); }
  void add(std::vector<GrammarElement>& elements, GrammarElement element);
  void skip_space() { reader_.skip_space(open_.size() > 1); }
  void check_all_defined() const;

  GbnfReader reader_;
  const TokenOf& token_of_;
  const GrammarLimits& limits_;
  GbnfRules result_;
  std::unordered_map<std::string_view, std::uint32_t> names_;
  std::unordered_map<std::string_view, std::uint32_t> tokens_;  // by name
  std::vector<Open> open_;                                      // the rule, then the groups
  std::size_t elements_ = 0;
};

}  // namespace tacho::engine
