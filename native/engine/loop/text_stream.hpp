// Turns the bytes of tokens into text that may be shown: whole UTF-8 characters, nothing of a stop string.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tacho::engine {

/// Bytes that may still become part of a stop string or of a character are held back until more arrive.
/// One request, one thread.
class TextStream {
 public:
  explicit TextStream(std::vector<std::string> stops) : stops_(std::move(stops)) {}

  std::string& input() { return held_; }
  /// Moves what may be shown from input() to `shown`; true when a stop string ended the text.
  bool advance(std::string& shown);
  /// Index of the stop string that ended the text; -1 as long as none has.
  std::int32_t stop() const { return stop_; }
  /// The text is over: moves all that is left.
  void finish(std::string& shown);

 private:
  std::size_t held_for_stop() const;

  std::vector<std::string> stops_;
  std::int32_t stop_ = -1;
  std::string held_;
};

/// How many bytes at the end of `text` begin a UTF-8 character that is not complete; 0 to 3.
std::size_t incomplete_character(std::string_view text);

}  // namespace tacho::engine
