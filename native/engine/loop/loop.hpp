// The decode loop: continuous batching of all running requests over one Runtime, on a thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "draft_cost.hpp"
#include "mailbox.hpp"
#include "meters.hpp"
#include "prompt_budget.hpp"
#include "runtime.hpp"
#include "scheduler.hpp"
#include "speaker.hpp"
#include "step_batch.hpp"
#include "step_plan.hpp"
#include "task.hpp"

namespace tacho::engine {

/// One step:
///   1. take what arrived; cancellations act now, before anything is computed
///   2. the scheduler gives sequences to waiting requests
///   3. plan: one token for everyone who generates, drafts, then prompt chunks up to the budget
///   4. the scheduler makes room: prefixes of ended requests go, then requests wait to be computed again
///   5. decode and sample
///   6. measure with the step's two clock reads, turn tokens into text, and hand everything over at once
///
/// On a back end that computes asynchronously, text and hand-over of one step happen while the next one
/// computes. Otherwise nothing would be won by waiting, and clients would hear of each token a step later.
///
/// The inbox and outbox are the only parts other threads touch.
class Loop {
 public:
  struct Options {
    std::int32_t step_budget = 512;  // tokens a step, at least the number of slots
    /// How many times as long as a step without prompts one with prompts may last while somebody streams;
    /// PromptBudget tells when it may be more.
    double prefill_multiple = 2;
    std::function<double()> clock;  // seconds on CLOCK_MONOTONIC
    bool measures = true;           // off to see what measuring costs
    /// Seconds of waiting that a level of priority is worth. The order of two requests never changes, so
    /// nobody starves.
    double priority_seconds = 10;
  };

  Loop(Runtime& runtime, Meters meters, std::function<void()> notify, Options options);
  ~Loop() { close(); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  Inbox& inbox() { return inbox_; }
  Outbox& outbox() { return outbox_; }

  void start();
  /// Ends after the step at hand, without finishing requests. Idempotent and thread-safe.
  void close();

 private:
  /// What a step's requests have in it, all together.
  struct StepCounts {
    std::int32_t prefilled = 0;  // tokens of prompts
    std::int32_t longest = 0;    // of those who generate: prompt and answer
    bool generates = false;
  };

  void run();
  bool iterate();
  void accept(Inbox::Delivery delivery);
  void queue(Prepared request);

  void step();
  void plan();
  void choose_adapter();
  void draft();
  Demand demand_of(const Task& task) const;
  bool drop_drafts();
  DecodeStatus decode();
  void advance(double started, double ended);
  void take_up(Task& task, double started);
  void verify(Task& task, const std::vector<Sampled>& sampled);
  void generate(Task& task, const Sampled& sampled, double now);
  void measure_token(Task& task, double now);
  std::int32_t prompt_part(const Task& task, std::int32_t share) const;
  void measure_step(double started, double ended, const StepCounts& counts);

  void release_ended();
  void speak();
  void say_ends();
  void give_up(const std::string& why, bool all);
  void end_all(const std::string& why);
  bool speaks_before_preemption(std::int32_t cells);
  StepMix mix() const;
  bool others_stream() const;
  std::int32_t prompt_tokens(StepMix mix) const;

  std::vector<TaskPtr>& running() { return scheduler_.running(); }
  const std::vector<TaskPtr>& running() const { return scheduler_.running(); }

  Runtime& runtime_;
  Meters meters_;
  Options options_;
  Inbox inbox_;
  Outbox outbox_;
  Scheduler scheduler_;
  Speaker speaker_;
  PromptBudget prompt_budget_;
  DraftCosts draft_costs_;
  double now_ = 0;         // when the step at hand began
  double drafted_at_ = 0;  // seconds; when its guesses were made, if any were looked for
  std::uint64_t steps_ = 0;
  std::int32_t adapter_ = -1;
  std::uint64_t adapter_since_ = 0;  // step
  StepMix mix_;                      // of the step at hand
  std::vector<TaskPtr> ended_;       // ran in the last step; their last words are still to be said
  // Kept between steps so that a step allocates nothing for them.
  std::vector<Demand> demands_;
  std::vector<std::int32_t> shares_;
  StepBatch batch_;
  std::vector<DraftWork> drafting_;
  std::mutex joining_;
  std::thread thread_;
};

}  // namespace tacho::engine
