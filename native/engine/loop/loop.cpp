#include "loop.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "prompt_scores.hpp"

namespace tacho::engine {

namespace {
std::string failure_of(const Task& task) {
  return task.error == ErrorCode::none
             ? std::string()
             : "the answer cannot go on: its grammar leads nowhere or became too complex.";
}

/// Whether a last token has made the answer whole, so that nothing is left to do but to tell it.
bool is_answered(const Task& task) { return task.finished != Finish::error && task.instants.last_token != 0; }

/// Steps that a LoRA adapter has at least, while it has requests.
constexpr std::uint64_t kAdapterSteps = 8;

/// Prompt tokens of a step at most whose streams all wait for another adapter.
constexpr std::int32_t kPromptBesideOtherAdapters = 32;
}  // namespace

Loop::Loop(Runtime& runtime, Meters meters, std::function<void()> notify, Options options)
    : runtime_(runtime),
      meters_(std::move(meters)),
      options_(std::move(options)),
      outbox_(std::move(notify)),
      scheduler_(runtime, meters_),
      speaker_(runtime),
      prompt_budget_(options_.prefill_multiple) {
  options_.step_budget =
      std::clamp(options_.step_budget, runtime.limits().slots, runtime.limits().step_tokens);
}

void Loop::start() {
  thread_ = std::thread([this] { run(); });
}

void Loop::close() {
  inbox_.close();
  const std::lock_guard lock(joining_);
  if (thread_.joinable()) thread_.join();
}

/// What is thrown in here (memory that ran out, what llama.cpp threw) must not end the process, nor leave
/// anyone without a word.
void Loop::run() {
  for (bool goes_on = true; goes_on;) {
    try {
      goes_on = iterate();
    } catch (const std::exception& error) {
      end_all(std::string("the engine failed: ") + error.what());
      outbox_.put(speaker_.output());
    }
  }
}

bool Loop::iterate() {
  auto delivery = inbox_.take(scheduler_.is_idle());
  if (delivery.closed) return false;
  accept(std::move(delivery));
  scheduler_.admit_waiting();
  if (!running().empty()) step();
  if (running().empty() || !runtime_.computes_asynchronously()) {
    speak();
    release_ended();
    say_ends();
  }
  scheduler_.measure();
  outbox_.put(speaker_.output());
  return true;
}

// --- what arrives ------------------------------------------------------------------------------------------

void Loop::accept(Inbox::Delivery delivery) {
  for (auto& ended : delivery.ended) speaker_.pass_on(std::move(ended));
  for (auto& request : delivery.arrived) queue(std::move(request));
  for (const auto id : delivery.cancelled) {
    if (const auto task = scheduler_.withdraw(id)) speaker_.say_end(*task, Finish::cancelled);
  }
}

void Loop::queue(Prepared request) {
  auto task =
      std::make_unique<Task>(Task{.id = request.id,
                                  .arrived_at = request.arrived_at,
                                  .instants = {.assembled = request.assembled_at},
                                  .tenant = request.tenant,
                                  .priority = request.priority,
                                  .rank = request.arrived_at - options_.priority_seconds * request.priority,
                                  .cache_space = std::move(request.cache_space),
                                  .adapter = request.adapter,
                                  .tokens = std::move(request.prompt),
                                  .max_tokens = request.max_tokens,
                                  .prediction = std::move(request.prediction),
                                  .text = TextStream(std::move(request.stop)),
                                  .sampler = std::move(request.sampler),
                                  .wants_logprobs = request.logprobs,
                                  .prompt_logprobs = request.prompt_logprobs,
                                  .shown_controls = std::move(request.shown_controls)});
  task->prompt_tokens = task->size();
  if (task->prompt_logprobs >= 0) want_scores(*task, request.first_scored);
  const auto context = runtime_.limits().context;
  if (task->prompt_tokens < context) return scheduler_.enqueue(std::move(task));
  speaker_.say_end(*task, Finish::error, ErrorCode::context_length_exceeded,
                   "the prompt has " + std::to_string(task->prompt_tokens) + " tokens; at most " +
                       std::to_string(context - 1) + " fit in this model's context of " +
                       std::to_string(context));
}

// --- one step ----------------------------------------------------------------------------------------------

void Loop::step() {
  now_ = options_.clock();
  ++steps_;
  choose_adapter();
  draft();
  drafted_at_ = drafting_.empty() ? now_ : options_.clock();
  DecodeStatus status{};
  do {
    plan();
    batch_.build(scheduler_, shares_);
    if (batch_.tokens().empty()) return;  // All of the adapter's requests had to leave.
    status = decode();
    if (status == DecodeStatus::no_cells && !drop_drafts() && !scheduler_.relieve())
      return give_up("the KV cache has no room for this request", false);
  } while (status == DecodeStatus::no_cells);
  if (status != DecodeStatus::ok) return;
  if (runtime_.computes_asynchronously()) {
    speak();
    say_ends();
    outbox_.put(speaker_.output());
  }
  runtime_.sample(batch_.sampling(scheduler_));
  take_scores(runtime_, batch_, scheduler_);
  advance(now_, options_.clock());
  if (runtime_.computes_asynchronously()) release_ended();
}

/// All sequences of a step share the LoRA adapter. The one whose request has waited longest for a step is
/// next, but not at once: after a change llama.cpp plans all its graphs anew.
void Loop::choose_adapter() {
  const auto uses_it = [this](const TaskPtr& task) { return task->adapter == adapter_; };
  if (steps_ < adapter_since_ + kAdapterSteps && std::ranges::any_of(running(), uses_it)) return;
  const auto& next = *std::ranges::min_element(
      running(), {}, [](const TaskPtr& task) { return std::pair(task->last_step, task->arrived_at); });
  adapter_since_ = steps_;
  if (next->adapter == adapter_) return;
  adapter_ = next->adapter;
  runtime_.use_adapter(adapter_);
}

/// Of those who use the step's adapter.
StepMix Loop::mix() const {
  StepMix mix;
  bool begun = false;
  for (const auto& task : running()) {
    if (task->adapter != adapter_) continue;
    const auto missing = scheduler_.uncomputed(*task);
    ++(missing == 1 ? mix.streams : mix.prompts);
    if (missing == 1) continue;
    mix.fresh += missing;
    begun = begun || task->taken_up;
  }
  if (begun) mix.fresh = 0;
  return mix;
}

/// Streams that cannot have their tokens in this step.
bool Loop::others_stream() const {
  return std::ranges::any_of(running(), [this](const TaskPtr& task) {
    return task->adapter != adapter_ && scheduler_.uncomputed(*task) == 1;
  });
}

/// Tokens that prompts may have in the step at hand.
std::int32_t Loop::prompt_tokens(StepMix mix) const {
  const auto tokens = prompt_budget_.tokens(mix, options_.step_budget);
  const bool alone = mix.streams == 0 && others_stream();
  return alone ? std::min(tokens, kPromptBesideOtherAdapters) : tokens;
}

/// Guesses for those who generate, as many as pay.
void Loop::draft() {
  for (const auto& task : running()) task->draft.clear();
  drafting_.clear();
  if (runtime_.limits().draft_tokens == 0) return;
  // A step with nothing but streams is wanted.
  const auto mix = this->mix();
  if (prompt_tokens(mix) == 0) return;
  const auto cost = draft_costs_.of(std::max(1, mix.streams));
  for (const auto& task : running()) {
    if (task->adapter != adapter_ || scheduler_.uncomputed(*task) != 1) continue;
    auto most = std::min(runtime_.limits().draft_tokens, runtime_.limits().context - task->size() - 1);
    if (task->max_tokens > 0) most = std::min(most, task->max_tokens - task->generated - 1);
    if (most <= 0) continue;
    most = task->draft_policy.wanted(cost, most);
    if (most > 0)
      drafting_.push_back({.sequence = task->sequence,
                           .text = task->tokens,
                           .prediction = task->prediction,
                           .most = most,
                           .draft = &task->draft});
  }
  if (!drafting_.empty()) runtime_.draft(drafting_);
}

void Loop::plan() {
  for (;;) {
    demands_.clear();
    for (const auto& task : running()) demands_.push_back(demand_of(*task));
    keep_one_scoring(running(), demands_);
    mix_ = mix();
    plan_step(demands_, {.tokens = options_.step_budget, .prompt = prompt_tokens(mix_)}, shares_);
    const auto cells = std::accumulate(shares_.begin(), shares_.end(), 0);
    if (cells > scheduler_.free_cells() && drop_drafts()) continue;
    if (speaks_before_preemption(cells)) continue;
    if (scheduler_.make_room(cells)) return;
  }
}

/// Who is preempted says nothing until he runs again, so what was sampled must be said before. True when a
/// request ended by it: then the plan no longer holds.
bool Loop::speaks_before_preemption(std::int32_t cells) {
  if (cells <= scheduler_.free_cells() || !runtime_.computes_asynchronously()) return false;
  speak();
  const auto before = running().size();
  release_ended();
  return running().size() < before;
}

Demand Loop::demand_of(const Task& task) const {
  if (task.adapter != adapter_) return {};
  const auto missing = scheduler_.uncomputed(task);
  if (missing == 1) return {.certain = 1, .more = static_cast<std::int32_t>(task.draft.size())};
  if (task.scores()) return {.more = std::min(missing, kScoresPerStep), .priority = task.priority};
  // A checkpoint is of use to the next request with this prompt only before the prompt's last token.
  const auto stop = task.prompt_tokens - 1 - scheduler_.computed(task);
  const bool stops = !runtime_.limits().divisible && !task.remembered && stop > 0;
  return {.more = stops ? stop : missing, .priority = task.priority};
}

/// Guesses are the first to go when something is short.
bool Loop::drop_drafts() {
  bool dropped = false;
  for (const auto& task : running()) {
    dropped = dropped || !task->draft.empty();
    task->draft.clear();
  }
  return dropped;
}

DecodeStatus Loop::decode() {
  const auto status = runtime_.decode(batch_.tokens());
  if (status == DecodeStatus::failed) {
    const auto reason = runtime_.failure();
    give_up("the model failed to compute a step" + (reason.empty() ? "" : ": " + reason), false);
  }
  if (status != DecodeStatus::ok) return status;
  batch_.record(scheduler_);
  return status;
}

void Loop::advance(double started, double ended) {
  StepCounts counts;
  for (std::size_t i = 0; i < running().size(); ++i) {
    auto& task = *running()[i];
    if (task.adapter == adapter_) task.last_step = steps_;
    if (shares_[i] == 0) continue;
    take_up(task, started);
    if (!task.remembered && scheduler_.computed(task) == task.prompt_tokens - 1) {
      task.remembered = true;
      runtime_.remember(task.sequence);
    }
    counts.prefilled += prompt_part(task, shares_[i]);
    const auto& sampled = batch_.sampled(i);
    if (sampled.empty()) continue;
    verify(task, sampled);
    for (const auto& one : sampled) generate(task, one, ended);
    counts.generates = counts.generates || sampled.front().token >= 0;
    counts.longest = std::max(counts.longest, task.size());
  }
  measure_step(started, ended, counts);
}

/// Of the tokens that the request had in the step, those of its prompt.
std::int32_t Loop::prompt_part(const Task& task, std::int32_t share) const {
  const auto before = scheduler_.computed(task) - share;
  return std::clamp(task.prompt_tokens - before, 0, share);
}

void Loop::take_up(Task& task, double started) {
  if (task.taken_up) return;
  task.taken_up = true;
  task.instants.started = started;
  if (!options_.measures) return;
  meters_.queue_duration.observe(started - task.arrived_at);
  task.tenant.prompt_tokens.inc(task.prompt_tokens);
  task.tenant.cached_prompt_tokens.inc(task.cached_tokens);
}

/// Takes the guesses that were wrong out of the memory.
void Loop::verify(Task& task, const std::vector<Sampled>& sampled) {
  if (task.draft.empty()) return;
  const auto drafted = static_cast<std::int32_t>(task.draft.size());
  const auto accepted = static_cast<std::int32_t>(sampled.size()) - 1;
  task.draft_policy.observed(drafted, accepted);
  meters_.drafts.inc();
  meters_.draft_tokens.inc(drafted);
  meters_.accepted_draft_tokens.inc(accepted);
  if (accepted < drafted) scheduler_.cut(task, task.size() + accepted);
}

void Loop::generate(Task& task, const Sampled& sampled, double now) {
  if (task.finished) return;
  if (sampled.token < 0) {
    task.finished = sampled.token == kComplete ? Finish::stop : Finish::error;
    if (sampled.token != kComplete) task.error = ErrorCode::constraint_failed;
    return;
  }
  ++task.generated;
  measure_token(task, now);
  if (task.instants.first_token == 0) task.instants.first_token = now;
  task.instants.last_token = now;
  if (runtime_.ends_text(sampled.token)) {
    task.finished = Finish::stop;
    return;
  }
  task.tokens.push_back(sampled.token);
  task.unspoken.push_back(sampled);
  const bool context_full = task.size() >= runtime_.limits().context;
  if (task.generated == task.max_tokens || context_full) task.finished = Finish::length;
}

void Loop::measure_token(Task& task, double now) {
  if (!options_.measures) return;
  task.tenant.generation_tokens.inc();
  if (task.instants.first_token != 0) meters_.inter_token_latency.observe(now - task.instants.last_token);
}

void Loop::measure_step(double started, double ended, const StepCounts& counts) {
  const auto tokens = static_cast<std::int32_t>(batch_.tokens().size());
  const auto drafted = std::accumulate(
      running().begin(), running().end(), 0,
      [](auto sum, const TaskPtr& task) { return sum + static_cast<std::int32_t>(task->draft.size()); });
  // Looking for guesses takes time as well, which is part of their price and of no other.
  const auto streams = mix_.streams;
  const auto seconds = ended - (drafted > 0 ? started : drafted_at_);
  if (drafted == 0)
    prompt_budget_.observe(mix_, tokens - streams, seconds);
  else
    prompt_budget_.pass(mix_);
  if (tokens == streams + drafted) draft_costs_.observed(streams, drafted, seconds);
  if (!options_.measures) return;
  meters_.step_duration.observe(ended - started);
  meters_.step_tokens.observe(tokens);
  meters_.step_sequences.observe(
      static_cast<double>(std::ranges::count_if(shares_, [](auto share) { return share > 0; })));
  // Who runs has something to compute, if only another adapter's or more prompt than a step may hold.
  meters_.runnable_sequences.inc(static_cast<double>(running().size()));
  if (counts.generates) meters_.generation_steps.inc();
  meters_.prefilled_tokens.inc(counts.prefilled);
  if (counts.longest > 0) meters_.longest_sequence.raise(counts.longest);
}

// --- what requests hear ------------------------------------------------------------------------------------

/// Gives the sequences of those that ended back, so that the next step has them.
void Loop::release_ended() {
  std::erase_if(running(), [this](TaskPtr& task) {
    if (!task->finished) return false;
    scheduler_.leave(*task);
    ended_.push_back(std::move(task));
    return true;
  });
}

/// Turns what was sampled for those who run into text.
void Loop::speak() {
  for (const auto& task : running()) speaker_.say_text(*task);
}

/// The last words of those that ended. Each leaves the list first: whatever is thrown, it hears one end.
void Loop::say_ends() {
  while (!ended_.empty()) {
    const auto task = std::move(ended_.front());
    ended_.erase(ended_.begin());
    try {
      speaker_.say_text(*task);
      speaker_.say_end(*task, *task->finished, task->error, failure_of(*task));
      if (options_.measures && is_answered(*task)) meters_.post_depth.inc();
    } catch (const std::exception& error) {
      speaker_.say_end(*task, Finish::error, ErrorCode::engine_failed, error.what());
    }
  }
}

/// Ends those who took part in the step at hand with an error, or all that are here. Their memory is in an
/// unknown state; who had all its tokens before ends as it would have.
void Loop::give_up(const std::string& why, bool all) {
  const auto fail = [&](const Task& task) {
    speaker_.say_end(task, Finish::error, ErrorCode::engine_failed, why);
  };
  if (!all) speak();
  std::vector<TaskPtr> kept;
  for (std::size_t i = 0; i < running().size(); ++i) {
    auto& task = running()[i];
    if (!all && shares_[i] == 0) {
      kept.push_back(std::move(task));
      continue;
    }
    scheduler_.forget(*task);
    if (!task->finished)
      fail(*task);
    else
      ended_.push_back(std::move(task));
  }
  running() = std::move(kept);
  if (!all) return;
  for (const auto& task : scheduler_.take_waiting()) {
    // What was thrown as it entered has left it its place.
    if (task->sequence >= 0) scheduler_.forget(*task);
    fail(*task);
  }
}

/// After an exception, which speaking itself may have thrown.
void Loop::end_all(const std::string& why) {
  try {
    speak();
  } catch (const std::exception&) {
    // Who could not speak fails below.
  }
  give_up(why, true);
  say_ends();
}

}  // namespace tacho::engine
