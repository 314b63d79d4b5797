// Grammars over vocabularies of single bytes and a few tokens.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../../testing/check.hpp"
#include "../grammar/grammar_error.hpp"
#include "../grammar/grammar_state.hpp"

namespace tacho::engine::tests {

/// Token n is the byte n; then come `more`, and at the end the token that ends a text.
inline std::shared_ptr<const TokenTrie> byte_vocabulary(const std::vector<std::string>& more = {}) {
  std::vector<std::string> texts;
  for (int byte = 0; byte < 256; ++byte) texts.emplace_back(1, static_cast<char>(byte));
  texts.insert(texts.end(), more.begin(), more.end());
  texts.emplace_back();
  const auto end = static_cast<Token>(texts.size() - 1);
  return std::make_shared<TokenTrie>(std::move(texts), std::vector{end});
}

/// "<name>" is no token, "<think>" and "</think>" are the tokens 256 and 257.
inline std::optional<Token> think_tokens(std::string_view text) {
  if (text == "<think>") return 256;
  if (text == "</think>") return 257;
  return std::nullopt;
}

inline std::shared_ptr<const Grammar> grammar_of(std::string_view gbnf, const GrammarLimits& limits = {}) {
  return Grammar::parse(gbnf, "root", think_tokens, limits);
}

inline GrammarState state_of(std::string_view gbnf, const GrammarLimits& limits = {}) {
  return {grammar_of(gbnf, limits), byte_vocabulary()};
}

/// Whether `text` is all that a grammar wants, in one piece and byte by byte alike.
inline bool matches(const GrammarState& start, std::string_view text) {
  auto at_once = start;
  const bool fits = at_once.accept_text(text);
  auto by_byte = start;
  bool each_fits = true;
  for (const char byte : text) {
    const auto token = static_cast<Token>(static_cast<unsigned char>(byte));
    const bool allowed = by_byte.allows(token);
    CHECK_EQUAL(by_byte.accept(token), allowed);
    if (!(each_fits = allowed)) break;
  }
  CHECK_EQUAL(each_fits, fits);
  if (fits) CHECK_EQUAL(by_byte.can_end(), at_once.can_end());
  return fits && at_once.can_end();
}

/// What parse() has to say of `gbnf`; empty: nothing.
inline std::string complaint(std::string_view gbnf, const GrammarLimits& limits = {}) {
  try {
    grammar_of(gbnf, limits);
    return "";
  } catch (const GrammarError& error) {
    return error.what();
  }
}

}  // namespace tacho::engine::tests
