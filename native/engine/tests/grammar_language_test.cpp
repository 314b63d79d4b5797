#include "grammar_text.hpp"

namespace {

using namespace tacho::engine;
using namespace tacho::engine::tests;

using Texts = std::vector<std::string>;

struct Case {
  const char* gbnf;
  Texts accepted;
  Texts refused;
};

void check_all(const std::vector<Case>& cases) {
  for (const auto& [gbnf, accepted, refused] : cases) {
    const auto start = state_of(gbnf);
    const auto check = [&](const std::string& text, bool expected) {
      if (matches(start, text) == expected) return;
      std::fprintf(stderr, "%s\nshould %s: %s\n", gbnf, expected ? "accept" : "refuse", text.c_str());
      std::abort();
    };
    for (const auto& text : accepted) check(text, true);
    for (const auto& text : refused) check(text, false);
  }
}

TEST(grammar_literals_and_alternatives) {
  check_all({
      {R"(root ::= "cat" | "dog")", {"cat", "dog"}, {"", "ca", "cats", "cow"}},
      {R"(root ::= "ab" "cd")", {"abcd"}, {"ab", "abc", "cd"}},
      {R"(root ::= "")", {""}, {"a"}},
      {R"(root ::= | "a")", {"", "a"}, {"aa"}},
      {R"(root ::= "\t\r\n\\\"\[\]\-\x41\u00e9\U0001F600")", {"\t\r\n\\\"[]-Aé😀"}, {"\t\r\n\\\"[]-A"}},
      {R"(root ::= "日本" | "日曜")", {"日本", "日曜"}, {"日", "日木"}},
      {"root ::= a b\na ::= \"x\"\nb ::= a a | \"y\"", {"xxx", "xy"}, {"x", "xx", "yx"}},
      {"root ::= \"a\"\r\nother ::= root", {"a"}, {""}},
      {"# first\n\n  root ::= # second\n  \"a\" | # third\n  \"b\"\n# last", {"a", "b"}, {"ab"}},
      {"root ::= (\n \"a\" # one\n \"b\"\n | \"c\"\n)", {"ab", "c"}, {"a", "abc"}},
      {"root ::= \"a\"\nroot ::= \"b\"", {"b"}, {"a"}},  // the last definition counts
      {"x-1 ::= \"a\"\nroot ::= x-1 X2\nX2 ::= \"b\"", {"ab"}, {"a"}},
  });
}

TEST(grammar_classes) {
  check_all({
      {"root ::= [a-c]", {"a", "b", "c"}, {"", "d", "`", "ab"}},
      {"root ::= [^a-c]", {"d", "`", "é", "😀", "\n"}, {"a", "b", "", "de"}},
      {"root ::= [a-cx-z0]", {"b", "y", "0"}, {"d", "1"}},
      {"root ::= [-a]", {"-", "a"}, {"b"}},
      {"root ::= [a-]", {"-", "a"}, {"b"}},
      {"root ::= [^]", {""}, {"a"}},  // an empty class is nothing at all
      {"root ::= \"x\" [] \"y\"", {"xy"}, {"x", "y"}},
      {"root ::= [z-a]", {}, {"", "a", "m", "z"}},
      {R"(root ::= [\]\[\\\-^])", {"]", "[", "\\", "-", "^"}, {"a"}},
      {"root ::= [ぁ-ゟ]", {"ひ", "ら"}, {"カ", "a", "\xE3"}},
      {R"(root ::= [\u0080-\U0010FFFF])", {"\xC2\x80", "é", "€", "😀", "\xF4\x8F\xBF\xBF"}, {"a", "\x7F"}},
      {R"(root ::= [^\x00-\x7F])", {"é", "\xEF\xBF\xBF", "\xEE\x80\x80"}, {"a"}},
      {"root ::= .", {"a", "\n", "é", "😀"}, {"", "ab", "éé"}},
      {R"(root ::= [\x61-\u0062] "\U00000063")", {"ac", "bc"}, {"cc"}},
      {"root ::= [aab-cb-d]", {"a", "b", "c", "d"}, {"e"}},
  });
}

TEST(grammar_repetitions) {
  check_all({
      {"root ::= \"a\"*", {"", "a", "aaaa"}, {"b", "ab"}},
      {"root ::= \"ab\"+", {"ab", "abab"}, {"", "aba"}},
      {"root ::= [ab]?", {"", "a", "b"}, {"ab"}},
      {"root ::= \"a\"{3}", {"aaa"}, {"aa", "aaaa"}},
      {"root ::= \"a\"{0}", {""}, {"a"}},
      {"root ::= \"a\"{0,0} \"b\"", {"b"}, {"ab"}},
      {"root ::= \"a\"{2,}", {"aa", "aaaaaa"}, {"", "a"}},
      {"root ::= \"a\"{0,}", {"", "aaaaaa"}, {"b"}},
      {"root ::= \"a\"{1,3}", {"a", "aa", "aaa"}, {"", "aaaa"}},
      {"root ::= \"a\"{ 1 , 2 }", {"a", "aa"}, {"", "aaa"}},
      {"root ::= \"a\"{1,2001}", {"a", std::string(3000, 'a')}, {""}},  // too many are as many as one likes
      {"root ::= \"a\"{2000}", {std::string(2000, 'a')}, {std::string(1999, 'a'), std::string(2001, 'a')}},
      {"root ::= (\"a\" | \"bc\"){2,3}", {"aa", "abc", "bcabc"}, {"a", "bc", "aaaa", "ab"}},
      {"root ::= (\"a\"\n*)", {"", "aa"}, {"b"}},
      {"root ::= \"a\"+?", {"", "a", "aaa"}, {"b"}},  // of all that the first one made
      {"root ::= \"a\"{2}{2}", {"aaaa"}, {"aa", "aaa", "aaaaaa"}},
      {"root ::= (\"a\"?)*", {"", "aaa"}, {"b"}},
      {"root ::= (\"a\"? \"b\"?)* \"c\"", {"c", "babac", "bbc"}, {"", "ca"}},
      {"root ::= (\"a\"*)*", {"", "aaa"}, {"b"}},
      {"root ::= ((\"a\"?){9}){9}", {"", "a", std::string(81, 'a')}, {"b", std::string(82, 'a')}},
  });
}

TEST(grammar_recursion) {
  check_all({
      {"root ::= \"(\" root \")\" | \"\"", {"", "()", "((()))"}, {"(", "())", ")("}},
      {"root ::= \"a\" root \"b\" | \"a\" root \"c\" | \"x\"", {"x", "aaxbc", "aaxcb"}, {"ax", "axbb"}},
      {"root ::= \"a\" root \"a\" | \"a\"", {"a", "aaa", "aaaaa"}, {"", "aa", "aaaa"}},
      {"root ::= s\ns ::= \"a\" s s | \"\"", {"", "a", "aaaa"}, {"b", "ab"}},
      {"root ::= a \"b\" | a \"c\"\na ::= \"a\" a | \"a\"", {"aab", "ac"}, {"a", "b", "abc"}},
      {"root ::= e e \"x\"\ne ::= f f\nf ::= | \"y\"", {"x", "yx", "yyyyx"}, {"", "yyyyyx"}},
  });
}

TEST(grammar_examples_of_llama_cpp) {
  check_all({
      {"root ::= (expr \"=\" ws term \"\\n\")+\nexpr ::= term ([-+*/] term)*\nterm ::= ident | num | \"(\" "
       "ws expr "
       "\")\" ws\nident ::= [a-z] [a-z0-9_]* ws\nnum ::= [0-9]+ ws\nws ::= [ \\t\\n]*",
       {"1 +2 = 3\n", "x*(y+1)=z\n2=2\n"},
       {"1 +2", "1 + 2 = 3\n", "1=2=3\n"}},
      {"root ::= object\nvalue ::= object | array | string | number | (\"true\" | \"false\" | \"null\") ws\n"
       "object ::= \"{\" ws ( string \":\" ws value (\",\" ws string \":\" ws value)* )? \"}\" ws\n"
       "array ::= \"[\" ws ( value (\",\" ws value)* )? \"]\" ws\n"
       "string ::= \"\\\"\" ( [^\"\\\\\\x7F\\x00-\\x1F] | \"\\\\\" ([\"\\\\bfnrt] | \"u\" [0-9a-fA-F]{4}) )* "
       "\"\\\"\" ws\n"
       "number ::= (\"-\"? ([0-9] | [1-9] [0-9]{0,15})) (\".\" [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws\n"
       "ws ::= | \" \" | \"\\n\" [ \\t]{0,20}",
       {"{}", "{\"a\": [1, -2.5e7, true, null, {\"é\": \"\\u00e9\\n\"}]}", "{\"\":\"\"}\n\t"},
       {"", "{", "[]", "{\"a\"}", "{\"a\": 01}", "{\"a\": \"\n\"}", "{} {}"}},
      {"root ::= (\"1. \" move \" \" move \"\\n\" ([1-9] [0-9]? \". \" move \" \" move \"\\n\")+)\n"
       "move ::= (pawn | nonpawn | castle) [+#]?\nnonpawn ::= [NBKQR] [a-h]? [1-8]? \"x\"? [a-h] [1-8]\n"
       "pawn ::= ([a-h] \"x\")? [a-h] [1-8] (\"=\" [NBKQR])?\ncastle ::= \"O-O\" \"-O\"?",
       {"1. e4 e5\n2. Nf3 Nc6\n10. O-O O-O-O+\n", "1. exd5 Qxd5#\n2. e8=Q Kd7\n"},
       {"1. e4 e5\n", "1. e9 e5\n2. a3 a6\n", "1. O-O-O-O e5\n2. a3 a6\n"}},
      {"root ::= jp-char+ ([ \\t\\n] jp-char+)*\njp-char ::= hiragana | katakana | punctuation | cjk\n"
       "hiragana ::= [ぁ-ゟ]\nkatakana ::= [ァ-ヿ]\npunctuation ::= [、-〾]\ncjk ::= [一-鿿]",
       {"日本語 テスト", "はい。"},
       {"", "abc", "日本語 "}},
      {"root ::= item+\nitem ::= \"- \" [^\\r\\n\\x0b\\x0c\\x85\\u2028\\u2029]+ \"\\n\"",
       {"- one\n", "- one\n- two\n"},
       {"- one", "-one\n", "- \n"}},
      {"root ::= ([a-zA-Z0-9 ] | \"'\")+ [.!?] \" \" ([A-Z] [a-z]+ \" \"?)*", {"It's so. Yes No"}, {"It"}},
      {"root ::= (declaration)*\ndeclaration ::= dataType identifier \"(\" parameter? \")\" \"{\" statement* "
       "\"}\"\n"
       "dataType ::= \"int\" ws | \"float\" ws | \"char\" ws\nidentifier ::= [a-zA-Z_] [a-zA-Z_0-9]*\n"
       "parameter ::= dataType identifier\nstatement ::= ( dataType identifier ws \"=\" ws expression \";\" "
       ") |\n"
       "  ( \"return\" ws expression \";\" )\nexpression ::= term ((\"+\" | \"-\") term)*\n"
       "term ::= identifier | [0-9]+\nws ::= ([ \\t\\n]+)",
       {"", "int f(int x){return x+1;}", "char g(){int y = 2;return y-1;}"},
       {"int", "int f(){return;}"}},
  });
}

TEST(grammar_characters_split_over_tokens) {
  auto text = state_of("root ::= [ぁ-ゟ] \"x\"");
  CHECK(text.allows(0xE3) && !text.allows(0xE4) && !text.allows('x'));
  CHECK(text.accept(0xE3));
  CHECK(!text.can_end() && text.allows(0x81) && !text.allows('x') && !text.allows(0x83));
  CHECK(text.accept(0x81));
  CHECK(text.accept_text("\x82x"));
  CHECK(text.must_end());
}

TEST(grammar_bytes_that_are_no_utf8_never_match) {
  const auto any = state_of("root ::= [^a]*");
  for (const auto* text : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                           "\xF5", "\xFF", "\xC3x", "\xE2\x82x"}) {
    CHECK(!matches(any, text));
  }
  CHECK(!matches(any, std::string_view("\0", 1)));
  CHECK(!matches(state_of(R"(root ::= "\x00" | "\uD800" | "\U00110000" | [\uD800-\uDFFF])"), "\xED\xA0\x80"));
}

TEST(grammar_tokens) {
  const auto vocabulary = byte_vocabulary({"<think>", "</think>", "", "ab"});
  const auto of = [&](const char* gbnf) { return GrammarState(grammar_of(gbnf), vocabulary); };
  auto thinking = of("root ::= <think> !</think>* </think> [a-z]*");
  CHECK(!thinking.allows('<') && thinking.allows(256) && !thinking.allows(257));
  CHECK(thinking.accept(256));
  CHECK(thinking.allows('<') && thinking.allows(0xFF) && thinking.allows(256) && thinking.allows(259));
  CHECK(!thinking.allows(258));  // has no text, so only its own name means it
  CHECK(!thinking.allows(260) && !thinking.allows(261) && !thinking.allows(-1));
  CHECK(thinking.accept('x') && thinking.accept(257) && thinking.can_end());
  CHECK(thinking.accept(259) && !thinking.allows(257));

  CHECK(of("root ::= <[258]>").accept(258));
  CHECK(!of("root ::= <[260]>").allows(260));  // the end is no part of a text
  CHECK(!of("root ::= <[9999]>").allows(0));
  // A token's text may be read as characters as well as the token itself, but not half of it as either.
  auto either = of("root ::= <[259]> \"x\" | \"aby\" | \"a\" <[259]> | \"a\" !<[1]>");
  CHECK(either.accept(259));
  CHECK(either.allows('x') && either.allows('y') && !either.allows('b') && !either.can_end());
}

TEST(grammar_ends) {
  auto text = state_of("root ::= \"a\" \"b\"?");
  const Token end = 256;
  CHECK(!text.allows(end) && !text.accept(end) && !text.can_end());
  CHECK(text.accept('a') && text.allows(end) && text.can_end() && !text.must_end());
  CHECK(text.accept(end) && text.accept('b'));
  CHECK(text.must_end() && text.allows(end) && !text.accept('b'));
}

TEST(grammar_state_is_unchanged_by_what_is_refused_and_by_its_copies) {
  auto text = state_of("root ::= \"abc\"");
  CHECK(text.accept('a'));
  auto copy = text;
  CHECK(!text.accept('c') && !text.accept_text("bd") && !text.accept(1000));
  CHECK(copy.accept_text("bc") && copy.must_end());
  CHECK(text.accept('b') && !text.can_end());
}

TEST(grammar_mask_is_what_is_allowed) {
  const auto vocabulary = byte_vocabulary(
      {"<think>", "</think>", "", "ab", "abc", "\"}", "éa", "\xC3", "\xA9\"", "\xFF\xFE", "a\x80"});
  for (const auto* gbnf :
       {"root ::= [^\"]* \"\\\"\" \"}\"?", "root ::= \"é\" .*", "root ::= <think> \"ab\" | !<[97]> .",
        "root ::= \"ab\"*", "root ::= [\\U00010000-\\U0010FFFF]*", "root ::= ([a-zé] [^b])*"}) {
    auto text = GrammarState(grammar_of(gbnf), vocabulary);
    for (const Token token : {0xC3, 0xA9, 97, 98}) {
      std::vector<float> logits(vocabulary->vocabulary() + 3, 1);
      std::size_t allowed = 0;
      CHECK_EQUAL(text.mask(logits), static_cast<std::size_t>(std::count(logits.begin(), logits.end(), 1.F)));
      for (std::size_t i = 0; i < logits.size(); ++i) {
        CHECK_EQUAL(logits[i] == 1, text.allows(static_cast<Token>(i)));
        allowed += logits[i] == 1;
      }
      CHECK(allowed == 0 || allowed < logits.size());
      text.accept(token);
    }
  }
}

TEST(grammar_that_leads_nowhere_allows_nothing) {
  auto text = state_of("root ::= \"a\" [z-y]");
  std::vector<float> logits(257);
  CHECK_EQUAL(text.mask(logits), 0u);
  CHECK(!text.allows('a') && !text.can_end() && !text.must_end());
}

TEST(grammar_errors_say_where_and_what) {
  const auto check = [](std::string_view gbnf, const std::string& expected) {
    CHECK_EQUAL(complaint(gbnf), expected);
  };
  const std::string at = " of the grammar: ";
  check("root = \"a\"", "Line 1, column 6" + at + "expected '::=' but received \"= \"a\"\".");
  check("root ::= \"a", "Line 1, column 12" + at + "expected '\"' but received its end.");
  check("root ::= \"a\\q\"",
        "Line 1, column 13" + at + R"(expected one of x u U t r n \ " [ ] - behind '\' but received "q"".)");
  check("root ::= \"\\x4\"", "Line 1, column 14" + at + "expected 2 hexadecimal digits but received \"\"\".");
  check("root ::= [a", "Line 1, column 12" + at + "expected ']' but received its end.");
  check("root ::= (\"a\"\nb ::= \"c\"",
        "Line 2, column 3" + at + "expected an item, '|' or ')' but received \"::= \"c\"\".");
  check("root ::= \"é\" )",
        "Line 1, column 14" + at + "expected an item, '|' or the end of the rule but received \")\".");
  check("root ::= *",
        "Line 1, column 10" + at + "expected an item before the repetition but received \"*\".");
  check("root ::= \"\"+",
        "Line 1, column 12" + at + "expected an item before the repetition but received \"+\".");
  check("root ::= \"a\"{x}", "Line 1, column 14" + at + "expected a number but received \"x}\".");
  check("root ::= \"a\"{1;", "Line 1, column 15" + at + "expected '}' but received \";\".");
  check(
      "root ::= \"a\"{3,2}",
      "Line 1, column 13" + at + "expected the larger number behind the smaller one but received \"{3,2}\".");
  check("root ::= \"a\"{99999999999999999999}",
        "Line 1, column 13" + at + "expected at most 2000 repetitions but received 4294967295.");
  check("root ::= \"a\"{2001}",
        "Line 1, column 13" + at + "expected at most 2000 repetitions but received 2001.");
  check("root ::= <nothing>",
        "Line 1, column 10" + at + "expected the text of one token but received \"<nothing>\".");
  check("root ::= <[1>", "Line 1, column 13" + at + "expected ']>' but received \">\".");
  check("root ::= !a", "Line 1, column 11" + at + "expected '<' but received \"a\".");
  check("root ::= foo\n", "Line 1, column 10" + at + "expected a definition of rule \"foo\".");
  check("a ::= \"b\"", "Expected a grammar with a rule named \"root\".");
  check("", "Expected a grammar with a rule named \"root\".");
  check("\n_ ::= \"b\"",
        "Line 2, column 1" + at + "expected the name of a rule but received \"_ ::= \"b\"\".");
  check("root ::= \xFF",
        "Line 1, column 10" + at + "expected an item, '|' or the end of the rule but received byte 255.");
  check("root ::= \"\xC3x\"", "Line 1, column 11" + at + "expected UTF-8 but received byte 195.");
  check(std::string_view("root ::= \"\0\"", 12),
        "Line 1, column 11" + at + "U+0000 cannot be part of a grammar.");
}

TEST(grammar_left_recursion_is_refused) {
  for (const auto* gbnf :
       {"root ::= root \"a\" | \"a\"", "root ::= root | \"a\"",
        "root ::= a \"x\"\na ::= b \"y\" | \"z\"\nb ::= a",
        "root ::= e root \"x\" | \"a\"\ne ::= \"\" | \"b\"", "root ::= \"a\"? root \"b\"",
        "root ::= (root)? \"x\"", "root ::= e root \"x\" | \"a\"\ne ::= f f\nf ::= | \"b\"",
        "root ::= \"a\"\nother ::= other", "root ::= a* \"x\"\na ::= root \"y\" | \"z\"",
        "root ::= \"x\"{0} root"}) {
    CHECK(complaint(gbnf).find("left recursion") != std::string::npos);
  }
  CHECK_EQUAL(
      complaint("root ::= \"x\"\nlist ::= list \"y\""),
      "Line 2, column 1 of the grammar: expected no left recursion but received rule \"list\", which begins "
      "with itself.");
}

}  // namespace
