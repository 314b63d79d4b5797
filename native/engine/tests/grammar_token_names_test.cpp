// What names of tokens in a grammar may cost: each is read by the model's tokenizer.
#include "grammar_text.hpp"

namespace {

using namespace tacho::engine;

std::string named(std::size_t names) {
  std::string gbnf = "root ::= ";
  for (std::size_t i = 0; i < names; ++i) gbnf += '<' + std::to_string(i) + "> ";
  return gbnf;
}

/// What it has to say of a grammar for which each name is a token; `asked` counts them.
std::string complaint_of_names(const std::string& gbnf, std::size_t& asked) {
  const TokenOf any = [&asked](std::string_view) { return static_cast<Token>(asked++); };
  try {
    Grammar::parse(gbnf, "root", any);
    return "";
  } catch (const GrammarError& error) {
    return error.what();
  }
}

TEST(grammar_names_of_tokens_are_bounded_in_number) {
  std::size_t asked = 0;
  CHECK_EQUAL(complaint_of_names(named(1000), asked), "");
  CHECK_EQUAL(asked, 1000u);
  asked = 0;
  CHECK_EQUAL(complaint_of_names(named(2000), asked),
              "Line 1, column 5900 of the grammar: expected at most 1000 different names of tokens.");
  CHECK_EQUAL(asked, 1000u);
}

TEST(grammar_name_of_a_token_is_asked_for_once) {
  std::size_t asked = 0;
  std::string gbnf = "root ::= ";
  for (int i = 0; i < 5000; ++i) gbnf += "<one> !<two> ";
  CHECK_EQUAL(complaint_of_names(gbnf, asked), "");
  CHECK_EQUAL(asked, 2u);
}

TEST(grammar_names_of_tokens_are_bounded_in_length) {
  std::size_t asked = 0;
  CHECK_EQUAL(complaint_of_names("root ::= <" + std::string(254, 'a') + ">", asked), "");
  for (const auto* sign : {"", "!"}) {
    const auto place = 10 + std::string_view(sign).size();
    CHECK_EQUAL(
        complaint_of_names(std::string("root ::= ") + sign + '<' + std::string(255, 'a') + '>', asked),
        "Line 1, column " + std::to_string(place) +
            " of the grammar: expected the name of a token of at most 256 bytes but received 257.");
  }
  CHECK_EQUAL(asked, 1u);
}

}  // namespace
