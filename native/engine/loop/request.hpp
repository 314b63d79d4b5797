// What a request asks and what a step brings: plain values that cross every border of the engine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "meters.hpp"

namespace tacho::engine {

using Token = std::int32_t;
using RequestId = std::int64_t;

/// What a sampler draws when it cannot draw a token: the text is complete, or the constraint on it leads
/// nowhere or became too complex.
constexpr Token kComplete = -1;
constexpr Token kStuck = -2;

/// "Don't repeat yourself"; see llama_sampler_init_dry.
struct Dry {
  float multiplier = 0;  // 0: none
  float base = 1.75;
  std::int32_t allowed_length = 2;
  std::int32_t last_tokens = -1;  // -1: all
  std::vector<std::string> breakers;
};

/// Range-checked by the front process; the engine trusts these.
struct Sampling {
  float temperature = 1;
  float top_p = 1;
  std::int32_t top_k = 0;  // 0: no limit
  float min_p = 0;
  float typical_p = 1;
  float xtc_probability = 0;
  float xtc_threshold = 0.1F;
  Dry dry;
  std::int32_t mirostat = 0;  // version; 0: none
  float mirostat_tau = 5;
  float mirostat_eta = 0.1F;
  bool has_seed = false;  // false: drawn at random
  std::uint32_t seed = 0;
  float presence_penalty = 0;
  float frequency_penalty = 0;
  float repeat_penalty = 1;
  std::vector<std::pair<Token, float>> logit_bias;
  bool ignore_eos = false;
  std::int32_t logprobs = -1;  // alternatives wanted beside each token's own logprob, 0 … 20; -1: no logprobs
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
  double assembled_at = 0;
  TenantMeters tenant;
  std::vector<Token> prompt;
  std::int32_t max_tokens = 0;  // 0: until the context is full
  std::int32_t priority = 0;    // the higher the sooner
  /// Requests share cached prefixes only within one space: a tenant's, as the client named it.
  std::string cache_space;
  std::int32_t adapter = -1;  // index of the LoRA adapter; -1: none
  std::vector<std::string> stop;
  std::unique_ptr<Sampler> sampler;
  bool logprobs = false;  // the sampler gives them, and the client wants them
  /// Alternatives wanted beside the logprob of each token of the prompt from `first_scored` on; -1: no
  /// logprobs. Such a prompt is computed whole, so it needs a cache space of its own.
  std::int32_t prompt_logprobs = -1;
  std::int32_t first_scored = 0;
  std::vector<Token> prediction;  // what the client expects of the answer; guesses are looked up there too
  /// Control tokens that are part of the text all the same: what reads the answer needs them.
  std::vector<Token> shown_controls;
};

/// What a sampler drew. Natural logarithms of probabilities over the whole vocabulary, at temperature 1 and
/// before penalties, as OpenAI gives them; `top` holds the likeliest tokens in order. Both only when asked
/// for.
struct Sampled {
  Token token = -1;
  float logprob = 0;
  std::vector<std::pair<Token, float>> top;
};

enum class Finish { stop, length, cancelled, error };

enum class ErrorCode {
  none,
  context_length_exceeded,
  invalid_prompt,
  invalid_constraint,
  template_failed,
  constraint_failed,
  engine_failed
};

/// When a request came how far: seconds on CLOCK_MONOTONIC, 0 for what did not happen.
struct Instants {
  double assembled = 0;
  double started = 0;  // its first step
  double first_token = 0;
  double last_token = 0;
};

/// How a request came through its assembly.
struct Assembly {
  double seconds = 0;        // from its being taken over
  bool handed_over = false;  // to the loop; false: refused, or cancelled meanwhile
};

/// The last word about a request; exactly one a request.
struct End {
  RequestId id = 0;
  Finish reason = Finish::stop;
  std::int32_t prompt_tokens = 0;
  std::int32_t cached_tokens = 0;
  std::int32_t generated_tokens = 0;
  std::int32_t stop = -1;  // index of the stop string that ended it; -1 for none
  ErrorCode error = ErrorCode::none;
  std::string message;  // set with an error
  Instants instants;
};

/// What came of one part of a chat answer that is read by its template's format.
struct AnswerPart {
  enum class Kind { content, reasoning, tool_call };
  Kind kind = Kind::content;
  std::string text;        // of a tool call: its arguments go on with it
  std::int32_t index = 0;  // of the tool call
  std::string id;          // with the first part of a tool call, as is its name
  std::string name;
  bool operator==(const AnswerPart&) const = default;
};

/// A piece of one request's text; whole UTF-8 characters.
struct Piece {
  RequestId id = 0;
  std::string text;               // may be empty when there are logprobs
  std::vector<Sampled> logprobs;  // of the tokens sampled since the last piece, when asked for
  std::vector<Sampled>
      prompt_logprobs;  // of the prompt's next tokens, when asked for; NaN for the first one's
  bool read = false;    // by an AnswerReader: the text has become the parts
  std::vector<AnswerPart> parts;
};

/// What one step brought (or several, when the reader was late). Pieces come before ends.
struct StepOutput {
  std::vector<Piece> pieces;
  std::vector<End> ends;
  bool empty() const { return pieces.empty() && ends.empty(); }
};

}  // namespace tacho::engine
