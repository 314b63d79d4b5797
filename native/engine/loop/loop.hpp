// The decode loop: continuous batching of all running requests over one Runtime, on a thread of its own.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "mailbox.hpp"
#include "meters.hpp"
#include "runtime.hpp"
#include "slots.hpp"
#include "step_plan.hpp"
#include "text_stream.hpp"

namespace tacho::engine {

/// One step:
///   1. take what arrived; cancellations act now, before anything is computed
///   2. give idle slots to waiting requests, first come first served
///   3. plan: one token for everyone who generates, then prompt chunks up to the budget
///   4. make room: idle slots lose their cached tokens, then the youngest request gives its cells back and is
///      computed again later; the same when the memory refuses what our count allowed
///   5. decode, sample, turn tokens into text
///   6. measure with the step's two clock reads, and hand everything over at once
///
/// The inbox and outbox are the only parts other threads touch.
class Loop {
 public:
  struct Options {
    std::int32_t step_budget = 512;  // tokens a step, at least the number of sequences
    std::function<double()> clock;   // seconds on CLOCK_MONOTONIC
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
  struct Task {
    RequestId id = 0;
    double arrived_at = 0;
    double last_token_at = 0;   // 0: none yet
    std::vector<Token> tokens;  // prompt, then what was sampled
    std::int32_t prompt_tokens = 0;
    std::int32_t cached_tokens = 0;
    std::int32_t generated = 0;
    std::int32_t max_tokens = 0;
    std::int32_t slot = -1;
    bool taken_up = false;  // took part in a step before
    TextStream text;
    std::unique_ptr<Sampler> sampler;
  };
  using TaskPtr = std::unique_ptr<Task>;

  void run();
  void accept(Inbox::Delivery delivery);
  void queue(Prepared request);
  void cancel(RequestId id);

  void admit_waiting();
  bool admit(TaskPtr& task);
  void enter_slot(Task& task, Slots::Choice choice);

  void step();
  void plan();
  bool make_room(std::int32_t tokens);
  void preempt_youngest();
  void build_batch();
  DecodeStatus decode();
  bool relieve();
  void give_up(const std::string& why);
  void sample();
  void advance(double started, double ended);
  void take_up(Task& task, double started);
  void generate(Task& task, Token token, double now);
  void measure_token(Task& task, double now);
  void measure_step(double started, double ended);

  std::int32_t uncomputed(const Task& task) const;
  std::int32_t planned_tokens() const;
  void clear_slot(std::int32_t slot);
  void finish(Task& task, Finish reason, ErrorCode error = ErrorCode::none, std::string message = {});
  void drop_finished();

  Runtime& runtime_;
  Meters meters_;
  Options options_;
  Inbox inbox_;
  Outbox outbox_;
  Slots slots_;
  std::deque<TaskPtr> waiting_;
  std::vector<TaskPtr> running_;  // oldest first
  bool full_ = false;             // the memory refused a step; nobody comes in until somebody has left
  StepOutput output_;
  // Kept between steps so that a step allocates nothing for them.
  std::vector<Demand> demands_;
  std::vector<std::int32_t> shares_;
  std::vector<BatchToken> batch_;
  std::vector<std::vector<Sampled>> sampled_;
  std::mutex joining_;
  std::thread thread_;
};

}  // namespace tacho::engine
