// The engine's own measurements: handles into one shard of the telemetry segment, bound before the loop
// starts.
#pragma once

#include <deque>

#include "../../telemetry/cells.hpp"

namespace tacho::engine {

/// What is counted for one tenant's requests; each request brings its own, in the same shard.
struct TenantMeters {
  telemetry::Counter prompt_tokens{};
  telemetry::Counter cached_prompt_tokens{};
  telemetry::Counter generation_tokens{};
};

/// Written by the loop's thread alone. Durations in seconds; see src/metrics/catalog for what each means.
struct Meters {
  telemetry::Histogram queue_duration;
  telemetry::Histogram inter_token_latency;
  telemetry::Histogram step_duration;
  telemetry::Histogram step_tokens;
  telemetry::Histogram step_sequences;
  telemetry::Counter runnable_sequences;
  telemetry::Counter generation_steps;
  telemetry::Counter prefilled_tokens;
  telemetry::HighWater longest_sequence;
  telemetry::Counter preemptions;
  telemetry::Counter recomputed_tokens;
  telemetry::Counter evicted_prefix_tokens;
  telemetry::Histogram state_restore_duration;
  telemetry::Counter drafts;
  telemetry::Counter draft_tokens;
  telemetry::Counter accepted_draft_tokens;
  telemetry::Gauge kv_cells_used;
  telemetry::Gauge prefix_cells;
  /// Of the stage post, its way in: who takes the ends counts them out, in a shard of its own.
  telemetry::Gauge post_depth;
  /// What the histograms point to; a deque, since it keeps its elements in their places when it grows or
  /// moves.
  std::deque<telemetry::BucketIndex> indexes;
};

}  // namespace tacho::engine
