#include "text_stream.hpp"

#include <algorithm>

namespace tacho::engine {

namespace {

std::size_t character_length(unsigned char lead) {
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  if (lead >= 0xE0) return lead <= 0xEF ? 3 : 1;
  return lead >= 0xC2 ? 2 : 1;
}

bool is_continuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

/// The longest end of `text` that is a beginning of `stop`, but not all of it.
std::size_t overlap(std::string_view text, std::string_view stop) {
  for (std::size_t length = std::min(text.size(), stop.size() - 1); length > 0; --length) {
    if (text.ends_with(stop.substr(0, length))) return length;
  }
  return 0;
}

}  // namespace

std::size_t incomplete_character(std::string_view text) {
  const std::size_t longest = std::min<std::size_t>(3, text.size());
  for (std::size_t back = 1; back <= longest; ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (is_continuation(byte)) continue;
    return character_length(byte) > back ? back : 0;
  }
  return 0;
}

bool TextStream::advance(std::string& shown) {
  std::size_t first = std::string::npos;
  for (std::size_t i = 0; i < stops_.size(); ++i) {
    const auto found = held_.find(stops_[i]);
    if (found >= first) continue;
    first = found;
    stop_ = static_cast<std::int32_t>(i);
  }
  if (first != std::string::npos) {
    shown.append(held_, 0, first);
    held_.clear();
    return true;
  }
  std::size_t ready = held_.size() - held_for_stop();
  ready -= incomplete_character(std::string_view(held_).substr(0, ready));
  shown.append(held_, 0, ready);
  held_.erase(0, ready);
  return false;
}

void TextStream::finish(std::string& shown) {
  shown += held_;
  held_.clear();
}

std::size_t TextStream::held_for_stop() const {
  std::size_t longest = 0;
  for (const auto& stop : stops_) longest = std::max(longest, overlap(held_, stop));
  return longest;
}

}  // namespace tacho::engine
