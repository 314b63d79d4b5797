#include "control_text.hpp"

#include <algorithm>
#include <charconv>

namespace tacho::engine {

namespace {

/// Private-use characters U+F8F0 and U+F8F1 around the token's number.
constexpr std::string_view kOpen = "\xEF\xA3\xB0";
constexpr std::string_view kClose = "\xEF\xA3\xB1";

std::size_t first_byte(std::string_view text) { return static_cast<unsigned char>(text.front()); }

}  // namespace

ControlText::ControlText(const llama_vocab* vocab) {
  for (Token token = 0; token < llama_vocab_n_tokens(vocab); ++token) {
    const std::string text = llama_vocab_get_text(vocab, token);
    if (llama_vocab_is_control(vocab, token) && !text.empty()) {
      controls_[first_byte(text)].push_back({token, text});
    }
  }
  for (auto& same : controls_) {
    std::ranges::sort(same, std::greater(), [](const Control& control) { return control.text.size(); });
  }
}

std::string ControlText::hide(std::string_view text) const {
  std::string hidden;
  while (!text.empty()) {
    if (const auto* control = at(text)) {
      hidden.append(kOpen).append(std::to_string(control->token)).append(kClose);
      text.remove_prefix(control->text.size());
    } else {
      hidden += text.front();
      text.remove_prefix(1);
    }
  }
  return hidden;
}

std::vector<ControlText::Part> ControlText::split(std::string_view text) const {
  std::vector<Part> parts;
  std::size_t kept = 0;
  for (auto open = text.find(kOpen); open != text.npos; open = text.find(kOpen, open + 1)) {
    const auto number = open + kOpen.size();
    const auto close = text.find(kClose, number);
    if (close == text.npos) break;
    Token token = -1;
    const auto end = text.data() + close;
    const auto parsed = std::from_chars(text.data() + number, end, token);
    const auto* control = parsed.ptr == end ? of(token) : nullptr;
    if (control == nullptr) continue;
    parts.push_back({std::string(text.substr(kept, open - kept)), false});
    parts.push_back({control->text, true});
    kept = close + kClose.size();
  }
  parts.push_back({std::string(text.substr(kept)), false});
  return parts;
}

const ControlText::Control* ControlText::at(std::string_view rest) const {
  const auto& same = controls_[first_byte(rest)];
  const auto found = std::ranges::find_if(same, [&](const Control& c) { return rest.starts_with(c.text); });
  return found == same.end() ? nullptr : &*found;
}

const ControlText::Control* ControlText::of(Token token) const {
  for (const auto& same : controls_) {
    const auto found = std::ranges::find(same, token, &Control::token);
    if (found != same.end()) return &*found;
  }
  return nullptr;
}

}  // namespace tacho::engine
