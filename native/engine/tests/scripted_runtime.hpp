// A Runtime without a model, strict about what llama.cpp would be lax about.
#pragma once

#include <atomic>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
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
  bool computes_asynchronously() const override { return asynchronous; }

  DecodeStatus decode(std::span<const BatchToken> batch) override {
    if (batch.empty() || static_cast<std::int32_t>(batch.size()) > limits_.step_tokens) {
      throw std::logic_error("a batch of " + std::to_string(batch.size()) + " tokens");
    }
    if (batches.size() == throw_at) {
      throw_at = kNever;
      throw std::runtime_error("out of memory");
    }
    if (fail_next.exchange(false)) return DecodeStatus::failed;
    if (refuse_next.exchange(false) || sequences_in(batch) > most_sequences) return DecodeStatus::no_cells;
    sampled_.assign(batch.size(), -1);
    for (std::size_t row = 0; row < batch.size(); ++row) place(batch[row], row);
    batches.push_back({batch.begin(), batch.end()});
    adapters.push_back(adapter_);
    return DecodeStatus::ok;
  }

  void sample(std::span<const SampleWork> work) override {
    for (const auto& one : work) {
      for (std::size_t i = 0;; ++i) {
        const auto token = sampled_.at(static_cast<std::size_t>(one.row) + i);
        if (token < 0) throw std::logic_error("sampled a row without output");
        one.sampled->push_back({.token = token, .logprob = -1, .top = {}});
        if (i == one.draft.size() || one.draft[i] != token) break;
      }
    }
  }

  /// Right guesses up to a place that differs from text to text, then wrong ones.
  void draft(std::span<const DraftWork> work) override {
    for (const auto& one : work) {
      std::vector<Token> text(one.text.begin(), one.text.end());
      const auto right = static_cast<std::int32_t>(text.size() % 5);
      for (std::int32_t i = 0; i < one.most; ++i) {
        const auto token = next_token(text);
        one.draft->push_back(i < right && token != 0 ? token : 27);
        text.push_back(one.draft->back());
      }
    }
  }

  void bind(std::int32_t sequence, Sampler* sampler) override {
    if (sampler != nullptr && bind_throws.exchange(false)) throw std::runtime_error("out of memory");
    bound_[sequence] = sampler;
  }
  void use_adapter(std::int32_t adapter) override { adapter_ = adapter; }
  bool ends_text(Token token) const override { return token == 0; }
  void append_text(Token token, bool /*control*/, std::string& text) const override {
    text += static_cast<char>('a' + token - 1);
  }

  std::int32_t cut(std::int32_t sequence, std::int32_t length) override {
    auto& held = memory_.at(static_cast<std::size_t>(sequence));
    if (length > static_cast<std::int32_t>(held.size())) throw std::logic_error("cut behind the end");
    if (!limits_.divisible && length < static_cast<std::int32_t>(held.size()))
      length = go_back(sequence, length);
    while (static_cast<std::int32_t>(held.size()) > length) {
      if (--owners_[held.back().cell] == 0) owners_.erase(held.back().cell);
      held.pop_back();
    }
    if (length < checkpoints_[sequence]) checkpoints_[sequence] = 0;
    return length;
  }

  std::int32_t copy(std::int32_t from, std::int32_t to, std::int32_t length) override {
    const auto& source = memory_.at(static_cast<std::size_t>(from));
    auto& target = memory_.at(static_cast<std::size_t>(to));
    if (!target.empty()) throw std::logic_error("copied onto a sequence that is not empty");
    if (length > static_cast<std::int32_t>(source.size()))
      throw std::logic_error("copied more than there is");
    if (!limits_.divisible && length < static_cast<std::int32_t>(source.size()))
      length = go_back(from, length);
    for (std::int32_t i = 0; i < length; ++i) {
      auto held = source[static_cast<std::size_t>(i)];
      if (!limits_.shared_cells) held.cell = ++last_cell_;
      ++owners_[held.cell];
      target.push_back(held);
    }
    return length;
  }

  void remember(std::int32_t sequence) override {
    checkpoints_[sequence] = static_cast<std::int32_t>(memory_.at(static_cast<std::size_t>(sequence)).size());
  }

  double take_restore_seconds() override { return std::exchange(restore_seconds_, 0); }

  std::int32_t used() const { return static_cast<std::int32_t>(owners_.size()); }
  std::size_t computed() const {
    std::size_t tokens = 0;
    for (const auto& batch : batches) tokens += batch.size();
    return tokens;
  }

  static constexpr double kRestoreSeconds = 3;  // each
  static constexpr std::size_t kNever = 1'000'000;
  std::size_t throw_at = kNever;          // step; set before the loop starts
  std::atomic<bool> bind_throws = false;  // the next time
  std::atomic<bool> fail_next = false;
  std::atomic<bool> refuse_next = false;
  bool asynchronous = false;
  std::size_t most_sequences = 1000;  // in one batch; more find no cells, whatever was counted
  // Read only while the loop rests.
  std::vector<std::vector<BatchToken>> batches;
  std::vector<std::int32_t> adapters;  // of each batch

 private:
  struct Held {
    Token token;
    std::int64_t cell;
  };

  std::int32_t go_back(std::int32_t sequence, std::int32_t length) {
    const auto checkpoint = checkpoints_[sequence];
    if (checkpoint == 0 || length < checkpoint) return 0;
    restore_seconds_ += kRestoreSeconds;
    return checkpoint;
  }

  static std::size_t sequences_in(std::span<const BatchToken> batch) {
    std::set<std::int32_t> sequences;
    for (const auto& token : batch) sequences.insert(token.sequence);
    return sequences.size();
  }

  void place(const BatchToken& token, std::size_t row) {
    auto& held = memory_.at(static_cast<std::size_t>(token.sequence));
    if (bound_[token.sequence] == nullptr) throw std::logic_error("a sequence without a sampler");
    if (token.position != static_cast<std::int32_t>(held.size()))
      throw std::logic_error("a gap in a sequence");
    ++owners_[++last_cell_];
    if (used() > limits_.cells) throw std::logic_error("more cells than there are");
    held.push_back({token.token, last_cell_});
    if (static_cast<std::int32_t>(held.size()) > limits_.context)
      throw std::logic_error("longer than the context");
    if (token.output) sampled_[row] = next_token(text_of(held));
  }

  static std::vector<Token> text_of(const std::vector<Held>& held) {
    std::vector<Token> text;
    for (const auto& one : held) text.push_back(one.token);
    return text;
  }

  Limits limits_;
  std::vector<std::vector<Held>> memory_;
  std::map<std::int64_t, int> owners_;  // by cell
  std::map<std::int32_t, std::int32_t> checkpoints_;
  std::map<std::int32_t, Sampler*> bound_;
  std::vector<Token> sampled_;
  std::int64_t last_cell_ = 0;
  double restore_seconds_ = 0;
  std::int32_t adapter_ = -1;
};

}  // namespace tacho::engine
