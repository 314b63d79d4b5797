#include "../loop/text_stream.hpp"

#include "../../testing/check.hpp"

namespace {

using tacho::engine::incomplete_character;
using tacho::engine::TextStream;

/// What is shown after each of `pieces`, joined by '|'; '!' where a stop string ended the text.
std::string shown(std::vector<std::string> stops, const std::vector<std::string>& pieces) {
  TextStream text(std::move(stops));
  std::string all;
  for (const auto& piece : pieces) {
    text.input() += piece;
    if (text.advance(all)) return all + "!";
    all += "|";
  }
  text.finish(all);
  return all;
}

TEST(characters_are_shown_whole) {
  CHECK_EQUAL(shown({}, {"caf\xC3", "\xA9", "!"}), "caf|é|!|");
  CHECK_EQUAL(shown({}, {"\xF0", "\x9F", "\x98", "\x80"}), "|||😀|");
  CHECK_EQUAL(shown({}, {"\xE2\x82", "\xAC"}), "|€|");
}

TEST(bytes_that_are_no_utf8_are_not_held_for_ever) {
  CHECK_EQUAL(shown({}, {"a\xFF", "b"}), "a\xFF|b|");
  CHECK_EQUAL(shown({}, {"\x80\x80\x80\x80", "b"}), "\x80\x80\x80\x80|b|");
  CHECK_EQUAL(shown({}, {"\xC3", "x"}), "|\xC3x|");
}

TEST(an_unfinished_character_is_shown_at_the_end) { CHECK_EQUAL(shown({}, {"a\xC3"}), "a|\xC3"); }

TEST(incomplete_characters_are_measured) {
  CHECK_EQUAL(incomplete_character("abc"), 0u);
  CHECK_EQUAL(incomplete_character("\xE2\x82"), 2u);
  CHECK_EQUAL(incomplete_character("\xF0\x9F\x98"), 3u);
  CHECK_EQUAL(incomplete_character("\xF0\x9F\x98\x80"), 0u);
  CHECK_EQUAL(incomplete_character(""), 0u);
}

TEST(the_stop_string_that_ended_the_text_is_told) {
  TextStream text({"late", "END", "E"});
  std::string all;
  text.input() = "one";
  CHECK(!text.advance(all));
  CHECK_EQUAL(text.stop(), -1);
  text.input() += " END, later late";
  CHECK(text.advance(all));
  CHECK_EQUAL(text.stop(), 1);
}

TEST(a_stop_string_ends_the_text_before_it) {
  CHECK_EQUAL(shown({"END"}, {"one END two"}), "one !");
  CHECK_EQUAL(shown({"END"}, {"one E", "N", "D two"}), "one ||!");
  CHECK_EQUAL(shown({"\n\n"}, {"a\n", "b\n", "\n"}), "a|\nb|!");
}

TEST(text_that_only_looks_like_a_stop_string_is_shown) {
  CHECK_EQUAL(shown({"END"}, {"E", "N", "X"}), "||ENX|");
  CHECK_EQUAL(shown({"aab"}, {"a", "a", "a", "b"}), "||a|!");
  CHECK_EQUAL(shown({"END"}, {"EN"}), "|EN");
}

TEST(the_first_of_several_stop_strings_wins) {
  CHECK_EQUAL(shown({"three", "two"}, {"one two three"}), "one !");
  CHECK_EQUAL(shown({"wo", "two"}, {"one two three"}), "one !");
}

TEST(stop_strings_may_be_any_characters) {
  CHECK_EQUAL(shown({"€"}, {"a\xE2", "\x82",
                            "\xAC"
                            "b"}),
              "a||!");
}

}  // namespace
