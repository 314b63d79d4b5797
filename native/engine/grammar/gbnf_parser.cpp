#include "gbnf_parser.hpp"

#include "grammar_error.hpp"

namespace tacho::engine {

using Kind = GrammarElement::Kind;

namespace {

std::string_view within(std::string_view text, const GrammarLimits& limits) {
  if (text.size() <= limits.text_bytes) return text;
  throw GrammarError("Expected a grammar of at most " + std::to_string(limits.text_bytes) +
                     " bytes but received " + std::to_string(text.size()) + ".");
}

}  // namespace

GbnfParser::GbnfParser(std::string_view text, const TokenOf& token_of, const GrammarLimits& limits)
    : reader_(within(text, limits)), token_of_(token_of), limits_(limits) {}

GbnfRules GbnfParser::parse(std::string_view root) {
  reader_.skip_space(true);
  while (!reader_.at_end()) rule();
  check_all_defined();
  const auto place = names_.find(root);
  if (place == names_.end()) {
    throw GrammarError("Expected a grammar with a rule named " + GbnfReader::quoted(root) + ".");
  }
  result_.root = place->second;
  return std::move(result_);
}

void GbnfParser::rule() {
  const auto offset = reader_.offset();
  const auto rule = named(reader_.name(), offset);
  result_.rules[rule].offset = offset;
  reader_.skip_space(false);
  reader_.expect("::=");
  reader_.skip_space(true);
  open_.push_back({.rule = rule, .rules_before = 0});
  while (!open_.empty()) item();
  if (!reader_.take("\r\n") && !reader_.take("\r") && !reader_.take("\n") && !reader_.at_end()) {
    reader_.fail("an item, '|' or the end of the rule");
  }
  reader_.skip_space(true);
}

void GbnfParser::item() {
  const auto offset = reader_.offset();
  switch (reader_.peek()) {
    case '"':
      return literal();
    case '[':
      return character_class();
    case '<':
      return token(Kind::token);
    case '!':
      return token(Kind::other_token);
    case '(':
      return open_group();
    case '|':
      return next_alternative();
    case '{':
      return counted_repetition();
    case '.':
      reader_.skip();
      begin_item();
      add({Kind::character, result_.characters.of_class({}, true)});
      return skip_space();
    case '*':
    case '+':
    case '?': {
      const char sign = reader_.peek();
      reader_.skip();
      skip_space();
      return repeat(offset, sign == '+' ? 1 : 0,
                    sign == '?' ? std::optional<std::uint64_t>(1) : std::nullopt);
    }
    default:
      if (reader_.at_name()) return use_of_rule();
      return open_.size() > 1 ? close_group() : close_rule();
  }
}

void GbnfParser::literal() {
  reader_.skip();
  begin_item();
  while (!reader_.take("\"")) {
    if (reader_.at_end()) reader_.fail("'\"'");
    add({Kind::character, result_.characters.of_character(reader_.character())});
  }
  skip_space();
}

void GbnfParser::character_class() {
  reader_.skip();
  const bool negated = reader_.take("^");
  begin_item();
  std::vector<CharacterRange> ranges;
  while (!reader_.take("]")) {
    if (reader_.at_end()) reader_.fail("']'");
    const auto first = reader_.character();
    const bool is_range = reader_.peek() == '-' && reader_.peek(1) != ']';
    if (is_range) reader_.skip();
    ranges.push_back({first, is_range ? reader_.character() : first});
  }
  // llama.cpp takes an empty class for nothing at all, be it negated or not.
  if (!ranges.empty()) add({Kind::character, result_.characters.of_class(std::move(ranges), negated)});
  skip_space();
}

void GbnfParser::token(Kind kind) {
  if (kind == Kind::other_token) reader_.skip();
  std::uint32_t token = 0;
  if (reader_.take("<[")) {
    token = static_cast<std::uint32_t>(reader_.number());
    reader_.expect("]>");
  } else {
    token = named_token();
  }
  begin_item();
  add({kind, token});
  skip_space();
}

std::uint32_t GbnfParser::named_token() {
  const auto offset = reader_.offset();
  if (reader_.peek() != '<') reader_.fail("'<'");
  const auto name = reader_.through('>');
  const auto known = tokens_.find(name);
  return known == tokens_.end() ? new_token(name, offset) : known->second;
}

std::uint32_t GbnfParser::new_token(std::string_view name, std::size_t offset) {
  if (name.size() > limits_.token_name_bytes) {
    reader_.refuse(offset, "expected the name of a token of at most " +
                               std::to_string(limits_.token_name_bytes) + " bytes but received " +
                               std::to_string(name.size()) + ".");
  }
  if (tokens_.size() == limits_.token_names) {
    reader_.refuse(offset,
                   "expected at most " + std::to_string(limits_.token_names) + " different names of tokens.");
  }
  const auto found = token_of_ ? token_of_(name) : std::nullopt;
  if (!found) reader_.fail_at(offset, "the text of one token");
  return tokens_[name] = static_cast<std::uint32_t>(*found);
}

void GbnfParser::use_of_rule() {
  const auto offset = reader_.offset();
  const auto rule = named(reader_.name(), offset);
  skip_space();
  begin_item();
  add({Kind::rule, rule});
}

void GbnfParser::open_group() {
  const auto offset = reader_.offset();
  if (open_.size() > limits_.group_depth) {
    reader_.refuse(offset, "expected at most " + std::to_string(limits_.group_depth) + " nested groups.");
  }
  reader_.skip();
  reader_.skip_space(true);
  const auto before = result_.rules.size();
  const auto group = new_rule(result_.rules[open_.front().rule].name, offset);
  open_.push_back({.rule = group, .rules_before = before});
}

void GbnfParser::close_group() {
  if (reader_.peek() != ')') reader_.fail("an item, '|' or ')'");
  auto group = std::move(open_.back());
  open_.pop_back();
  add(group.elements, {Kind::end});
  define(group.rule, std::move(group.elements));
  reader_.skip();
  skip_space();
  begin_item();
  open_.back().rules = result_.rules.size() - group.rules_before;
  add({Kind::rule, group.rule});
}

void GbnfParser::next_alternative() {
  reader_.skip();
  reader_.skip_space(true);
  add({Kind::end});
  begin_item();
}

void GbnfParser::close_rule() {
  add({Kind::end});
  define(open_.back().rule, std::move(open_.back().elements));
  open_.pop_back();
}

void GbnfParser::counted_repetition() {
  const auto offset = reader_.offset();
  reader_.skip();
  skip_space();
  const auto least = reader_.number();
  std::optional<std::uint64_t> most = least;
  skip_space();
  if (reader_.take(",")) {
    skip_space();
    most = std::nullopt;
    if (reader_.at_digit()) most = reader_.number();
    skip_space();
  }
  reader_.expect("}");
  skip_space();
  if (least > limits_.repetitions) {
    reader_.refuse(offset, "expected at most " + std::to_string(limits_.repetitions) +
                               " repetitions but received " + std::to_string(least) + ".");
  }
  if (most && *most < least) reader_.fail_at(offset, "the larger number behind the smaller one");
  if (most && *most > limits_.repetitions) most = std::nullopt;
  repeat(offset, least, most);
}

/// x{2,4} becomes x x x', where x' ::= x x'' | and x'' ::= x |; x{2,} becomes x x x', where x' ::= x x' |.
void GbnfParser::repeat(std::size_t offset, std::uint64_t least, std::optional<std::uint64_t> most) {
  check_repetition(offset, least, most);
  const auto last = static_cast<std::ptrdiff_t>(open_.back().last);
  auto& elements = open_.back().elements;
  const std::vector<GrammarElement> item(elements.begin() + last, elements.end());
  if (least == 0) elements.resize(open_.back().last);
  for (std::uint64_t i = 1; i < least; ++i) {
    for (const auto& element : item) add(elements, element);
  }
  const auto optional = most ? *most - least : 1;
  if (optional > 0) add({Kind::rule, optional_repetitions(item, optional, !most)});
}

void GbnfParser::check_repetition(std::size_t offset, std::uint64_t least,
                                  std::optional<std::uint64_t> most) {
  auto& open = open_.back();
  if (open.last == open.elements.size()) reader_.fail_at(offset, "an item before the repetition");
  const auto times = most.value_or(0) > 0 ? *most : std::max<std::uint64_t>(least, 1);
  if (open.rules * times > limits_.repetitions) {
    reader_.refuse(offset, "expected at most " + std::to_string(limits_.repetitions) +
                               " repetitions, counted with those within but received " +
                               std::to_string(open.rules * times) + ".");
  }
  open.rules *= times;
}

std::uint32_t GbnfParser::optional_repetitions(std::span<const GrammarElement> item, std::uint64_t count,
                                               bool endless) {
  std::optional<std::uint32_t> rest;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto rule = new_rule(result_.rules[open_.front().rule].name, reader_.offset());
    if (endless) rest = rule;
    std::vector<GrammarElement> elements;
    for (const auto& element : item) add(elements, element);
    if (rest) add(elements, {Kind::rule, *rest});
    add(elements, {Kind::end});
    add(elements, {Kind::end});
    define(rule, std::move(elements));
    rest = rule;
  }
  return *rest;
}

std::uint32_t GbnfParser::named(std::string_view name, std::size_t offset) {
  const auto place = names_.find(name);
  if (place != names_.end()) return place->second;
  const auto rule = new_rule(name, offset);
  names_.emplace(name, rule);
  return rule;
}

std::uint32_t GbnfParser::new_rule(std::string_view name, std::size_t offset) {
  if (result_.rules.size() == limits_.rules) {
    reader_.refuse(offset, "expected at most " + std::to_string(limits_.rules) +
                               " rules, counted with groups and repetitions.");
  }
  result_.rules.push_back({.name = name, .offset = offset});
  return static_cast<std::uint32_t>(result_.rules.size() - 1);
}

void GbnfParser::define(std::uint32_t rule, std::vector<GrammarElement> elements) {
  result_.rules[rule].elements = std::move(elements);
  result_.rules[rule].defined = true;
}

void GbnfParser::begin_item() {
  open_.back().last = open_.back().elements.size();
  open_.back().rules = 1;
}

void GbnfParser::add(std::vector<GrammarElement>& elements, GrammarElement element) {
  if (++elements_ > limits_.elements) {
    reader_.refuse(reader_.offset(), "expected at most " + std::to_string(limits_.elements) +
                                         " elements, with repetitions written out.");
  }
  elements.push_back(element);
}

void GbnfParser::check_all_defined() const {
  for (const auto& rule : result_.rules) {
    if (!rule.defined)
      reader_.refuse(rule.offset, "expected a definition of rule " + GbnfReader::quoted(rule.name) + ".");
  }
}

}  // namespace tacho::engine
