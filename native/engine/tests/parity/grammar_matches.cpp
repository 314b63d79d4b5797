// Which texts grammars match. Reads "G", a length and so many bytes of GBNF, then "T" and the same of a text,
// each any number of times; writes for each text 1 or 0, and for a grammar that is none, its error.
#include <iostream>
#include <string>

#include "../../grammar/grammar_error.hpp"
#include "../../grammar/grammar_state.hpp"

namespace {

using namespace tacho::engine;

bool matches(std::shared_ptr<const Grammar> grammar, const std::string& text) {
  static const auto vocabulary =
      std::make_shared<TokenTrie>(std::vector<std::string>{}, std::vector<Token>{});
  GrammarState state(std::move(grammar), vocabulary);
  for (const char& byte : text) {
    if (!state.accept_text({&byte, 1})) return false;
  }
  return state.can_end();
}

std::shared_ptr<const Grammar> parsed(const std::string& gbnf) {
  try {
    return Grammar::parse(gbnf, "root", {});
  } catch (const GrammarError& error) {
    std::cout << error.what() << '\n';
    return nullptr;
  }
}

}  // namespace

int main() {
  std::shared_ptr<const Grammar> grammar;
  char kind = 0;
  for (std::size_t length = 0; std::cin >> kind >> length;) {
    std::string bytes(length, '\0');
    std::cin.ignore().read(bytes.data(), static_cast<std::streamsize>(length));
    if (kind == 'G')
      grammar = parsed(bytes);
    else if (grammar)
      std::cout << matches(grammar, bytes) << '\n';
  }
}
