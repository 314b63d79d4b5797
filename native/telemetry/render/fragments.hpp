#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tacho::telemetry {

/// Many short texts in one piece of memory, by number.
class Fragments {
 public:
  /// Ends the text that was appended to `bytes` since the last call.
  void finish() { ends_.push_back(bytes.size()); }
  void add(std::string_view text) {
    bytes += text;
    finish();
  }

  std::size_t size() const { return ends_.size(); }
  std::string_view operator[](std::size_t number) const {
    const auto first = number == 0 ? 0 : ends_[number - 1];
    return std::string_view(bytes).substr(first, ends_[number] - first);
  }

  std::string bytes;

 private:
  std::vector<std::size_t> ends_;
};

}  // namespace tacho::telemetry
