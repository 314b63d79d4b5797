// Tokens that grammars name: what is allowed, against a recogniser that only follows rules, and what it
// takes.
#include <random>
#include <set>

#include "grammar_text.hpp"

namespace {

using namespace tacho::engine;
using namespace tacho::engine::tests;

using Kind = GrammarElement::Kind;

/// Every way to read a text so far, written out: what is open, the innermost last, and how far its character
/// is read. Exponential, and without a thought.
class NaiveRecogniser {
 public:
  explicit NaiveRecogniser(const Grammar& grammar) : grammar_(&grammar) {
    for (const auto alternative : grammar.alternatives(grammar.root())) arrive(ways_, {alternative});
  }

  NaiveRecogniser behind_token(Token token, std::string_view text) const {
    auto next = *this;
    next.ways_ = behind_text(text);
    for (const auto& way : ways_) {
      if (!way.stack.empty() && reads(grammar_->at(way.stack.back()), token, text))
        arrive(next.ways_, behind(way.stack));
    }
    return next;
  }
  bool leads_nowhere() const { return ways_.empty(); }
  bool can_end() const { return ways_.contains(Way{}); }
  std::size_t ways() const { return ways_.size(); }

 private:
  using Stack = std::vector<Grammar::Position>;
  struct Way {
    Stack stack;  // empty: the end
    Utf8Automaton::State character = 0;
    auto operator<=>(const Way&) const = default;
  };
  using Ways = std::set<Way>;

  static bool reads(GrammarElement element, Token token, std::string_view text) {
    const bool named = element.value == static_cast<std::uint32_t>(token);
    return (element.kind == Kind::token && named) ||
           (element.kind == Kind::other_token && !named && !text.empty());
  }

  Stack behind(Stack stack) const {
    stack.back() = grammar_->behind(stack.back());
    return stack;
  }

  void arrive(Ways& ways, Stack stack) const {
    std::set<Stack> seen;
    arrive(ways, seen, std::move(stack));
  }

  void arrive(Ways& ways, std::set<Stack>& seen, Stack stack) const {
    while (!stack.empty() && stack.back() == Grammar::kEnd) stack.pop_back();
    if (!seen.insert(stack).second) return;
    if (stack.empty()) {
      ways.insert(Way{});
      return;
    }
    const auto element = grammar_->at(stack.back());
    if (element.kind != Kind::rule) {
      if (element.kind == Kind::character && element.value == Utf8Automaton::kNone) return;
      ways.insert(Way{stack, element.kind == Kind::character ? element.value : 0});
      return;
    }
    stack = behind(std::move(stack));
    while (!stack.empty() && stack.back() == Grammar::kEnd) stack.pop_back();
    for (const auto alternative : grammar_->alternatives(element.value)) {
      auto inner = stack;
      inner.push_back(alternative);
      arrive(ways, seen, std::move(inner));
    }
  }

  Ways behind_text(std::string_view text) const {
    if (text.empty()) return {};
    auto ways = ways_;
    for (const char byte : text) {
      Ways next;
      for (const auto& way : ways) {
        const auto character = grammar_->characters().step(way.character, static_cast<std::uint8_t>(byte));
        if (character == Utf8Automaton::kDone)
          arrive(next, behind(way.stack));
        else if (character != Utf8Automaton::kNone)
          next.insert(Way{way.stack, character});
      }
      ways = std::move(next);
    }
    return ways;
  }

  const Grammar* grammar_;
  Ways ways_;
};

/// Tokens with texts that are parts of each other or of a character, one without a text, and the end.
const std::vector<std::string> kTexts{"a", "b", "ab", "\xC3", "\xA9", "é", "<t>", "", "ba", "\xFF", ""};
constexpr Token kEndToken = 10;

std::shared_ptr<const TokenTrie> few_tokens() {
  return std::make_shared<TokenTrie>(kTexts, std::vector{kEndToken});
}

std::string one_of(std::mt19937& random, const std::vector<const char*>& choices) {
  return choices[random() % choices.size()];
}

/// Rules use only those behind them, mostly. Tokens without text, ends and none of the vocabulary are named
/// too, and some classes have no characters, so that nothing comes behind what is before them.
std::string random_grammar(std::mt19937& random) {
  const std::vector<const char*> items{"<[0]>",  "!<[0]>",  "<[1]>",  "!<[1]>",  "<[2]>", "!<[2]>",
                                       "<[5]>",  "!<[6]>",  "<t>",    "!<t>",    "<[7]>", "!<[7]>",
                                       "<[10]>", "!<[10]>", "<[99]>", "!<[99]>", "\"a\"", "\"ab\"",
                                       "[^a]",   ".",       "\"é\"",  "[b-a]",   "\"\"",  "[bé]"};
  const std::vector<std::vector<const char*>> later{{"b", "c"}, {"c", "b"}, {"<[0]>", "c"}};
  const std::vector<const char*> names{"root", "b", "c"};
  std::string gbnf;
  for (std::size_t rule = 0; rule < names.size(); ++rule) {
    gbnf += std::string(names[rule]) + " ::= ";
    for (auto alternatives = 1 + random() % 4; alternatives > 0; --alternatives) {
      for (auto length = random() % 4; length > 0; --length) {
        gbnf += one_of(random, random() % 4 == 0 ? later[rule] : items);
        if (random() % 5 == 0 && gbnf.back() != '"') gbnf += one_of(random, {"?", "*", "{1,2}"});
        gbnf += ' ';
      }
      if (alternatives > 1) gbnf += "| ";
    }
    gbnf += '\n';
  }
  return gbnf;
}

std::shared_ptr<const Grammar> parsed(const std::string& gbnf) {
  const auto token_of = [](std::string_view text) {
    return text == "<t>" ? std::optional<Token>(6) : std::nullopt;
  };
  try {
    return Grammar::parse(gbnf, "root", token_of);
  } catch (const GrammarError&) {
    return nullptr;  // left recursion
  }
}

void fail(const std::string& gbnf, Token token, const char* what, bool wanted) {
  std::fprintf(stderr, "%s\ntoken %d: expected %s to be %d\n", gbnf.c_str(), token, what, wanted);
  std::abort();
}

/// What may come next by mask and one by one; gives those that may.
std::vector<Token> compare(const std::string& gbnf, GrammarState& text, const NaiveRecogniser& naive) {
  std::vector<float> logits(kTexts.size() + 2, 1);
  const auto count = text.mask(logits);
  std::vector<Token> allowed;
  for (Token token = 0; token < static_cast<Token>(logits.size()); ++token) {
    const auto index = static_cast<std::size_t>(token);
    bool wanted = token == kEndToken && naive.can_end();
    if (index < kTexts.size() && token != kEndToken)
      wanted = !naive.behind_token(token, kTexts[index]).leads_nowhere();
    if ((logits[index] == 1) != wanted) fail(gbnf, token, "the mask", wanted);
    if (text.allows(token) != wanted) fail(gbnf, token, "allows()", wanted);
    if (wanted) allowed.push_back(token);
  }
  CHECK_EQUAL(count, allowed.size());
  return allowed;
}

TEST(grammar_tokens_are_allowed_as_by_a_naive_recogniser) {
  std::mt19937 random(11);
  const auto vocabulary = few_tokens();
  int followed = 0;
  int tokens = 0;
  for (int i = 0; i < 3000; ++i) {
    const auto gbnf = random_grammar(random);
    const auto grammar = parsed(gbnf);
    if (!grammar) continue;
    ++followed;
    GrammarState text(grammar, vocabulary);
    NaiveRecogniser naive(*grammar);
    for (int length = 0; length < 5 && naive.ways() < 200; ++length, ++tokens) {
      auto allowed = compare(gbnf, text, naive);
      std::erase(allowed, kEndToken);
      if (allowed.empty()) break;
      const auto token = allowed[random() % allowed.size()];
      CHECK(text.accept(token));
      naive = naive.behind_token(token, kTexts[static_cast<std::size_t>(token)]);
    }
  }
  CHECK(followed > 900 && tokens > 2500);
}

std::vector<bool> mask_of(const std::string& gbnf) {
  GrammarState text(parsed(gbnf), few_tokens());
  std::vector<float> logits(kTexts.size(), 1);
  text.mask(logits);
  std::vector<bool> allowed;
  for (const auto logit : logits) allowed.push_back(logit == 1);
  return allowed;
}

TEST(grammar_other_tokens_join_to_all_that_have_a_text) {
  const std::vector<bool> all{true, true, true, true, true, true, true, false, true, true, false};
  auto but_one = all;
  but_one[1] = false;
  CHECK(mask_of("root ::= !<[1]>") == but_one);
  CHECK(mask_of("root ::= !<[1]> | !<[1]> \"a\"") == but_one);
  CHECK(mask_of("root ::= !<[1]> | !<[2]>") == all);
  CHECK(mask_of("root ::= !<[1]> | <[1]>") == all);
  CHECK(mask_of("root ::= !<[1]> | \"b\"") == all);
  CHECK(mask_of("root ::= !<[99]>") == all);
  CHECK(mask_of("root ::= !<[4294967295]>") == all);
  // Nothing can come behind the second, so that it reads nothing either.
  CHECK(mask_of("root ::= !<[1]> | !<[2]> [b-a]") == but_one);
  auto with_seven = but_one;
  with_seven[7] = true;
  CHECK(mask_of("root ::= !<[1]> | <[7]> | <[1]> end\nend ::= [b-a]") == with_seven);
}

std::shared_ptr<const TokenTrie> many_tokens(std::size_t count) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) texts.push_back("token " + std::to_string(i));
  return std::make_shared<TokenTrie>(std::move(texts), std::vector<Token>{});
}

/// Alternatives of `first`, a number, and `last`, with the numbers from 0 on.
std::string numbered(const std::string& first, std::size_t count, const std::string& last) {
  std::string gbnf = "root ::= ";
  for (std::size_t i = 0; i < count; ++i) gbnf += (i > 0 ? "|" : "") + first + std::to_string(i) + last;
  return gbnf;
}

TEST(grammar_of_many_tokens_walks_the_vocabulary_once) {
  constexpr std::size_t kElements = 10'000;
  constexpr std::size_t kVocabulary = 100'000;
  const auto vocabulary = many_tokens(kVocabulary);
  std::vector<float> logits(kVocabulary);
  const auto check = [&](const std::string& gbnf, std::size_t allowed) {
    GrammarState text(parsed(gbnf), vocabulary);
    const auto before = text.work();
    CHECK_EQUAL(text.mask(logits), allowed);
    // 1,000,000,000 where each alternative walks over all of it.
    CHECK(text.work() - before <= 2 * kElements + kVocabulary / 64);
    CHECK(text.allows(0) && text.work() - before <= 6 * kElements + kVocabulary / 64);
  };
  check(numbered("!<[", kElements, "]>"), kVocabulary);
  check(numbered("!<[7]>|!<[", kElements / 2, "]>"), kVocabulary);
  check(numbered("<[", kElements, "]>"), kElements);
  std::string one = "root ::= !<[7]>";
  for (std::size_t i = 1; i < kElements; ++i) one += "|!<[7]>";
  check(one, kVocabulary - 1);
}

TEST(grammar_of_many_tokens_that_lead_nowhere_ends_at_the_bound_of_work) {
  const GrammarLimits limits{.work_per_token = 50'000};
  std::string gbnf = "root ::= <[1]> nowhere";
  for (std::size_t i = 0; i < 5'000; ++i) gbnf += "|!<[" + std::to_string(i) + "]> nowhere";
  gbnf += "\nnowhere ::= [b-a]";
  for (std::size_t i = 0; i < 1'000; ++i) gbnf += "|[b-a]";
  GrammarState text(grammar_of(gbnf, limits), many_tokens(1000));
  const auto before = text.work();
  std::vector<float> logits(1000);
  try {
    text.mask(logits);
    CHECK(false);  // 5,000,000 steps
  } catch (const GrammarTooComplex&) {
    CHECK(text.work() - before <= limits.work_per_token + 1000);
  }
}

}  // namespace
