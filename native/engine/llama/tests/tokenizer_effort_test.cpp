#include "../tokenizer_effort.hpp"

#include <string>

#include "../input_error.hpp"
#include "../llama_model.hpp"
#include "../regex_runs.hpp"
#include "stand.hpp"

namespace {

using namespace tacho::engine;

constexpr std::size_t kMillion = 1'000'000;

/// `text` again and again, a million bytes at most.
std::string million_of(const std::string& text) {
  std::string all;
  while (all.size() + text.size() <= kMillion) all += text;
  return all;
}

const std::string kEnglish = "The quick brown fox jumps over the lazy dog, and isn't tired of it at all.\n";
const std::string kChinese = "敏捷的棕色狐狸跳过了那只懒狗，一点也不觉得累。它明天还要再跳一次！";
const std::string kBase64 = "TWFuIGlzIGRpc3Rpbmd1aXNoZWQsIG5vdCBvbmx5IGJ5IGhpcyByZWFzb24sIGJ1dCBieSB0aGlz";
const std::string kCode =
    "        for (const auto& part : parts) {\n            work += effort.of(part.text, 1 << 20);\n        "
    "}\n\n";
const std::string kThai = "สุนัขจิ้งจอกสีน้ำตาลที่ว่องไวกระโดดข้ามสุนัขขี้เกียจ และไม่เหนื่อยเลย ";

/// Has Gemma's many special tokens.
TokenizerTraits gemma() {
  TokenizerTraits traits{.reading = Reading::sentence_piece};
  for (int i = 0; i < 6400; ++i) traits.user_defined.push_back("<unused" + std::to_string(i) + ">");
  traits.user_defined.insert(traits.user_defined.end(), {"\n", "\n\n", "\n\n\n"});
  traits.control = {"<bos>", "<start_of_turn>", "<end_of_turn>"};
  traits.characters = {"\xE2\x96\x81", "\n"};
  for (char letter = '!'; letter <= '~'; ++letter) traits.characters.emplace_back(1, letter);
  for (const char* known : {"的", "了", "一", "，", "。"}) traits.characters.emplace_back(known);
  return traits;
}

TokenizerTraits with(Reading reading) { return {.reading = reading, .control = {"<|end|>"}}; }

bool takes(const TokenizerTraits& traits, const std::string& text, bool control = true) {
  const TokenizerEffort effort(traits);
  return !effort.objection(effort.of(text, control));
}

TEST(ordinary_texts_are_tokenised_whatever_the_vocabulary) {
  for (const auto& text : {kEnglish, kChinese, kBase64, kCode, kThai}) {
    for (const auto reading : {Reading::linear, Reading::regex_words}) {
      CHECK(takes(with(reading), million_of(text)));
    }
  }
  for (const auto& text : {kEnglish, kChinese, kBase64, kCode}) CHECK(takes(gemma(), million_of(text)));
  for (const auto& text : {kEnglish, kChinese, kCode})
    CHECK(takes(with(Reading::regex_sentences), million_of(text)));
  for (const auto& text : {kEnglish, kCode}) CHECK(takes(with(Reading::regex_spans), million_of(text)));
}

TEST(a_linear_vocabulary_takes_runs_of_any_length) {
  CHECK(takes(with(Reading::linear), std::string(8 * kMillion, 'a')));
}

TEST(sentence_piece_pays_for_characters_in_a_row_that_are_no_tokens) {
  CHECK(!takes(gemma(), million_of("\u13A0")));
  CHECK(takes(gemma(), million_of("\u13A0\u13A1 ")));
  const TokenizerEffort effort(gemma());
  CHECK_EQUAL(effort.of("a\u13A0\u13A1\u13A2 \u13A3 b", true).longest_run, std::size_t{3});
  CHECK_EQUAL(effort.of("a \xE2\x96\x81", true).longest_run, std::size_t{0});
}

TEST(special_tokens_are_counted_as_they_are_cut_out) {
  const TokenizerEffort effort(gemma());
  CHECK_EQUAL(effort.of("<unused1><unused12>x<unused\n\n\n\n", true).special, std::size_t{4});
  CHECK_EQUAL(effort.of("<bos>a<end_of_turn>", true).special, std::size_t{2});
  CHECK_EQUAL(effort.of("<bos>a<end_of_turn>", false).special, std::size_t{0});
}

TEST(many_special_tokens_in_one_text_are_too_many) {
  const auto chat = with(Reading::linear);
  CHECK(takes(chat, million_of("<|end|> hello there, how are you today? I am fine, thanks.")));
  CHECK(!takes(chat, million_of("<|end|> hello")));
  CHECK(takes(chat, million_of("<|end|> hello"), false));
}

TEST(a_letter_that_thousands_of_special_tokens_begin_with_costs_as_many_comparisons) {
  CHECK(takes(gemma(), million_of("<p class='a'>Some words of a page, and more</p> ")));
  CHECK(!takes(gemma(), million_of("<")));
  CHECK(takes(with(Reading::linear), million_of("<")));
}

TEST(the_work_on_several_texts_adds_up) {
  const TokenizerEffort effort(gemma());
  const auto part = effort.of(std::string(30'000, '<'), true);
  CHECK(!effort.objection(part));
  TokenizerWork all;
  for (int i = 0; i < 4; ++i) all += part;
  CHECK(effort.objection(all).has_value());
}

TEST(std_regex_is_given_no_word_that_is_longer_than_a_stack_is_deep) {
  const auto longest = [](const std::string& text, Reading reading) {
    return regex_runs(text, reading).longest;
  };
  using enum Reading;
  CHECK_EQUAL(longest("abc def12345...,,", regex_words), std::size_t{5});
  CHECK_EQUAL(longest("abc def12345...,,", regex_spans), std::size_t{13});
  CHECK_EQUAL(longest("abc def12345...,,", regex_sentences), std::size_t{7});
  // Some characters may be letters or signs: they are of both runs.
  CHECK_EQUAL(longest("!\uE000!\uE000!", regex_words), std::size_t{5});
  CHECK_EQUAL(longest("a\uE000a\uE000a", regex_words), std::size_t{5});
  CHECK_EQUAL(longest("\u4E00\u3002\u4E00\uFF0C", regex_words), std::size_t{1});
  CHECK_EQUAL(longest("1\u06601\u0660", regex_words), std::size_t{4});
  CHECK_EQUAL(longest(" \u3000\u00A0\n", regex_words), std::size_t{4});
  CHECK(takes(with(regex_words), std::string(4000, 'a')));
  CHECK(!takes(with(regex_words), std::string(5000, 'a')));
  CHECK(!takes(with(regex_spans), million_of(kBase64)));
}

TEST(std_regex_pays_for_blanks_and_digits_in_a_row_that_it_begins_anew_at) {
  CHECK(takes(with(Reading::regex_words), million_of(std::string(40, ' ') + "x")));
  for (const char one : {' ', '7'}) {
    CHECK(!takes(with(Reading::regex_words), million_of(std::string(400, one) + "x")));
  }
  CHECK(takes(with(Reading::regex_words), million_of(std::string(400, 'y') + " ")));
  auto at_once = with(Reading::regex_words);
  at_once.backtracks = false;
  CHECK(takes(at_once, million_of(std::string(400, ' ') + "x")));
  for (const char* pre : {"gpt-4o", "tekken", "deepseek-v3"}) CHECK(!byte_pairs_backtrack(pre));
  for (const char* pre : {"deepseek-llm", "superbpe", "of next year"}) CHECK(byte_pairs_backtrack(pre));
}

TEST(what_is_no_utf_8_is_estimated_too) {
  for (const auto& traits : {gemma(), with(Reading::regex_words)}) {
    CHECK(takes(traits, "\xFF\xC3\x80\x80\xE2\x96"));
    CHECK(takes(traits, ""));
  }
}

TEST(byte_pairs_are_read_by_loops_or_by_std_regex) {
  CHECK(byte_pair_reading("gpt2", "gpt-2") == Reading::linear);
  CHECK(byte_pair_reading("gpt2", "llama-bpe") == Reading::linear);
  CHECK(byte_pair_reading("gemma4", "") == Reading::linear);
  CHECK(byte_pair_reading("gpt2", "bloom") == Reading::regex_spans);
  CHECK(byte_pair_reading("gpt2", "exaone-moe") == Reading::regex_sentences);
  for (const char* pre : {"", "default", "tekken", "deepseek-llm", "of next year"}) {
    CHECK(byte_pair_reading("gpt2", pre) == Reading::regex_words);
  }
}

TEST(a_model_refuses_a_text_that_its_tokenizer_would_be_stuck_in) {
  const LlamaModel model({.path = tests::model_file("gemma3"), .gpu_layers = 0});
  CHECK(!model.tokenize("a \u13A0", true, true).empty());
  std::string what;
  try {
    model.tokenize(million_of("\u13A0"), true, true, 7);
  } catch (const InputError& error) {
    CHECK(error.code == ErrorCode::invalid_prompt);
    CHECK_EQUAL(error.input, std::size_t{7});
    what = error.what();
  }
  CHECK(what.find("333333 characters in a row") != std::string::npos);
}

}  // namespace
