#include "sequence_memory.hpp"

#include <algorithm>
#include <chrono>

namespace tacho::engine {

namespace {

/// In main memory, on the GPU's host too. A recurrent state of an 8B model takes some 100 MiB, and so does a
/// window of 1,024 tokens.
constexpr std::size_t kCheckpointBytes = std::size_t{1} << 30;

/// Only what cannot be cut: the window or the recurrent state, without the KV cache beside it.
constexpr llama_state_seq_flags kPart = LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY;
constexpr llama_state_seq_flags kAll = LLAMA_STATE_SEQ_FLAGS_NONE;

}  // namespace

bool SequenceMemory::divides(const llama_model* model) {
  return llama_model_n_swa(model) == 0 && !llama_model_is_recurrent(model) && !llama_model_is_hybrid(model);
}

SequenceMemory::SequenceMemory(llama_context* context, bool shared_cells, std::size_t checkpoints)
    : context_(context),
      memory_(llama_get_memory(context)),
      window_(llama_model_n_swa(llama_get_model(context))),
      shared_cells_(shared_cells),
      divisible_(divides(llama_get_model(context))),
      checkpoints_({.count = checkpoints, .bytes = kCheckpointBytes}) {}

std::int32_t SequenceMemory::cut(std::int32_t sequence, std::int32_t length) {
  if (length <= 0) return forget(sequence);
  const auto now = held(sequence);
  if (length >= now) return now;
  // A recurrent state refuses and stays as it is.
  if (!goes_on_at(sequence, length) || !llama_memory_seq_rm(memory_, sequence, length, -1)) {
    return go_back(sequence, length);
  }
  checkpoints_.cut(sequence, length);
  return length;
}

std::int32_t SequenceMemory::copy(std::int32_t from, std::int32_t to, std::int32_t length) {
  length = std::min(length, held(from));
  if (length <= 0) return 0;
  if (!duplicate(from, to, length)) return forget(to);
  checkpoints_.share(from, to);
  const auto copied = cut(to, length);
  // A cell of two sequences is never given up by a window, so each gets its own.
  if (copied == 0 || window_ == 0 || !shared_cells_) return copied;
  return duplicate_state(to, to, kPart) ? copied : forget(to);
}

void SequenceMemory::remember(std::int32_t sequence) {
  const auto length = held(sequence);
  if (divisible_ || length == 0 || checkpoints_.has(sequence, length)) return;
  auto state = save(sequence, kPart);
  if (!state.empty()) checkpoints_.add(sequence, length, std::move(state));
}

std::int32_t SequenceMemory::held(std::int32_t sequence) const {
  return llama_memory_seq_pos_max(memory_, sequence) + 1;
}

/// False when the window has given up a token that the one at `length` must see.
bool SequenceMemory::goes_on_at(std::int32_t sequence, std::int32_t length) const {
  return window_ == 0 || llama_memory_seq_pos_min(memory_, sequence) <= std::max(0, length - window_);
}

std::int32_t SequenceMemory::forget(std::int32_t sequence) {
  checkpoints_.cut(sequence, 0);
  llama_memory_seq_rm(memory_, sequence, -1, -1);
  return 0;
}

std::int32_t SequenceMemory::go_back(std::int32_t sequence, std::int32_t length) {
  const auto started = std::chrono::steady_clock::now();
  const auto checkpoint = checkpoints_.longest(sequence, length);
  if (!checkpoint.state || !load(*checkpoint.state, sequence, kPart)) return forget(sequence);
  // What lies beside the state, in layers that are a KV cache, is still as long as before.
  if (!llama_memory_seq_rm(memory_, sequence, checkpoint.length, -1)) return forget(sequence);
  checkpoints_.cut(sequence, checkpoint.length);
  restore_seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return checkpoint.length;
}

/// Copies at least `length` tokens where the memory is divisible, all of them otherwise.
bool SequenceMemory::duplicate(std::int32_t from, std::int32_t to, std::int32_t length) {
  // Between separate buffers llama.cpp copies at the next decode, which would undo a checkpoint that is
  // loaded into a window before. A recurrent state has no such delay.
  if (window_ > 0 && !shared_cells_) return duplicate_state(from, to, kAll);
  // Buffers can be copied as a whole only, and a recurrent state shows its length only when it was.
  const auto end = divisible_ && shared_cells_ ? length : -1;
  llama_memory_seq_cp(memory_, from, to, -1, end);
  return true;
}

bool SequenceMemory::duplicate_state(std::int32_t from, std::int32_t to, llama_state_seq_flags flags) {
  const auto state = save(from, flags);
  return !state.empty() && load(state, to, flags);
}

/// Empty when it is too large, or llama.cpp could not.
Checkpoints::State SequenceMemory::save(std::int32_t sequence, llama_state_seq_flags flags) {
  const auto size = llama_state_seq_get_size_ext(context_, sequence, flags);
  if (!checkpoints_.fits(size)) return {};
  try {
    Checkpoints::State state(size);
    const auto written = llama_state_seq_get_data_ext(context_, state.data(), size, sequence, flags);
    return written == size ? state : Checkpoints::State{};
  } catch (const std::bad_alloc&) {
    return {};  // What it would save is computed again.
  }
}

bool SequenceMemory::load(const Checkpoints::State& state, std::int32_t sequence,
                          llama_state_seq_flags flags) {
  return llama_state_seq_set_data_ext(context_, state.data(), state.size(), sequence, flags) != 0;
}

}  // namespace tacho::engine
