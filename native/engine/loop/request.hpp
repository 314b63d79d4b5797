// What a request asks and what a step brings: plain values that cross every border of the engine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tacho::engine {

using Token = std::int32_t;
using RequestId = std::int64_t;

/// Range-checked by the front process; the engine trusts these.
struct Sampling {
  float temperature = 1;
  float top_p = 1;
  std::int32_t top_k = 0;  // 0: no limit
  float min_p = 0;
  bool has_seed = false;  // false: drawn at random
  std::uint32_t seed = 0;
  float presence_penalty = 0;
  float frequency_penalty = 0;
  float repeat_penalty = 1;
  std::vector<std::pair<Token, float>> logit_bias;
  bool ignore_eos = false;
};

/// A request's sampler with its own state (random numbers, penalties). Made by a Runtime, used by its thread.
class Sampler {
 public:
  virtual ~Sampler() = default;
};

/// A request ready for the loop: tokenised, its sampler made.
struct Prepared {
  RequestId id = 0;
  double arrived_at = 0;  // seconds on CLOCK_MONOTONIC
  std::vector<Token> prompt;
  std::int32_t max_tokens = 0;  // 0: until the context is full
  std::vector<std::string> stop;
  std::unique_ptr<Sampler> sampler;
};

enum class Finish { stop, length, cancelled, error };

enum class ErrorCode { none, context_length_exceeded, invalid_prompt, template_failed, engine_failed };

/// The last word about a request; exactly one a request.
struct End {
  RequestId id = 0;
  Finish reason = Finish::stop;
  std::int32_t prompt_tokens = 0;
  std::int32_t cached_tokens = 0;
  std::int32_t generated_tokens = 0;
  ErrorCode error = ErrorCode::none;
  std::string message;  // set with an error
};

/// A piece of one request's text; whole UTF-8 characters.
struct Piece {
  RequestId id = 0;
  std::string text;
};

/// What one step brought (or several, when the reader was late). Pieces come before ends.
struct StepOutput {
  std::vector<Piece> pieces;
  std::vector<End> ends;
  bool empty() const { return pieces.empty() && ends.empty(); }
};

}  // namespace tacho::engine
