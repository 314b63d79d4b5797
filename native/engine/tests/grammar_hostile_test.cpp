// What clients may send to stop others. Bounds are checked by counting steps and bytes, not by a clock.
#include <functional>
#include <random>

#include "grammar_text.hpp"

namespace {

using namespace tacho::engine;
using namespace tacho::engine::tests;

constexpr GrammarLimits kLimits;
/// A new memory may be begun in a call, and each state that is made may exceed it by what one call's work
/// gives.
constexpr std::size_t kMostBytes = kLimits.memory_bytes + 16 * kLimits.work_per_token;

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string utf8(std::uint32_t character) {
  std::string text;
  text += static_cast<char>(0xF0U | character >> 18U);
  for (const unsigned bits : {12U, 6U, 0U}) text += static_cast<char>(0x80U | (character >> bits & 0x3FU));
  return text;
}

/// root ::= r1, r1 ::= r2 …
std::string chain(std::size_t rules, const std::string& behind = "") {
  std::string gbnf = "root ::= r1\n";
  for (std::size_t i = 1; i < rules; ++i) {
    gbnf += 'r' + std::to_string(i) + " ::= r" + std::to_string(i + 1) + behind + '\n';
  }
  return gbnf + 'r' + std::to_string(rules) + " ::= \"a\"";
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

/// Long tokens of one letter go through many states within one mask.
std::shared_ptr<const TokenTrie> long_tokens() {
  std::vector<std::string> texts;
  for (std::size_t length = 1; length <= 64; ++length) texts.emplace_back(length, 'a');
  for (const auto* text : {"b", "ab", "x", "{", "}", "\"", "é", "\xC3", "\xFF", ""}) texts.emplace_back(text);
  const auto end = static_cast<Token>(texts.size() - 1);
  return std::make_shared<TokenTrie>(std::move(texts), std::vector{end});
}

enum class Outcome { done, too_complex };

/// Masks and accepts `token` at most `times` times, and checks what each call takes.
Outcome follow(GrammarState& text, Token token, int times) {
  std::vector<float> logits(75);
  try {
    for (int i = 0; i < times; ++i) {
      const auto before = text.work();
      const auto check_work = [&] { CHECK(text.work() - before <= 2 * kLimits.work_per_token + 1000); };
      const bool allowed = text.mask(logits) > 0;
      check_work();
      CHECK(text.memory_bytes() <= kMostBytes);
      if (!allowed || !text.accept(token)) return Outcome::done;
    }
    return Outcome::done;
  } catch (const GrammarTooComplex&) {
    CHECK(text.memory_bytes() <= kMostBytes);
    return Outcome::too_complex;
  }
}

Outcome follow(std::string_view gbnf, int times = 300) {
  try {
    GrammarState text(grammar_of(gbnf), long_tokens());
    return follow(text, 0, times);
  } catch (const GrammarTooComplex&) {
    return Outcome::too_complex;
  }
}

TEST(grammar_nesting_is_bounded) {
  for (const std::size_t depth : {1'001U, 60'000U, 200'000U}) {
    const auto open = "root ::= " + repeated("(", depth);
    CHECK(contains(complaint(open + "\"a\"" + repeated(")", depth)), "at most 1000 nested groups"));
    CHECK(contains(complaint(open), "at most 1000 nested groups"));
  }
  const auto deepest = "root ::= " + repeated("(", 1000) + "\"a\"" + repeated(")*", 1000);
  CHECK_EQUAL(complaint(deepest), "");
  CHECK(follow(deepest) == Outcome::done);
}

TEST(grammar_chains_of_rules_are_followed_without_recursion) {
  CHECK(contains(complaint(chain(200'000)), "at most 524288 bytes"));
  CHECK(matches(state_of(chain(20'000)), "a"));
  CHECK(follow(chain(20'000, " \"a\"")) == Outcome::done);
  const GrammarLimits wide{.text_bytes = 8'000'000, .rules = 300'000, .elements = 1'000'000};
  CHECK(matches(state_of(chain(200'000), wide), "a"));
  CHECK(contains(complaint(chain(200'000) + " | root \"b\"", wide), "left recursion"));
}

TEST(grammar_ambiguity_does_not_grow_exponentially) {
  const char* const both =
      "root ::= s\ns ::= \"a\" t s | \"a\" s t | \"a\"\nt ::= \"a\" s t | \"a\" t s | \"a\"";
  GrammarState text(grammar_of(both), long_tokens());
  for (int i = 0; i < 60; ++i) CHECK(text.accept(0));
  // 2^60 stacks by now; as many steps as a cubic function of the length.
  CHECK(text.work() < 1'000'000);
  CHECK(text.memory_bytes() < 200'000);
  for (const auto* gbnf :
       {both, "root ::= \"a\" | \"a\" root root | \"a\" root root root", "root ::= (\"a\"* \"a\"* \"a\"*)*",
        "root ::= (\"a\" | \"aa\" | \"aaa\"){2000}", "root ::= [ab] root [ab] | [ab]?",
        "root ::= .* \"a\" .{200}", "root ::= [a-z]? s s s s\ns ::= | \"a\" s | \"a\" s s"}) {
    follow(gbnf);
  }
}

TEST(grammar_optional_repetitions_within_each_other_are_bounded) {
  CHECK(matches(state_of("root ::= ((\"a\"?){50}){50}"), "aaaa"));
  follow("root ::= ((\"a\"?){50}){50}");
  CHECK(follow("root ::= (((\"a\"?){12}){12}){12}") == Outcome::done);
  CHECK(contains(complaint("root ::= (\"a\"{1,50}){50}"),
                 "at most 2000 repetitions, counted with those within"));
  CHECK(contains(complaint("root ::= (\"a\"{1,1000}){1,1000}"), "at most 2000 repetitions"));
}

TEST(grammar_repetitions_are_bounded) {
  CHECK(contains(complaint("root ::= \"a\"{2001}"), "at most 2000 repetitions"));
  CHECK(contains(complaint("root ::= \"a\"{999999999999999999999999}"), "at most 2000 repetitions"));
  CHECK(contains(complaint("root ::= \"" + std::string(1000, 'a') + "\"{2000}"), "at most 500000 elements"));
  CHECK(contains(complaint("root ::= " + repeated("\"a\"{0,2000} ", 60)), "at most 100000 rules"));
  CHECK(contains(complaint("root ::= \"a\"" + repeated("{2}", 100)), "at most 2000 repetitions"));
  CHECK_EQUAL(complaint("root ::= \"a\"" + repeated("*", 1000)), "");
}

TEST(grammar_sizes_are_bounded) {
  CHECK(contains(complaint(std::string(600'000, '#')), "at most 524288 bytes but received 600000"));
  CHECK(contains(complaint("root ::= " + repeated("(a)", 110'000)), "at most 100000 rules"));
  CHECK(contains(complaint("root ::= " + std::string(500'000, 'x')), "expected a definition of rule \"xxxx"));
  CHECK(complaint("root ::= " + std::string(500'000, 'x')).size() < 200);
}

TEST(grammar_classes_of_many_characters_are_bounded) {
  std::string all;
  std::string apart;
  for (std::uint32_t i = 0; i < 80'000; ++i) {
    all += utf8(0x20000 + 2 * i);
    apart += '[' + utf8(0x20000 + 2 * i) + ']';
  }
  const auto last = utf8(0x20000 + 2 * 79'999);
  const auto between = utf8(0x20001);
  CHECK(matches(state_of("root ::= [" + all + "]"), last) &&
        !matches(state_of("root ::= [" + all + "]"), between));
  CHECK(!matches(state_of("root ::= [^" + all + "]"), last) &&
        matches(state_of("root ::= [^" + all + "]"), between));
  CHECK(matches(state_of("root ::= \"" + last + "\" | " + apart), last));
}

TEST(grammar_with_many_alternatives_is_bounded) {
  follow("root ::= " + repeated("\"a\" | ", 80'000) + "\"b\"");
  follow("root ::= " + repeated("a ", 250'000) + "\na ::= | \"a\"");
  follow("root ::= a" + repeated(" | a", 120'000) + "\na ::= | \"a\"");
  std::string lengths = "root ::= (\"a\"";
  for (int i = 2; i < 300; ++i) lengths += " | \"a\"{" + std::to_string(i) + "}";
  follow(lengths + ")*");
}

TEST(grammar_takes_long_tokens_and_any_bytes) {
  const std::string long_text(1'000'000, 'a');
  const auto vocabulary = std::make_shared<TokenTrie>(
      std::vector<std::string>{long_text, "a", std::string(1, '\0'), std::string("a\0a", 3), "\xFF", "\xC3",
                               long_text + '\xFF'},
      std::vector<Token>{});
  GrammarState text(grammar_of("root ::= [a-z]*", {.work_per_token = 2'000'000}), vocabulary);
  std::vector<float> logits(7);
  CHECK_EQUAL(text.mask(logits), 2u);
  CHECK(text.accept(0) && text.accept(1) && !text.allows(2) && !text.allows(3) && !text.allows(6));
  CHECK(text.work() < 5'000'000);
  GrammarState shorter(grammar_of("root ::= [a-z]*"), vocabulary);
  try {
    shorter.accept(0);
    CHECK(false);
  } catch (const GrammarTooComplex&) {
    CHECK(shorter.accept(1));
  }
}

TEST(grammar_memory_is_begun_anew_where_it_is_full) {
  const GrammarLimits small{.memory_bytes = 20'000};
  const auto grammar = grammar_of("root ::= \"a\" root \"b\" | \"x\"", small);
  GrammarState text(grammar, byte_vocabulary());
  auto early = text;
  for (int i = 0; i < 300; ++i) {
    CHECK(text.accept('a'));
    CHECK(text.memory_bytes() <= small.memory_bytes);
  }
  auto late = text;
  CHECK(late.accept('x'));
  for (int i = 0; i < 300; ++i) CHECK(late.accept('b'));
  CHECK(late.must_end());
  CHECK(early.accept_text("axb") && early.must_end());
  try {
    for (int i = 0; i < 10'000; ++i) CHECK(text.accept('a'));
    CHECK(false);
  } catch (const GrammarTooComplex& error) {
    CHECK(contains(error.what(), "memory"));
  }
}

/// Whatever comes of it, it ends, and the mask is what is allowed.
void try_out(const std::string& gbnf, std::mt19937& random, int& parsed) {
  static const auto vocabulary = long_tokens();
  const GrammarLimits limits{.work_per_token = 20'000};
  try {
    GrammarState text(grammar_of(gbnf, limits), vocabulary);
    ++parsed;
    for (int i = 0; i < 4; ++i) {
      std::vector<float> logits(vocabulary->vocabulary());
      text.mask(logits);
      const auto token = static_cast<Token>(random() % logits.size());
      CHECK_EQUAL(text.allows(token), logits[static_cast<std::size_t>(token)] == 0);
      CHECK_EQUAL(text.accept(token), logits[static_cast<std::size_t>(token)] == 0);
    }
  } catch (const GrammarError&) {
  } catch (const GrammarTooComplex&) {
  }
}

TEST(grammar_survives_mutations) {
  const std::vector<std::string> seeds{
      "root ::= \"{\" ws (pair (\",\" ws pair)*)? \"}\"\npair ::= string \":\" ws value\nvalue ::= root | "
      "string | [0-9]+\n"
      "string ::= \"\\\"\" ([^\"\\\\\\x00-\\x1F] | \"\\\\\" [\"\\\\nu])* \"\\\"\"\nws ::= | \" \" | \"\\n\" "
      "[ \\t]{0,20}",
      "root ::= <think> !</think>* </think> (\"a\" | [^ab] .){2,5} # note\n",
      "root ::= (a b)* | \"\\u00e9\\U0001F600\"\na ::= (\"x\"? [é-ü])+\nb ::= ((\"a\"?){9}){9} <[3]>"};
  const std::string letters = std::string("\"[]()|*+?{},.<>!:=#\\^- \n\rabx019\xC3\xA9\xF0") + '\0';
  std::mt19937 random(7);
  int parsed = 0;
  for (int i = 0; i < 6000; ++i) {
    auto gbnf = seeds[random() % seeds.size()];
    for (auto changes = random() % 5; changes > 0 && !gbnf.empty(); --changes) {
      const auto at = random() % gbnf.size();
      switch (random() % 4) {
        case 0:
          gbnf.erase(at, 1 + random() % 5);
          break;
        case 1:
          gbnf.insert(at, 1, letters[random() % letters.size()]);
          break;
        case 2:
          gbnf[at] = letters[random() % letters.size()];
          break;
        default:
          gbnf.insert(at, gbnf.substr(random() % gbnf.size(), random() % 20));
          break;
      }
    }
    try_out(gbnf, random, parsed);
  }
  CHECK(parsed > 1000 && parsed < 5000);
}

}  // namespace
