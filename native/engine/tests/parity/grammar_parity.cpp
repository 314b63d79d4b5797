// Follows grammars with tacho's engine and with llama.cpp's, and compares what they allow, over a model's
// vocabulary. `grammar_parity MODEL.gguf LIBRARIES`; ends with 1 at the first difference.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <random>
#include <string>

#include "../../../testing/check.hpp"
#include "../../grammar/grammar_error.hpp"
#include "../../grammar/grammar_state.hpp"
#include "../../grammar/utf8_place.hpp"
#include "../../llama/llama_model.hpp"
#include "../../llama/llama_sampler.hpp"
#include "json-schema-to-grammar.h"

namespace {

using namespace tacho::engine;

std::string last_log;

void keep_log(ggml_log_level, const char* text, void*) { last_log += text; }

struct Vocabulary {
  explicit Vocabulary(const llama_vocab* of) : llama(of) {
    std::vector<std::string> texts;
    std::vector<Token> ends;
    for (Token token = 0; token < llama_vocab_n_tokens(llama); ++token) {
      append_token_text(llama, token, true, texts.emplace_back());
      if (llama_vocab_is_eog(llama, token)) ends.push_back(token);
    }
    trie = std::make_shared<TokenTrie>(std::move(texts), ends);
  }
  std::optional<Token> token_of(std::string_view text) const {
    std::vector<Token> tokens(2);
    const auto count = llama_tokenize(llama, text.data(), static_cast<std::int32_t>(text.size()),
                                      tokens.data(), 2, false, true);
    return count == 1 ? std::optional(tokens[0]) : std::nullopt;
  }
  const llama_vocab* llama;
  std::shared_ptr<const TokenTrie> trie;
};

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) { return random() % limit; }

std::string one_of(Random& random, std::initializer_list<const char*> choices) {
  return choices.begin()[below(random, choices.size())];
}

/// A grammar of up to four rules, mostly one that llama.cpp takes.
class RandomGrammar {
 public:
  RandomGrammar(Random& random, int depth) : random_(random), depth_(depth) {}

  std::string text() {
    std::string text;
    for (const auto* name : {"root", "b", "c", "d"}) {
      later_ = name[0] == 'r' ? "bcd" : later_.substr(1);
      text += std::string(name) + one_of(random_, {" ::= ", "::=", " ::=\n  "}) + alternatives(depth_) + "\n";
    }
    return text;
  }

 private:
  std::string alternatives(int depth) {
    std::string text = sequence(depth);
    while (below(random_, 3) == 0) text += one_of(random_, {" | ", "|", " |\n "}) += sequence(depth);
    return text;
  }

  std::string sequence(int depth) {
    std::string text = below(random_, 12) == 0 ? "" : item(depth);
    while (below(random_, 2) == 0) (text += ' ') += item(depth);
    return text;
  }

  std::string item(int depth) {
    const bool repeats = below(random_, 3) == 0;
    return primary(depth) + one_of(random_, repeats ? kRepetitions : kOnce);
  }

  static constexpr std::initializer_list<const char*> kOnce = {""};
  static constexpr std::initializer_list<const char*> kRepetitions = {"*",    "+",     "?",    "{2}",
                                                                      "{1,}", "{0,3}", "{2,3}"};

  std::string primary(int depth) {
    if (depth > 0 && below(random_, 5) == 0) return '(' + alternatives(depth - 1) + ')';
    switch (below(random_, 8)) {
      case 0:
        return below(random_, 5) == 0 ? one_of(random_, {"b", "c", "d"}) : later_rule();
      case 1:
        return one_of(random_,
                      {"[a-c]", "[^a]", "[^a-y]", "[abé]", "[0-9 ]", "[^\\x00-\\x7F]", "[à-ü]", "[x-]"});
      case 2:
        return one_of(random_, {".", "[^\"\\\\]", "<[300]>", "!<[300]>", "\"\"", "[ \\t\\n]"});
      default:
        return one_of(random_,
                      {"\"a\"", "\"b\"", "\"ab\"", "\"e\"", "\" the\"", "\"th\"", "\"é\"", "\"1\"", "\"\\n\"",
                       "\"\\\"\"", "\"日\"", "\"in\"", "\"x\"", "\", \"", "\"{\"", "\":\""});
    }
  }

  /// One that this rule cannot be part of.
  std::string later_rule() {
    return later_.empty() ? "\"z\"" : later_.substr(below(random_, later_.size()), 1);
  }

  Random& random_;
  std::string later_;
  int depth_;  // of groups
};

struct LlamaGrammar {
  LlamaGrammar(const Vocabulary& vocabulary, const std::string& gbnf)
      : sampler(llama_sampler_init_grammar(vocabulary.llama, gbnf.c_str(), "root")) {}

  std::vector<bool> allowed(std::size_t vocabulary) const {
    std::vector<llama_token_data> candidates;
    for (std::size_t i = 0; i < vocabulary; ++i) candidates.push_back({static_cast<Token>(i), 1, 0});
    llama_token_data_array all{candidates.data(), candidates.size(), -1, false};
    llama_sampler_apply(sampler.get(), &all);
    std::vector<bool> allowed(vocabulary);
    for (std::size_t i = 0; i < all.size; ++i) {
      allowed[static_cast<std::size_t>(all.data[i].id)] = std::isfinite(all.data[i].logit);
    }
    return allowed;
  }
  /// Its mask allows some tokens that it then cannot take: those half of which are text and all of which are
  /// named by the grammar.
  bool can_take(Token token) const {
    const LlamaSamplerPtr copy(llama_sampler_clone(sampler.get()));
    try {
      llama_sampler_accept(copy.get(), token);
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  LlamaSamplerPtr sampler;
};

struct Comparison {
  const Vocabulary& vocabulary;
  const std::string& gbnf;
  GrammarState ours;
  LlamaGrammar theirs;
  Utf8Place place = Utf8Place::between;
  /// Where a class excludes a character, llama.cpp refuses the first bytes of it even if others may follow;
  /// where any token but one may come, it refuses those that are not whole characters.
  bool excludes = gbnf.find("[^") != std::string::npos || gbnf.find('!') != std::string::npos;

  Utf8Place place_behind(Token token) const {
    auto next = place;
    for (const char byte : vocabulary.trie->text(token)) {
      next = next_place(next, static_cast<std::uint8_t>(byte));
      if (next == Utf8Place::invalid) break;
    }
    return next;
  }

  bool agree(Token token, bool we_allow, bool they_allow) const {
    if (we_allow == they_allow) return true;
    const auto behind = place_behind(token);
    if (we_allow) return excludes && behind != Utf8Place::between;
    const bool ends_for_them = vocabulary.trie->text(token).find('\0') != std::string_view::npos;
    // llama.cpp takes some bytes that are no UTF-8, and allows some tokens that it then cannot take.
    return behind == Utf8Place::invalid || ends_for_them || !theirs.can_take(token);
  }

  std::vector<Token> step() {
    std::vector<float> logits(vocabulary.trie->vocabulary(), 1);
    ours.mask(logits);
    const auto allowed = theirs.allowed(logits.size());
    std::vector<Token> both;
    for (std::size_t i = 0; i < logits.size(); ++i) {
      const auto token = static_cast<Token>(i);
      const bool we_allow = logits[i] == 1;
      if (!agree(token, we_allow, allowed[i])) {
        std::fprintf(stdout, "%s\nToken %d \"%s\": %s, but llama.cpp does %s\n", gbnf.c_str(), token,
                     std::string(vocabulary.trie->text(token)).c_str(), we_allow ? "allowed" : "refused",
                     allowed[i] ? "allow" : "refuse");
        std::exit(1);
      }
      if (we_allow && allowed[i] && !vocabulary.trie->is_end(token)) both.push_back(token);
    }
    return both;
  }
};

struct Counts {
  int followed = 0;
  int refused = 0;
  int tokens = 0;
};

bool says(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

/// llama.cpp would go on for ever with some of what is refused here.
bool is_safe_for_llama(const std::string& complaint) {
  return !says(complaint, "left recursion") && !says(complaint, "larger number");
}

std::shared_ptr<const Grammar> parsed_alike(const Vocabulary& vocabulary, const std::string& gbnf) {
  try {
    return Grammar::parse(gbnf, "root", [&](std::string_view text) { return vocabulary.token_of(text); });
  } catch (const GrammarError& error) {
    if (!is_safe_for_llama(error.what()) || !LlamaGrammar(vocabulary, gbnf).sampler) return nullptr;
    std::fprintf(stdout, "%s\nllama.cpp takes it, but: %s\n", gbnf.c_str(), error.what());
    std::exit(1);
  }
}

void follow(const Vocabulary& vocabulary, const std::string& gbnf, Random& random, int tokens,
            Counts& counts) {
  const auto grammar = parsed_alike(vocabulary, gbnf);
  if (!grammar) {
    ++counts.refused;
    return;
  }
  last_log.clear();
  Comparison both{vocabulary, gbnf, GrammarState(grammar, vocabulary.trie), LlamaGrammar(vocabulary, gbnf)};
  if (!both.theirs.sampler) {
    // It takes a repetition of what may be empty for left recursion.
    if (says(last_log, "left recursion")) return;
    std::fprintf(stdout, "%s\nllama.cpp does not take it: %s\n", gbnf.c_str(), last_log.c_str());
    std::exit(1);
  }
  ++counts.followed;
  for (int i = 0; i < tokens; ++i, ++counts.tokens) {
    const auto allowed = both.step();
    if (allowed.empty()) return;
    const auto token = allowed[below(random, allowed.size())];
    if (!both.theirs.can_take(token)) return;
    CHECK(both.ours.accept(token));
    llama_sampler_accept(both.theirs.sampler.get(), token);
    both.place = both.place_behind(token);
  }
}

const char* const kSchemas[] = {
    R"({"type":"object","properties":{"name":{"type":"string","maxLength":8},"age":{"type":"integer","minimum":0,
        "maximum":150},"tags":{"type":"array","items":{"enum":["a","b c","é"]},"maxItems":3}},"required":["name"]})",
    R"({"type":"object","additionalProperties":{"type":"number"},"properties":{"key":{"type":"boolean"}}})",
    R"({"anyOf":[{"type":"null"},{"type":"string","pattern":"^(\\([0-9]{1,3}\\))?[a-z]+-[^x]{2}$"},{"const":{"x":[1]}}]})",
    R"({"$ref":"#/$defs/tree","$defs":{"tree":{"type":"object","properties":{"v":{"type":"string","format":"date"},
        "next":{"$ref":"#/$defs/tree"}},"required":["v"],"additionalProperties":false}}})",
    "{}",
};

void follow_schemas(const Vocabulary& vocabulary, Counts& counts) {
  Random random(2);
  for (const auto* schema : kSchemas) {
    const auto gbnf = json_schema_to_grammar(common_json::parse(schema), true);
    for (int i = 0; i < 3; ++i) follow(vocabulary, gbnf, random, 24, counts);
  }
}

void follow_random(const Vocabulary& vocabulary, std::uint32_t grammars, Counts& counts) {
  for (std::uint32_t seed = 0; seed < grammars; ++seed) {
    Random random(seed);
    follow(vocabulary, RandomGrammar(random, 2).text(), random, 6, counts);
  }
}

/// What is no GBNF any more, and what still is, should be the same for both.
void mutate(const Vocabulary& vocabulary, std::uint32_t mutants, Counts& counts) {
  const std::string letters = "\"[]()|*+?{},.<>!:=#\\^- \nabx01u";
  for (std::uint32_t seed = 0; seed < mutants; ++seed) {
    Random random(seed);
    auto gbnf = RandomGrammar(random, 1).text();
    for (std::size_t i = below(random, 4); i < 4; ++i) {
      const auto at = below(random, gbnf.size());
      if (static_cast<unsigned char>(gbnf[at]) >= 0x80) continue;  // llama.cpp reads half a character as well
      if (below(random, 2) == 0) gbnf.erase(at, 1);
      gbnf.insert(at, below(random, 2), letters[below(random, letters.size())]);
    }
    follow(vocabulary, gbnf, random, 1, counts);
  }
}

}  // namespace

int main(int count, char** arguments) {
  load_backends(arguments[2]);
  auto params = llama_model_default_params();
  params.vocab_only = true;
  llama_log_set(keep_log, nullptr);
  const std::unique_ptr<llama_model, decltype(&llama_model_free)> model(
      llama_model_load_from_file(arguments[1], params), llama_model_free);
  const Vocabulary vocabulary(llama_model_get_vocab(model.get()));
  // llama.cpp writes what it does not like to stderr, all of it.
  if (std::freopen("/dev/null", "w", stderr) == nullptr) return 1;
  const auto scale = count > 3 ? static_cast<std::uint32_t>(std::stoul(arguments[3])) : 1;
  Counts counts;
  follow_schemas(vocabulary, counts);
  follow_random(vocabulary, 300 * scale, counts);
  mutate(vocabulary, 600 * scale, counts);
  std::printf("%d grammars followed for %d tokens, %d refused: agree\n", counts.followed, counts.tokens,
              counts.refused);
}
