#include "gbnf_reader.hpp"

#include <algorithm>

#include "grammar_error.hpp"
#include "utf8_place.hpp"

namespace tacho::engine {

namespace {

constexpr std::uint64_t kLargestNumber = 0xFFFFFFFF;
constexpr std::size_t kShownBytes = 24;  // of what came
constexpr std::size_t kShownName = 64;

bool is_digit(char letter) { return '0' <= letter && letter <= '9'; }

bool is_name(char letter) {
  return is_digit(letter) || ('a' <= letter && letter <= 'z') || ('A' <= letter && letter <= 'Z') ||
         letter == '-';
}

/// -1: none.
int hexadecimal_digit(char letter) {
  if (is_digit(letter)) return letter - '0';
  if ('a' <= letter && letter <= 'f') return letter - 'a' + 10;
  if ('A' <= letter && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

/// What the first byte of a character gives.
std::uint32_t first_bits(std::uint8_t byte) {
  if (byte < 0x80) return byte;
  return byte < 0xE0 ? byte & 0x1FU : byte < 0xF0 ? byte & 0xFU : byte & 0x7U;
}

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// Up to the first character that is not whole.
std::string_view valid_beginning(std::string_view text) {
  std::size_t end = 0;
  auto place = Utf8Place::between;
  for (std::size_t i = 0; i < text.size() && place != Utf8Place::invalid; ++i) {
    place = next_place(place, static_cast<std::uint8_t>(text[i]));
    if (place == Utf8Place::between) end = i + 1;
  }
  return text.substr(0, end);
}

}  // namespace

GbnfReader::GbnfReader(std::string_view text) : text_(text) {
  const auto zero = text.find('\0');
  if (zero != std::string_view::npos) refuse(zero, "U+0000 cannot be part of a grammar.");
}

bool GbnfReader::at_name() const { return is_name(peek()); }

bool GbnfReader::take(std::string_view text) {
  if (!text_.substr(at_).starts_with(text)) return false;
  at_ += text.size();
  return true;
}

void GbnfReader::expect(std::string_view text) {
  if (!take(text)) fail("'" + std::string(text) + "'");
}

void GbnfReader::skip_space(bool lines) {
  const auto is_line_end = [](char letter) { return letter == '\n' || letter == '\r'; };
  while (!at_end()) {
    if (peek() == '#') {
      while (!at_end() && !is_line_end(peek())) skip();
    } else if (peek() == ' ' || peek() == '\t' || (lines && is_line_end(peek()))) {
      skip();
    } else {
      return;
    }
  }
}

std::string_view GbnfReader::name() {
  const auto begin = at_;
  while (is_name(peek())) skip();
  if (at_ == begin) fail("the name of a rule");
  return text_.substr(begin, at_ - begin);
}

std::uint64_t GbnfReader::number() {
  const auto begin = at_;
  std::uint64_t value = 0;
  for (; at_digit(); skip()) {
    value = std::min(kLargestNumber, value * 10 + static_cast<std::uint64_t>(peek() - '0'));
  }
  if (at_ == begin) fail("a number");
  return value;
}

std::string_view GbnfReader::through(char last) {
  const auto end = text_.find(last, at_);
  if (end == std::string_view::npos) fail_at(text_.size(), std::string("'") + last + "'");
  const auto text = text_.substr(at_, end + 1 - at_);
  at_ = end + 1;
  return text;
}

std::uint32_t GbnfReader::character() { return take("\\") ? escaped() : utf8(); }

std::uint32_t GbnfReader::escaped() {
  const char letter = peek();
  if (letter == 'x' || letter == 'u' || letter == 'U') {
    skip();
    return hexadecimal(letter == 'x' ? 2 : letter == 'u' ? 4 : 8);
  }
  constexpr std::string_view kLetters = "trn\\\"[]-";
  constexpr std::string_view kMeanings = "\t\r\n\\\"[]-";
  const auto index = at_end() ? std::string_view::npos : kLetters.find(letter);
  if (index == std::string_view::npos) fail("one of x u U t r n \\ \" [ ] - behind '\\'");
  skip();
  return static_cast<unsigned char>(kMeanings[index]);
}

std::uint32_t GbnfReader::hexadecimal(std::size_t digits) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < digits; ++i, skip()) {
    const int digit = hexadecimal_digit(peek());
    if (digit < 0) fail(std::to_string(digits) + " hexadecimal digits");
    value = value << 4U | static_cast<std::uint32_t>(digit);
  }
  return value;
}

std::uint32_t GbnfReader::utf8() {
  if (at_end()) fail("a character");
  const auto begin = at_;
  std::uint32_t value = 0;
  auto place = Utf8Place::between;
  do {
    const auto byte = static_cast<std::uint8_t>(peek());
    place = next_place(place, byte);
    if (place == Utf8Place::invalid) fail_at(begin, "UTF-8");
    value = at_ == begin ? first_bits(byte) : value << 6U | (byte & 0x3FU);
    skip();
  } while (place != Utf8Place::between);
  return value;
}

std::string GbnfReader::quoted(std::string_view name) {
  return '"' + std::string(name.substr(0, kShownName)) + (name.size() > kShownName ? "…\"" : "\"");
}

void GbnfReader::fail_at(std::size_t offset, const std::string& expected) const {
  refuse(offset, "expected " + expected + " but received " + shown(offset) + ".");
}

void GbnfReader::refuse(std::size_t offset, const std::string& message) const {
  const auto before = text_.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto begin = before.rfind('\n');
  const auto in_line = before.substr(begin == std::string_view::npos ? 0 : begin + 1);
  const auto column =
      std::count_if(in_line.begin(), in_line.end(), [](char byte) { return !continues(byte); }) + 1;
  throw GrammarError("Line " + std::to_string(line) + ", column " + std::to_string(column) +
                     " of the grammar: " + message);
}

std::string GbnfReader::shown(std::size_t offset) const {
  const auto rest = text_.substr(std::min(offset, text_.size()));
  if (rest.empty()) return "its end";
  if (rest.front() == '\n' || rest.front() == '\r') return "the end of the line";
  const auto part = valid_beginning(rest.substr(0, std::min(kShownBytes, rest.find_first_of("\r\n"))));
  if (part.empty()) return "byte " + std::to_string(static_cast<unsigned char>(rest.front()));
  return '"' + std::string(part) + '"';
}

}  // namespace tacho::engine
