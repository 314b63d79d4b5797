// The letters of a GBNF text, from the first to the last.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tacho::engine {

/// Reads the smallest parts of GBNF as llama.cpp does. Throws GrammarError.
class GbnfReader {
 public:
  explicit GbnfReader(std::string_view text);

  bool at_end() const { return at_ == text_.size(); }
  std::size_t offset() const { return at_; }
  /// 0 behind the end.
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool at_digit() const { return '0' <= peek() && peek() <= '9'; }
  bool at_name() const;

  void skip() { ++at_; }
  /// Goes on if `text` comes next.
  bool take(std::string_view text);
  void expect(std::string_view text);
  /// White space and comments.
  void skip_space(bool lines);

  std::string_view name();
  /// The largest 32-bit number in place of a larger one.
  std::uint64_t number();
  /// One of a literal or a class, which may be escaped.
  std::uint32_t character();
  std::string_view through(char last);

  /// `name`, or its beginning.
  static std::string quoted(std::string_view name);
  [[noreturn]] void fail(const std::string& expected) const { fail_at(at_, expected); }
  /// "Line 1, column 7 of the grammar: expected a name but received …"
  [[noreturn]] void fail_at(std::size_t offset, const std::string& expected) const;
  /// "Line 1, column 7 of the grammar: …"
  [[noreturn]] void refuse(std::size_t offset, const std::string& message) const;

 private:
  std::uint32_t escaped();
  std::uint32_t hexadecimal(std::size_t digits);
  std::uint32_t utf8();
  std::string shown(std::size_t offset) const;

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace tacho::engine
