#include "loop.hpp"

#include <algorithm>
#include <numeric>
#include <span>

namespace tacho::engine {

Loop::Loop(Runtime& runtime, Meters meters, std::function<void()> notify, Options options)
    : runtime_(runtime),
      meters_(std::move(meters)),
      options_(std::move(options)),
      outbox_(std::move(notify)),
      slots_(runtime.limits().slots, runtime.limits().cells) {
  options_.step_budget =
      std::clamp(options_.step_budget, runtime.limits().sequences, runtime.limits().step_tokens);
}

void Loop::start() {
  thread_ = std::thread([this] { run(); });
}

void Loop::close() {
  inbox_.close();
  const std::lock_guard lock(joining_);
  if (thread_.joinable()) thread_.join();
}

void Loop::run() {
  for (;;) {
    auto delivery = inbox_.take(running_.empty() && waiting_.empty());
    if (delivery.closed) return;
    accept(std::move(delivery));
    admit_waiting();
    if (!running_.empty()) step();
    meters_.kv_cells_used.set(slots_.used_cells());
    outbox_.put(output_);
  }
}

// --- what arrives ------------------------------------------------------------------------------------------

void Loop::accept(Inbox::Delivery delivery) {
  for (auto& end : delivery.ended) output_.ends.push_back(std::move(end));
  for (auto& request : delivery.arrived) queue(std::move(request));
  for (const auto id : delivery.cancelled) cancel(id);
}

void Loop::queue(Prepared request) {
  auto task = std::make_unique<Task>(Task{.id = request.id,
                                          .arrived_at = request.arrived_at,
                                          .tokens = std::move(request.prompt),
                                          .max_tokens = request.max_tokens,
                                          .text = TextStream(std::move(request.stop)),
                                          .sampler = std::move(request.sampler)});
  task->prompt_tokens = static_cast<std::int32_t>(task->tokens.size());
  const auto context = runtime_.limits().context;
  if (task->prompt_tokens >= context) {
    finish(*task, Finish::error, ErrorCode::context_length_exceeded,
           "the prompt has " + std::to_string(task->prompt_tokens) + " tokens; at most " +
               std::to_string(context - 1) + " fit in this model's context of " + std::to_string(context));
    return;
  }
  waiting_.push_back(std::move(task));
}

void Loop::cancel(RequestId id) {
  const auto is_it = [id](const TaskPtr& task) { return task->id == id; };
  if (const auto found = std::ranges::find_if(running_, is_it); found != running_.end()) {
    finish(**found, Finish::cancelled);
    running_.erase(found);
  } else if (const auto queued = std::ranges::find_if(waiting_, is_it); queued != waiting_.end()) {
    finish(**queued, Finish::cancelled);
    waiting_.erase(queued);
  }
}

// --- who runs ----------------------------------------------------------------------------------------------

void Loop::admit_waiting() {
  while (!waiting_.empty() && admit(waiting_.front())) {
    running_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
}

/// Admits when the whole prompt has room beside what the others have still to compute; a request alone always
/// has.
bool Loop::admit(TaskPtr& task) {
  const auto choice = slots_.choose(task->tokens);
  if (choice.slot < 0) return false;
  if (!running_.empty()) {
    auto wanted = static_cast<std::int32_t>(task->tokens.size()) + 1;
    for (const auto& other : running_) wanted += uncomputed(*other);
    if (full_ || wanted > slots_.free_cells() + slots_.idle_cells()) return false;
  }
  enter_slot(*task, choice);
  return true;
}

void Loop::enter_slot(Task& task, Slots::Choice choice) {
  task.slot = choice.slot;
  slots_.occupy(choice.slot);
  slots_.cut(choice.slot, runtime_.cut(choice.slot, choice.shared));
}

// --- one step ----------------------------------------------------------------------------------------------

void Loop::step() {
  const double started = options_.clock();
  DecodeStatus status{};
  do {
    plan();
    build_batch();
    status = decode();
  } while (status == DecodeStatus::no_cells && relieve());
  if (status != DecodeStatus::ok) return;
  sample();
  advance(started, options_.clock());
  drop_finished();
}

void Loop::plan() {
  do {
    demands_.clear();
    for (const auto& task : running_) demands_.push_back({uncomputed(*task)});
    plan_step(demands_, options_.step_budget, shares_);
  } while (!make_room(planned_tokens()));
}

/// True when the cells for `tokens` are free; false when a request had to leave and the plan no longer holds.
bool Loop::make_room(std::int32_t tokens) {
  while (slots_.free_cells() < tokens) {
    if (const auto idle = slots_.oldest_idle(); idle >= 0) {
      clear_slot(idle);
    } else {
      preempt_youngest();
      return false;
    }
  }
  return true;
}

/// The youngest request gives its cells back and waits, first in line, to be computed again. What it sampled
/// and showed stays. Never called with one request alone: the context is no larger than the cells.
void Loop::preempt_youngest() {
  auto task = std::move(running_.back());
  running_.pop_back();
  clear_slot(task->slot);
  slots_.release(task->slot);
  task->slot = -1;
  waiting_.push_front(std::move(task));
}

void Loop::build_batch() {
  batch_.clear();
  for (std::size_t i = 0; i < running_.size(); ++i) {
    const auto& task = *running_[i];
    const auto first = slots_.held(task.slot);
    const auto end = first + shares_[i];
    const auto last = static_cast<std::int32_t>(task.tokens.size());
    for (auto at = first; at < end; ++at) {
      batch_.push_back({task.tokens[static_cast<std::size_t>(at)], at, task.slot, at + 1 == last});
    }
  }
}

DecodeStatus Loop::decode() {
  const auto status = runtime_.decode(batch_);
  if (status == DecodeStatus::failed) {
    const auto reason = runtime_.failure();
    give_up("the model failed to compute a step" + (reason.empty() ? "" : ": " + reason));
  }
  return status;
}

/// Our count said that there was room, the memory disagrees. True when less is wanted of it now.
bool Loop::relieve() {
  if (const auto idle = slots_.oldest_idle(); idle >= 0) {
    clear_slot(idle);
    return true;
  }
  if (running_.size() > 1) {
    full_ = true;
    preempt_youngest();
    return true;
  }
  give_up("the KV cache has no room for this request");
  return false;
}

void Loop::give_up(const std::string& why) {
  for (auto& task : running_) {
    const auto slot = task->slot;
    finish(*task, Finish::error, ErrorCode::engine_failed, why);
    clear_slot(slot);
  }
  running_.clear();
}

/// One token for every request whose tokens are now all computed; before the step's second clock read.
void Loop::sample() {
  sampled_.assign(running_.size(), {});
  std::vector<SampleWork> work;
  std::int32_t row = 0;
  for (std::size_t i = 0; i < running_.size(); ++i) {
    row += shares_[i];
    const bool complete = shares_[i] > 0 && shares_[i] == demands_[i].uncomputed;
    if (complete)
      work.push_back({.sampler = running_[i]->sampler.get(), .row = row - 1, .sampled = &sampled_[i]});
  }
  if (!work.empty()) runtime_.sample(work);
}

void Loop::advance(double started, double ended) {
  for (std::size_t i = 0; i < running_.size(); ++i) {
    if (shares_[i] == 0) continue;
    auto& task = *running_[i];
    take_up(task, started);
    const auto computed = static_cast<std::size_t>(slots_.held(task.slot));
    slots_.extend(task.slot, std::span(task.tokens).subspan(computed, static_cast<std::size_t>(shares_[i])));
    if (!sampled_[i].empty()) generate(task, sampled_[i].front().token, ended);
  }
  measure_step(started, ended);
}

void Loop::take_up(Task& task, double started) {
  if (task.taken_up) return;
  task.taken_up = true;
  task.cached_tokens = slots_.held(task.slot);
  meters_.queue_duration.observe(started - task.arrived_at);
  meters_.prompt_tokens.inc(task.prompt_tokens);
  meters_.cached_prompt_tokens.inc(task.cached_tokens);
}

void Loop::generate(Task& task, Token token, double now) {
  ++task.generated;
  measure_token(task, now);
  if (runtime_.ends_text(token)) return finish(task, Finish::stop);

  task.tokens.push_back(token);
  runtime_.append_text(token, task.text.input());
  std::string shown;
  const bool stopped = task.text.advance(shown);
  if (!shown.empty()) output_.pieces.push_back({task.id, std::move(shown)});
  if (stopped) return finish(task, Finish::stop);
  const bool context_full = static_cast<std::int32_t>(task.tokens.size()) >= runtime_.limits().context;
  if (task.generated == task.max_tokens || context_full) finish(task, Finish::length);
}

void Loop::measure_token(Task& task, double now) {
  meters_.generation_tokens.inc();
  if (task.last_token_at == 0) {
    meters_.time_to_first_token.observe(now - task.arrived_at);
  } else {
    meters_.inter_token_latency.observe(now - task.last_token_at);
  }
  task.last_token_at = now;
}

void Loop::measure_step(double started, double ended) {
  meters_.step_duration.observe(ended - started);
  meters_.step_tokens.observe(static_cast<double>(batch_.size()));
  meters_.step_sequences.observe(
      static_cast<double>(std::ranges::count_if(shares_, [](auto share) { return share > 0; })));
}

// --- the state of a task -----------------------------------------------------------------------------------

std::int32_t Loop::uncomputed(const Task& task) const {
  return static_cast<std::int32_t>(task.tokens.size()) - slots_.held(task.slot);
}

std::int32_t Loop::planned_tokens() const { return std::accumulate(shares_.begin(), shares_.end(), 0); }

void Loop::clear_slot(std::int32_t slot) {
  runtime_.cut(slot, 0);
  slots_.cut(slot, 0);
}

/// Says the last word about a task and frees its slot, whose tokens stay for the next request.
void Loop::finish(Task& task, Finish reason, ErrorCode error, std::string message) {
  std::string rest;
  if (reason == Finish::length || reason == Finish::stop) task.text.finish(rest);
  if (!rest.empty()) output_.pieces.push_back({task.id, std::move(rest)});
  output_.ends.push_back({.id = task.id,
                          .reason = reason,
                          .prompt_tokens = task.prompt_tokens,
                          .cached_tokens = task.cached_tokens,
                          .generated_tokens = task.generated,
                          .error = error,
                          .message = std::move(message)});
  if (task.slot < 0) return;
  slots_.release(task.slot);
  task.slot = -1;
  full_ = false;
}

void Loop::drop_finished() {
  // A running task without a slot has been finished in this step.
  std::erase_if(running_, [](const TaskPtr& task) { return task->slot < 0; });
}

}  // namespace tacho::engine
