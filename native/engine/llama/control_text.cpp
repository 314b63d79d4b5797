#include "control_text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tacho::engine {

namespace {

/// Private-use characters U+F8F0 and U+F8F1 around the token's number.
constexpr std::string_view kOpen = "\xEF\xA3\xB0";
constexpr std::string_view kClose = "\xEF\xA3\xB1";

/// Instead of a number, at the end of words.
constexpr std::string_view kEnd = "e";
constexpr std::string_view kCuttingEnd = "c";

constexpr std::string_view kSpace = " \t\n\v\f\r";

/// The bar in DeepSeek's control tokens.
constexpr std::string_view kWideBar = "\xEF\xBD\x9C";

/// llama.cpp makes user-defined tokens of gpt-oss's "<|start|>", Gemma 4's "<|channel>" and "<channel|>" and
/// others, so that answers show them. They begin and end turns all the same.
bool looks_like_control(std::string_view text) {
  if (!text.starts_with('<') || !text.ends_with('>') || text.size() < 3) return false;
  const auto inside = text.substr(1, text.size() - 2);
  return inside.starts_with('|') || inside.ends_with('|') || inside.starts_with(kWideBar) ||
         inside.ends_with(kWideBar);
}

/// These look up every text among all of their tokens.
bool reads_all_control(const llama_vocab* vocab) {
  const auto type = llama_vocab_type(vocab);
  return type == LLAMA_VOCAB_TYPE_RWKV || type == LLAMA_VOCAB_TYPE_PLAMO2;
}

}  // namespace

ControlText::ControlText(const llama_vocab* vocab) {
  for (Token token = 0; token < llama_vocab_n_tokens(vocab); ++token) {
    const std::string text = llama_vocab_get_text(vocab, token);
    const bool user_defined = (llama_vocab_get_attr(vocab, token) & LLAMA_TOKEN_ATTR_USER_DEFINED) != 0;
    if (text.empty()) continue;
    if (!llama_vocab_is_control(vocab, token) && !(user_defined && looks_like_control(text))) continue;
    const bool takes_space = (llama_vocab_get_attr(vocab, token) & LLAMA_TOKEN_ATTR_RSTRIP) != 0;
    add({token, text, takes_space, user_defined || reads_all_control(vocab)});
  }
}

void ControlText::add(Control control) {
  longest_ = std::max(longest_, control.text.size());
  std::size_t at = 0;
  for (const char letter : control.text) {
    auto next = after(at, letter);
    if (!next) {
      next = beginnings_.size();
      beginnings_[at].next.push_back({letter, *next});
      beginnings_.emplace_back();
    }
    at = *next;
    beginnings_[at].always_read = beginnings_[at].always_read || control.always_read;
  }
  beginnings_[at].token = control.token;
  controls_.emplace(control.token, std::move(control));
}

std::string ControlText::hide(std::string_view text) const {
  std::string hidden;
  bool ends_within = false;
  bool cuts = false;
  while (!text.empty()) {
    if (const auto* control = at(text)) {
      hidden.append(kOpen).append(std::to_string(control->token)).append(kClose);
      text.remove_prefix(control->text.size());
    } else {
      if (const auto* beginning = text.size() < longest_ ? begun(text) : nullptr) {
        ends_within = true;
        cuts = cuts || beginning->always_read;
      }
      hidden += text.front();
      text.remove_prefix(1);
    }
  }
  if (ends_within) hidden.append(kOpen).append(cuts ? kCuttingEnd : kEnd).append(kClose);
  return hidden;
}

/// Collects what stands between two control tokens.
class ControlText::Splitter {
 public:
  void add(char letter) { stretch_ += letter; }
  void add(const Mark& mark) {
    const auto text = mark.control == nullptr ? std::string_view() : std::string_view(mark.control->text);
    stretch_ += text.substr(0, 1);
    marked_ = true;
    if (mark.cuts) close();
    stretch_ += text.substr(std::min<std::size_t>(1, text.size()));
    marked_ = true;
  }
  void add(const Control& control) {
    close();
    normal_ += control.text;
    spaceless_ = control.takes_space;
  }
  std::vector<Part> finish() {
    close();
    if (!normal_.empty() || parts_.empty()) parts_.push_back({std::move(normal_), false});
    return std::move(parts_);
  }

 private:
  void close() {
    if (marked_) {
      const auto first = spaceless_ ? std::min(stretch_.find_first_not_of(kSpace), stretch_.size()) : 0;
      add_plain(stretch_.substr(first));
    } else {
      normal_ += stretch_;
    }
    stretch_.clear();
    marked_ = spaceless_ = false;
  }

  void add_plain(std::string text) {
    if (text.empty()) return;
    if (!normal_.empty()) parts_.push_back({std::exchange(normal_, {}), false});
    parts_.push_back({std::move(text), true});
  }

  std::vector<Part> parts_;
  std::string normal_;
  std::string stretch_;
  bool spaceless_ = false;
  bool marked_ = false;
};

std::vector<ControlText::Part> ControlText::split(std::string_view text) const {
  if (text.find(kOpen) == text.npos) return {{std::string(text), false}};
  Splitter splitter;
  while (!text.empty()) {
    std::size_t length = 1;
    if (const auto mark = mark_at(text)) {
      splitter.add(*mark);
      length = mark->length;
    } else if (const auto* control = at(text)) {
      splitter.add(*control);
      length = control->text.size();
    } else {
      splitter.add(text.front());
    }
    text.remove_prefix(length);
  }
  return splitter.finish();
}

std::optional<ControlText::Mark> ControlText::mark_at(std::string_view rest) const {
  if (!rest.starts_with(kOpen)) return std::nullopt;
  const auto number = rest.substr(kOpen.size());
  for (const auto end : {kEnd, kCuttingEnd}) {
    if (number.starts_with(end) && number.substr(end.size()).starts_with(kClose))
      return Mark{nullptr, end == kCuttingEnd, kOpen.size() + end.size() + kClose.size()};
  }
  Token token = -1;
  const auto end = std::from_chars(number.data(), number.data() + number.size(), token).ptr;
  const auto length = static_cast<std::size_t>(end - rest.data());
  const auto* control = rest.substr(length).starts_with(kClose) ? of(token) : nullptr;
  if (control == nullptr) return std::nullopt;
  return Mark{control, control->always_read, length + kClose.size()};
}

std::optional<std::size_t> ControlText::after(std::size_t text, char letter) const {
  const auto& next = beginnings_[text].next;
  const auto found = std::ranges::find(next, letter, &Beginning::Next::letter);
  if (found == next.end()) return std::nullopt;
  return found->index;
}

const ControlText::Beginning* ControlText::begun(std::string_view rest) const {
  std::optional<std::size_t> text = 0;
  for (const char letter : rest) {
    text = after(*text, letter);
    if (!text) return nullptr;
  }
  return &beginnings_[*text];
}

const ControlText::Control* ControlText::at(std::string_view rest) const {
  Token longest = LLAMA_TOKEN_NULL;
  std::optional<std::size_t> text = 0;
  for (const char letter : rest) {
    text = after(*text, letter);
    if (!text) break;
    if (beginnings_[*text].token != LLAMA_TOKEN_NULL) longest = beginnings_[*text].token;
  }
  return longest == LLAMA_TOKEN_NULL ? nullptr : of(longest);
}

const ControlText::Control* ControlText::of(Token token) const {
  const auto found = controls_.find(token);
  return found == controls_.end() ? nullptr : &found->second;
}

}  // namespace tacho::engine
