// A Runtime without a model, strict about what llama.cpp would be lax about.
#pragma once

#include <atomic>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "../loop/runtime.hpp"

namespace tacho::engine {

/// The token after a text is a hash of the whole text, so one wrong, missing or doubled token in a sequence's
/// memory changes all that follows. Tokens 1 … 26 are letters; 0 ends the text.
inline Token next_token(const std::vector<Token>& text) {
  std::uint32_t hash = 2166136261u;
  for (const auto token : text) hash = (hash ^ static_cast<std::uint32_t>(token)) * 16777619u;
  hash ^= hash >> 13;
  return hash % 50 == 0 ? 0 : static_cast<Token>(1 + hash % 26);
}

/// What a request should bring when nothing cuts it short but `max_tokens`.
inline std::string expected_text(std::vector<Token> text, int max_tokens) {
  std::string shown;
  for (int i = 0; i < max_tokens; ++i) {
    const auto token = next_token(text);
    if (token == 0) break;
    shown += static_cast<char>('a' + token - 1);
    text.push_back(token);
  }
  return shown;
}

class ScriptedRuntime : public Runtime {
 public:
  explicit ScriptedRuntime(Limits limits)
      : limits_(limits), memory_(static_cast<std::size_t>(limits.sequences)) {}

  const Limits& limits() const override { return limits_; }

  DecodeStatus decode(std::span<const BatchToken> batch) override {
    if (batch.empty() || static_cast<std::int32_t>(batch.size()) > limits_.step_tokens) {
      throw std::logic_error("a batch of " + std::to_string(batch.size()) + " tokens");
    }
    if (fail_next.exchange(false)) return DecodeStatus::failed;
    if (refuse_next.exchange(false) || sequences_in(batch) > most_sequences) return DecodeStatus::no_cells;
    sampled_.assign(batch.size(), -1);
    for (std::size_t row = 0; row < batch.size(); ++row) place(batch[row], row);
    batches.push_back({batch.begin(), batch.end()});
    return DecodeStatus::ok;
  }

  void sample(std::span<const SampleWork> work) override {
    for (const auto& one : work) {
      const auto token = sampled_.at(static_cast<std::size_t>(one.row));
      if (token < 0) throw std::logic_error("sampled a row without output");
      one.sampled->push_back({.token = token});
    }
  }

  bool ends_text(Token token) const override { return token == 0; }
  void append_text(Token token, std::string& text) const override {
    text += static_cast<char>('a' + token - 1);
  }

  std::int32_t cut(std::int32_t sequence, std::int32_t length) override {
    auto& held = memory_.at(static_cast<std::size_t>(sequence));
    if (length > static_cast<std::int32_t>(held.size())) throw std::logic_error("cut behind the end");
    if (!limits_.divisible && length < static_cast<std::int32_t>(held.size())) length = 0;
    used_ -= static_cast<std::int32_t>(held.size()) - length;
    held.resize(static_cast<std::size_t>(length));
    return length;
  }

  std::int32_t copy(std::int32_t, std::int32_t, std::int32_t) override { return 0; }

  std::int32_t used() const { return used_; }

  std::atomic<bool> fail_next = false;
  std::atomic<bool> refuse_next = false;
  std::size_t most_sequences = 1000;             // in one batch; more find no cells, whatever was counted
  std::vector<std::vector<BatchToken>> batches;  // read only while the loop rests

 private:
  static std::size_t sequences_in(std::span<const BatchToken> batch) {
    std::set<std::int32_t> sequences;
    for (const auto& token : batch) sequences.insert(token.sequence);
    return sequences.size();
  }

  void place(const BatchToken& token, std::size_t row) {
    auto& held = memory_.at(static_cast<std::size_t>(token.sequence));
    if (token.position != static_cast<std::int32_t>(held.size()))
      throw std::logic_error("a gap in a sequence");
    if (++used_ > limits_.cells) throw std::logic_error("more cells than there are");
    held.push_back(token.token);
    if (static_cast<std::int32_t>(held.size()) > limits_.context)
      throw std::logic_error("longer than the context");
    if (token.output) sampled_[row] = next_token(held);
  }

  Limits limits_;
  std::vector<std::vector<Token>> memory_;
  std::vector<Token> sampled_;
  std::int32_t used_ = 0;
};

}  // namespace tacho::engine
