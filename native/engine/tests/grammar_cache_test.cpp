#include "../grammar/grammar_cache.hpp"

#include <atomic>
#include <thread>

#include "grammar_text.hpp"

namespace {

using namespace tacho::engine;
using namespace tacho::engine::tests;

/// Counts what it parses.
struct Cached {
  explicit Cached(const GrammarCacheLimits& limits = {}) : cache(std::make_shared<GrammarCache>(limits)) {}

  std::shared_ptr<const Grammar> of(const std::string& gbnf) {
    return cache->of(gbnf, [&] {
      ++parsed;
      return grammar_of(gbnf);
    });
  }

  std::shared_ptr<GrammarCache> cache;
  std::atomic<int> parsed{0};
};

const std::string kJson =
    "root ::= \"{\" (pair (\",\" pair)*)? \"}\"\npair ::= string \":\" value\nvalue ::= root | string | "
    "[0-9]+\n"
    "string ::= \"\\\"\" [^\"\\\\\\x00-\\x1F]* \"\\\"\"";
const std::string kText = R"({"a":{"bc":12},"d":"e"})";

std::string letters(char letter) { return std::string("root ::= \"") + letter + "\"*"; }

/// What a grammar's masks take along `kText`.
std::uint64_t work_of(std::shared_ptr<const Grammar> grammar,
                      const std::shared_ptr<const TokenTrie>& vocabulary) {
  GrammarState text(std::move(grammar), vocabulary);
  const auto before = text.work();
  std::vector<float> logits(vocabulary->vocabulary());
  for (const char byte : kText) {
    CHECK(text.mask(logits) > 0);
    CHECK(text.accept_text({&byte, 1}));
  }
  return text.work() - before;
}

TEST(grammar_cache_gives_the_same_grammar_for_the_same_text) {
  Cached grammars;
  const auto first = grammars.of(kJson);
  CHECK(grammars.of(kJson).get() == first.get());
  CHECK(grammars.of(kJson + "\n").get() != first.get());
  CHECK_EQUAL(grammars.parsed.load(), 2);
  CHECK_EQUAL(grammars.cache->size(), 2u);
}

TEST(grammar_cache_has_masks_of_requests_before_and_beside) {
  Cached grammars;
  const auto vocabulary = byte_vocabulary();
  const auto cold = work_of(grammars.of(kJson), vocabulary);
  CHECK(cold > 2000);
  // A step for each byte of the text that is walked; no node of the vocabulary, nothing of the automaton.
  CHECK_EQUAL(work_of(grammars.of(kJson), vocabulary), kText.size());
  const GrammarState beside(grammars.of(kJson), vocabulary);
  CHECK_EQUAL(work_of(grammars.of(kJson), vocabulary), kText.size());
}

TEST(grammar_cache_drops_what_was_used_least_lately) {
  Cached grammars({.grammars = 2});
  grammars.of(letters('a'));
  grammars.of(letters('b'));
  grammars.of(letters('a'));
  grammars.of(letters('c'));
  CHECK_EQUAL(grammars.cache->size(), 2u);
  CHECK_EQUAL(grammars.parsed.load(), 3);
  grammars.of(letters('a'));
  CHECK_EQUAL(grammars.parsed.load(), 3);
  grammars.of(letters('b'));
  CHECK_EQUAL(grammars.parsed.load(), 4);
}

TEST(grammar_cache_keeps_no_errors) {
  Cached grammars;
  for (int i = 1; i <= 2; ++i) {
    try {
      grammars.of("root ::=");
      grammars.of("root ::= (");
      CHECK(false);
    } catch (const GrammarError&) {
      CHECK_EQUAL(grammars.parsed.load(), 1 + i);
      CHECK_EQUAL(grammars.cache->size(), 1u);
    }
  }
}

TEST(grammar_cache_is_bounded_in_bytes_when_requests_end) {
  Cached grammars({.bytes = 30'000});
  const auto vocabulary = byte_vocabulary();
  grammars.of(letters('a'));
  CHECK_EQUAL(grammars.cache->size(), 1u);
  {
    // Each level of brackets has states and stacks of its own.
    GrammarState text(grammars.of("root ::= \"(\" root \")\" | \"x\""), vocabulary);
    CHECK_EQUAL(grammars.cache->size(), 2u);
    CHECK(text.accept_text(std::string(2000, '(')));
    CHECK(grammars.cache->bytes() > 30'000);
    auto copy = text;
    CHECK(copy.accept('x'));
  }
  CHECK(grammars.cache->bytes() <= 30'000);
  CHECK_EQUAL(grammars.cache->size(), 0u);  // the other one was used before it
}

TEST(grammar_cache_counts_texts_and_rules) {
  Cached grammars({.bytes = 1'000'000});
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    grammars.of(letters(letter) + "\n#" + std::string(100'000, letter));
  }
  CHECK(grammars.cache->size() >= 7 && grammars.cache->size() <= 9);
  std::string rules = "root ::= \"a\"";
  for (int i = 0; i < 25'000; ++i) rules += "|a";
  grammars.of(rules + "\na ::= \"a\"");
  CHECK(grammars.cache->size() < 7);
}

TEST(grammar_cache_lets_go_of_what_is_in_use) {
  Cached grammars({.grammars = 1});
  GrammarState text(grammars.of(letters('a')), byte_vocabulary());
  grammars.of(letters('b'));
  CHECK_EQUAL(grammars.cache->size(), 1u);
  CHECK(text.accept('a') && !text.accept('b'));
  grammars.cache.reset();
  CHECK(text.accept('a') && text.can_end());
}

TEST(grammar_is_left_to_others_where_one_text_fills_its_memory) {
  const auto grammar =
      grammar_of("root ::= \"(\" root \")\" | \"[\" root \"]\" | \"x\"", {.memory_bytes = 20'000});
  const auto vocabulary = byte_vocabulary();
  GrammarState deep(grammar, vocabulary);
  GrammarState beside(grammar, vocabulary);
  for (int i = 0; i < 300; ++i) CHECK(deep.accept('('));
  CHECK(beside.accept_text("((x))") && beside.must_end());
  const std::string text = "[[[x]]]";
  GrammarState later(grammar, vocabulary);
  CHECK(later.accept_text(text) && later.must_end());
  CHECK(later.memory_bytes() <= 20'000 && beside.memory_bytes() <= 20'000);
  // The full memory could not learn it, but the one behind it has: a step a byte.
  GrammarState last(grammar, vocabulary);
  const auto before = last.work();
  CHECK(last.accept_text(text));
  CHECK_EQUAL(last.work() - before, text.size());
}

/// As requests do: parses, follows and masks, and drops what the others need.
void use(Cached& grammars, const std::shared_ptr<const TokenTrie>& vocabulary, int offset) {
  for (int i = 0; i < 40; ++i) {
    const auto letter = static_cast<char>('a' + (i + offset) % 5);
    GrammarState text(grammars.of(letters(letter)), vocabulary);
    CHECK(text.accept(letter) && text.can_end());
    auto copy = text;
    work_of(grammars.of(kJson), vocabulary);
    GrammarState deep(grammars.of("root ::= \"(\" root \")\" | \"x\""), vocabulary);
    CHECK(deep.accept_text(std::string(static_cast<std::size_t>(i), '(') + 'x'));
    std::vector<float> logits(vocabulary->vocabulary());
    CHECK_EQUAL(deep.mask(logits), 1u);
    CHECK(copy.accept(letter) && !copy.allows('x'));
  }
}

TEST(grammar_cache_serves_threads) {
  Cached grammars({.grammars = 3, .bytes = 200'000});
  const auto vocabulary = byte_vocabulary();
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([&, i] { use(grammars, vocabulary, i); });
  for (auto& thread : threads) thread.join();
  CHECK(grammars.cache->size() <= 3);
  CHECK(grammars.cache->bytes() <= 200'000);
}

/// Both come to the end of what the shared memory holds, again and again.
TEST(grammar_memory_is_filled_by_threads_at_the_same_time) {
  const auto grammar =
      grammar_of("root ::= \"(\" root \")\" | \"[\" root \"]\" | \"x\"", {.memory_bytes = 40'000});
  const auto vocabulary = byte_vocabulary();
  const auto nest = [&](char open, char close) {
    for (int round = 0; round < 8; ++round) {
      GrammarState text(grammar, vocabulary);
      for (int i = 0; i < 250; ++i) CHECK(text.accept(i % 3 == round % 3 ? '(' : open));
      CHECK(text.accept('x'));
      for (int i = 249; i >= 0; --i) CHECK(text.accept(i % 3 == round % 3 ? ')' : close));
      CHECK(text.must_end());
    }
  };
  std::thread one(nest, '(', ')');
  std::thread other(nest, '[', ']');
  one.join();
  other.join();
}

}  // namespace
