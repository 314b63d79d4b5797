#include "model_drafter.hpp"

#include <algorithm>

#include "cache_size.hpp"
#include "flash_attention.hpp"
#include "llama_log.hpp"
#include "llama_runtime.hpp"
#include "shared_model.hpp"

namespace tacho::engine {

namespace {

/// Bounds how long others wait while the draft model reads a new prompt: it reads this much a step.
constexpr std::int32_t kStepTokens = 512;

LoadError load_error(const ContextOptions& options, const std::string& reason) {
  return LoadError("the draft model " + options.draft_model + " is of no use: " + reason);
}

std::string reason_or(const std::string& otherwise) {
  const auto reason = take_llama_error();
  return reason.empty() ? otherwise : reason;
}

std::size_t common_length(std::span<const Token> one, std::span<const Token> other) {
  return static_cast<std::size_t>(std::ranges::mismatch(one, other).in1 - one.begin());
}

/// llama.cpp does not say which buffers a context has, but a sequence of a shared one may fill it.
bool shares_cells(const llama_context* context) { return llama_n_ctx_seq(context) == llama_n_ctx(context); }

}  // namespace

ModelDrafter::ModelDrafter(const LlamaModel& model, const ContextOptions& options, llama_context* target,
                           const ComputeThreads& threads)
    : target_vocabulary_(llama_vocab_n_tokens(model.vocab())) {
  load(model, options);
  make_context(options, target, threads);
  make_speculative(options, target);
  batch_ = llama_batch_init(kStepTokens, 0, 1);
  held_.resize(llama_n_seq_max(target));
  too_long_.assign(held_.size(), longest_ + 1);
}

ModelDrafter::~ModelDrafter() { llama_batch_free(batch_); }

void ModelDrafter::load(const LlamaModel& model, const ContextOptions& options) {
  // Whole on the GPU even where the model is only partly: it is small, and runs several times a step.
  const auto gpu_layers = model.device().backend == "cpu" ? 0 : -1;
  try {
    model_ =
        shared_model({.path = options.draft_model, .gpu_layers = gpu_layers, .device = model.device_index()});
  } catch (const LoadError& error) {
    throw load_error(options, error.what());
  }
  const auto* draft = model_->get();
  if (!llama_model_has_decoder(draft) || llama_model_has_encoder(draft)) {
    throw load_error(options, "it is not a decoder-only language model");
  }
  if (llama_model_is_recurrent(draft) || llama_model_is_hybrid(draft)) {
    throw load_error(options, "its memory is recurrent, so that rejected guesses could not be taken back");
  }
  vocabulary_ = llama_vocab_n_tokens(model_->vocab());
}

void ModelDrafter::make_context(const ContextOptions& options, const llama_context* target,
                                const ComputeThreads& threads) {
  auto params = llama_context_default_params();
  params.n_seq_max = llama_n_seq_max(target);
  const auto size = cache_size(model_->get(), {.cells = static_cast<std::int32_t>(llama_n_ctx(target)),
                                               .sequences = static_cast<std::int32_t>(params.n_seq_max),
                                               .replicas = options.replicas});
  params.n_ctx = static_cast<std::uint32_t>(size.cells);
  params.n_batch = params.n_ubatch = kStepTokens;
  params.n_outputs_max = params.n_seq_max;
  params.n_threads = params.n_threads_batch = options.threads;
  params.kv_unified = shares_cells(target);
  params.flash_attn_type = flash_attention(options.flash_attention);
  params.no_perf = true;
  take_llama_error();
  context_.reset(llama_init_from_model(model_->get(), params));
  if (!context_) throw load_error(options, reason_or("no context could be made for it"));
  threads.attach_to(context_.get());
  longest_ = std::min<std::size_t>(llama_n_ctx_seq(context_.get()),
                                   static_cast<std::size_t>(llama_model_n_ctx_train(model_->get())));
}

void ModelDrafter::make_speculative(const ContextOptions& options, llama_context* target) {
  common_params_speculative params;
  params.types = {COMMON_SPECULATIVE_TYPE_DRAFT_SIMPLE};
  params.draft.n_max = options.draft_tokens;
  params.draft.ctx_tgt = target;
  params.draft.ctx_dft = context_.get();
  try {
    speculative_.reset(common_speculative_init(params, llama_n_seq_max(target)));
  } catch (const std::exception&) {
    throw load_error(options, "its vocabulary is not that of the model");
  }
}

void ModelDrafter::draft(std::span<const DraftWork> work) {
  ready_.clear();
  for (const auto& one : work) {
    keep_common(one);
    if (can_read(one)) ready_.push_back(one);
  }
  catch_up(work);
  for (const auto& one : ready_) begin(one);
  common_speculative_draft(speculative_.get());
  for (const auto& one : ready_) end(one);
  const auto failed = [](const DraftWork& one) { return one.draft->empty(); };
  if (!std::ranges::any_of(ready_, failed)) return;
  forget_all_but(work);
  give_up(*std::ranges::max_element(ready_, {}, [](const DraftWork& one) { return one.text.size(); }));
}

void ModelDrafter::start_over() {
  for (std::int32_t sequence = 0; sequence < static_cast<std::int32_t>(held_.size()); ++sequence) {
    cut(sequence, 0);
    common_speculative_get_draft_params(speculative_.get(), sequence).drafting = false;
  }
}

void ModelDrafter::keep_common(const DraftWork& work) {
  auto& held = held_of(work.sequence);
  // The last token is computed with the draft.
  const auto common = common_length(held, work.text.first(work.text.size() - 1));
  if (common < held.size()) cut(work.sequence, common);
}

/// Vocabularies that differ by some padding at the end are compatible.
bool ModelDrafter::can_read(const DraftWork& work) {
  const auto known = [this](Token token) { return token < vocabulary_; };
  auto& too_long = too_long_[static_cast<std::size_t>(work.sequence)];
  if (work.text.size() < too_long) too_long = longest_ + 1;  // another text
  return work.text.size() < too_long && work.text.size() + static_cast<std::size_t>(work.most) <= longest_ &&
         std::ranges::all_of(work.text.subspan(held_of(work.sequence).size()), known);
}

void ModelDrafter::cut(std::int32_t sequence, std::size_t length) {
  const auto memory = llama_get_memory(context_.get());
  if (!llama_memory_seq_rm(memory, sequence, static_cast<llama_pos>(length), -1)) {
    llama_memory_seq_rm(memory, sequence, 0, -1);
    length = 0;
  }
  held_of(sequence).resize(length);
}

/// One batch of what is missing; who has not caught up by then gets no guess this time. Those who miss little
/// come first, so that a long prompt does not stop them.
void ModelDrafter::catch_up(std::span<const DraftWork> work) {
  std::ranges::stable_sort(ready_, {}, [this](const DraftWork& one) { return missing(one); });
  if (!compute_missing()) {
    forget_all_but(work);
    if (!compute_missing()) give_up(ready_.back());
  }
  std::erase_if(ready_, [this](const DraftWork& one) { return missing(one) > 0; });
}

bool ModelDrafter::compute_missing() {
  batch_.n_tokens = 0;
  for (const auto& [work, tokens] : shares()) {
    const auto from = held_of(work->sequence).size();
    for (auto i = from; i < from + tokens; ++i) add(*work, i);
  }
  if (batch_.n_tokens == 0) return true;
  if (const auto result = llama_decode(context_.get(), batch_); result != 0) {
    // 1 is a lack of cells, which changes nothing.
    for (const auto& one : ready_) cut(one.sequence, result == 1 ? held_of(one.sequence).size() : 0);
    return false;
  }
  for (std::int32_t i = 0; i < batch_.n_tokens; ++i) {
    held_of(batch_.seq_id[i][0]).push_back(batch_.token[i]);
  }
  return true;
}

/// In the order of sequence ids: of sequences with separate buffers llama.cpp computes only neighbours at
/// once.
std::vector<ModelDrafter::Share> ModelDrafter::shares() const {
  std::vector<Share> shares;
  auto room = static_cast<std::size_t>(kStepTokens);
  for (const auto& one : ready_) {
    const auto tokens = std::min(missing(one), room);
    if (tokens > 0) shares.push_back({&one, tokens});
    room -= tokens;
  }
  std::ranges::sort(shares, {}, [](const Share& share) { return share.work->sequence; });
  return shares;
}

void ModelDrafter::add(const DraftWork& work, std::size_t index) {
  const auto row = batch_.n_tokens++;
  batch_.token[row] = work.text[index];
  batch_.pos[row] = static_cast<llama_pos>(index);
  batch_.n_seq_id[row] = 1;
  batch_.seq_id[row][0] = work.sequence;
  batch_.logits[row] = 0;
}

/// The cells may be used up by sequences that have ended, of which nobody tells.
void ModelDrafter::forget_all_but(std::span<const DraftWork> work) {
  for (std::int32_t sequence = 0; sequence < static_cast<std::int32_t>(held_.size()); ++sequence) {
    if (std::ranges::find(work, sequence, &DraftWork::sequence) == work.end()) cut(sequence, 0);
  }
}

/// Its cells do not suffice for all the sequences, which may share cells in the model's own context. Without
/// this text the others have room; tried again at every step, it would be read anew and again for nothing.
void ModelDrafter::give_up(const DraftWork& work) {
  cut(work.sequence, 0);
  too_long_[static_cast<std::size_t>(work.sequence)] = work.text.size();
}

void ModelDrafter::begin(const DraftWork& work) {
  static const llama_tokens unread;  // llama.cpp wants a prompt, which draft models do not look at
  auto& params = common_speculative_get_draft_params(speculative_.get(), work.sequence);
  params.drafting = true;
  params.n_max = work.most;
  params.pos0 = static_cast<llama_pos>(work.text.size()) - 1;
  params.id_last = work.text.back();
  params.prompt = &unread;
  params.result = work.draft;
}

/// The context now holds the last token and the guesses, all but the last of which were computed, or fewer if
/// it failed.
void ModelDrafter::end(const DraftWork& work) {
  auto& held = held_of(work.sequence);
  held.push_back(work.text.back());
  held.insert(held.end(), work.draft->begin(), work.draft->end());
  const auto memory = llama_get_memory(context_.get());
  const auto computed = llama_memory_seq_pos_max(memory, work.sequence) + 1;
  held.resize(std::min(held.size(), static_cast<std::size_t>(computed)));
  const auto unknown = std::ranges::find_if(*work.draft, [this](Token t) { return t >= target_vocabulary_; });
  work.draft->erase(unknown, work.draft->end());
}

}  // namespace tacho::engine
