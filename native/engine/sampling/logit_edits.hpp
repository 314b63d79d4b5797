// Biases and penalties as changes of the few logits they touch.
#pragma once

#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../loop/request.hpp"

namespace tacho::engine {

/// The arithmetic, and its order, are llama.cpp's logit-bias and penalties samplers, which look every entry
/// of the vocabulary up in a hash table. Repetition counts the prompt too; presence and frequency count what
/// was generated (as in vLLM).
class LogitEdits {
 public:
  LogitEdits(const Sampling& sampling, std::span<const Token> prompt);

  /// Never a change, whatever is generated.
  bool empty() const { return biases_.empty() && !repeats_ && !counts_; }
  /// Biases to add to those of the request.
  void add_bias(Token token, float bias) { biases_.emplace_back(token, bias); }
  const std::vector<std::pair<Token, float>>& biases() const { return biases_; }
  bool penalises() const { return repeats_ || counts_; }

  /// Must be undone before the next apply().
  void apply(std::span<float> logits);
  /// Gives `logits` their values back.
  void undo(std::span<float> logits);
  void accept(Token token);

 private:
  struct Seen {
    Token token;
    std::int32_t generated;  // how often; 0: in the prompt alone
  };
  Seen& seen(Token token);
  float penalised(float logit, std::int32_t generated) const;
  void set(std::span<float> logits, Token token, float logit);

  std::vector<std::pair<Token, float>> biases_;
  float repeat_;
  float frequency_;
  float presence_;
  bool repeats_;
  bool counts_;
  std::vector<Seen> seen_;
  std::unordered_map<Token, std::size_t> places_;  // in seen_
  std::vector<std::pair<Token, float>> before_;
};

}  // namespace tacho::engine
