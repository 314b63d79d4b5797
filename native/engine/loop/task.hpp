// One request on its way through the decode loop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "draft_policy.hpp"
#include "request.hpp"
#include "runtime.hpp"
#include "text_stream.hpp"

namespace tacho::engine {

struct Task {
  RequestId id = 0;
  double arrived_at = 0;
  Instants instants;
  TenantMeters tenant;
  std::int32_t priority = 0;
  double rank = 0;  // the place among those that wait, the smaller the sooner
  std::string cache_space;
  std::int32_t adapter = -1;
  std::vector<Token> tokens;  // prompt, then what was sampled
  std::int32_t prompt_tokens = 0;
  std::int32_t cached_tokens = 0;
  std::int32_t generated = 0;
  std::int32_t max_tokens = 0;     // 0: until the context is full
  std::int32_t sequence = -1;      // -1: not running
  std::int32_t once_computed = 0;  // tokens that were computed before; those computed again are counted
  std::uint64_t last_step = 0;
  bool taken_up = false;    // took part in a step before
  bool remembered = false;  // a checkpoint of its prompt was asked for
  DraftPolicy draft_policy;
  std::vector<Token> prediction;
  std::vector<Token> draft;           // in the step at hand
  std::vector<Sampled> unspoken;      // sampled, not yet turned into text
  std::optional<Finish> finished;     // said to its client once all is spoken
  ErrorCode error = ErrorCode::none;  // with Finish::error
  TextStream text;
  std::unique_ptr<Sampler> sampler;
  bool wants_logprobs = false;
  std::int32_t prompt_logprobs = -1;  // as in Prepared
  std::int32_t scored = 0;            // tokens of the prompt that have their logprob, or want none
  std::vector<Sampled> unspoken_scores;
  std::vector<Token> shown_controls;

  /// Whether tokens of the prompt still want their logprobs: those are outputs of the tokens before them.
  bool scores() const { return prompt_logprobs >= 0 && scored < prompt_tokens; }
  std::int32_t size() const { return static_cast<std::int32_t>(tokens.size()); }
};

using TaskPtr = std::unique_ptr<Task>;

}  // namespace tacho::engine
