#include "llama_embedder.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "flash_attention.hpp"
#include "llama_log.hpp"
#include "model_metadata.hpp"

namespace tacho::engine {

namespace {

/// Texts computed at once.
constexpr std::int32_t kSequences = 64;

/// A text is computed in one piece, and memory grows with the square of its length where there is no flash
/// attention. Longer inputs than this have to be asked for.
constexpr std::int32_t kBatchTokens = 2048;

/// Far more than a GPU needs to be busy, and far from what llama.cpp's 32 bits would overflow with.
constexpr std::int32_t kMostBatchTokens = 1 << 20;

/// Some tokenisers drop blanks and read a word that they do not know as one token: texts may be this much
/// longer than a context of the longest tokens.
constexpr std::size_t kSpareLength = 8;

std::int32_t batch_tokens(const EmbedderOptions& options) {
  if (options.batch_tokens < 0 || options.batch_tokens > kMostBatchTokens) {
    throw LoadError("expected the tokens of a batch to be 0 to " + std::to_string(kMostBatchTokens) +
                    ", received " + std::to_string(options.batch_tokens));
  }
  return options.batch_tokens > 0 ? options.batch_tokens : kBatchTokens;
}

/// llama.cpp plans its memory for batches in which all sequences are equally long.
std::int32_t rounded_up(std::int32_t tokens) { return (tokens + kSequences - 1) / kSequences * kSequences; }

/// Models that say nothing of pooling were published to be averaged.
enum llama_pooling_type pooling(const LlamaModel& model) {
  const auto stated = architecture_metadata(model.get(), "pooling_type");
  return stated.empty() || stated == std::to_string(LLAMA_POOLING_TYPE_NONE) ? LLAMA_POOLING_TYPE_MEAN
                                                                             : LLAMA_POOLING_TYPE_UNSPECIFIED;
}

llama_context_params context_params(const LlamaModel& model, const EmbedderOptions& options) {
  auto params = llama_context_default_params();
  params.n_ctx = params.n_batch = params.n_ubatch =
      static_cast<std::uint32_t>(rounded_up(batch_tokens(options)));
  params.n_seq_max = kSequences;
  params.n_threads = params.n_threads_batch = options.threads;
  params.embeddings = true;
  params.pooling_type = pooling(model);
  params.flash_attn_type = flash_attention(options.flash_attention);
  params.kv_unified = true;  // a batch's texts share its tokens as they need
  params.no_perf = true;
  return params;
}

ModelOptions for_embedding(ModelOptions options) {
  options.generates = false;
  return options;
}

/// How many of the first inputs fit in one batch; at least one.
std::size_t fitting(std::span<const std::vector<Token>> inputs, std::size_t tokens) {
  std::size_t count = 0;
  for (std::size_t used = 0; count < inputs.size() && count < kSequences; ++count) {
    used += inputs[count].size();
    if (used > tokens) break;
  }
  return count;
}

/// False when it has no direction: it is all zeros, or not finite.
bool normalise(std::vector<float>& vector) {
  double sum = 0;
  for (const double number : vector) sum += number * number;
  if (!(sum > 0) || !std::isfinite(sum)) return false;
  const auto length = std::sqrt(sum);
  for (auto& number : vector) number = static_cast<float>(number / length);
  return true;
}

}  // namespace

LlamaEmbedder::LlamaEmbedder(const ModelOptions& model, const EmbedderOptions& options)
    : LlamaEmbedder{options, std::chrono::steady_clock::now(),
                    std::make_shared<const LlamaModel>(for_embedding(model))} {}

LlamaEmbedder::LlamaEmbedder(const EmbedderOptions& options, std::chrono::steady_clock::time_point started_at,
                             std::shared_ptr<const LlamaModel> model)
    : model_(std::move(model)), threads_(options.threads) {
  take_llama_error();
  context_.reset(llama_init_from_model(model_->get(), context_params(*model_, options)));
  if (!context_) {
    const auto reason = take_llama_error();
    throw LoadError("no context for embeddings could be made" + (reason.empty() ? "" : ": " + reason));
  }
  threads_.attach_to(context_.get());
  const auto most = static_cast<std::int32_t>(llama_n_ubatch(context_.get()));
  context_tokens_ = std::min(batch_tokens(options), llama_model_n_ctx_train(model_->get()));
  dimensions_ = llama_model_n_embd_out(model_->get());
  batch_ = llama_batch_init(most, 0, 1);
  load_seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_at).count();
}

LlamaEmbedder::~LlamaEmbedder() { llama_batch_free(batch_); }

std::vector<std::vector<float>> LlamaEmbedder::embed(std::span<const std::vector<Token>> inputs) {
  require(ModelKind::embedding);
  auto vectors = pooled(inputs, dimensions_);
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    if (normalise(vectors[i])) continue;
    throw InputError(ErrorCode::engine_failed, i,
                     "the model's vector for the input is all zeros or not finite");
  }
  return vectors;
}

std::vector<float> LlamaEmbedder::rank(std::span<const std::vector<Token>> inputs) {
  require(ModelKind::rerank);
  std::vector<float> scores;
  for (const auto& output : pooled(inputs, 1)) {
    if (!std::isfinite(output.front())) {
      throw InputError(ErrorCode::engine_failed, scores.size(),
                       "the model's score for the input is not finite");
    }
    scores.push_back(output.front());
  }
  return scores;
}

/// Their outputs are not of the same size.
void LlamaEmbedder::require(ModelKind kind) const {
  if (model_->kind() == kind) return;
  throw std::runtime_error(std::string("expected ") + described(kind) + ", received " +
                           described(model_->kind()));
}

/// Tokenising takes a microsecond a byte, and more on some texts.
void LlamaEmbedder::check_length(std::size_t input, std::size_t bytes) const {
  const auto most = static_cast<std::size_t>(context_tokens_) * model_->longest_token() * kSpareLength;
  if (bytes <= most) return;
  throw InputError(ErrorCode::context_length_exceeded, input,
                   "the input has " + std::to_string(bytes) + " bytes; at most " + std::to_string(most) +
                       " are read for this model's context of " + std::to_string(context_tokens_) +
                       " tokens");
}

void LlamaEmbedder::check(std::span<const std::vector<Token>> inputs) const {
  const auto vocabulary = llama_vocab_n_tokens(model_->vocab());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto& tokens = inputs[i];
    if (tokens.empty()) throw InputError(ErrorCode::invalid_prompt, i, "the input holds no token");
    if (tokens.size() > static_cast<std::size_t>(context_tokens_)) {
      throw InputError(ErrorCode::context_length_exceeded, i,
                       "the input has " + std::to_string(tokens.size()) + " tokens; at most " +
                           std::to_string(context_tokens_) + " fit in this model's context");
    }
    const auto bad =
        std::ranges::find_if(tokens, [&](Token token) { return token < 0 || token >= vocabulary; });
    if (bad == tokens.end()) continue;
    throw InputError(
        ErrorCode::invalid_prompt, i,
        "token ids must be 0 to " + std::to_string(vocabulary - 1) + ", received " + std::to_string(*bad));
  }
}

/// The first `numbers` of each input's pooled output.
std::vector<std::vector<float>> LlamaEmbedder::pooled(std::span<const std::vector<Token>> inputs,
                                                      std::int32_t numbers) {
  check(inputs);
  const std::lock_guard lock(computing_);
  std::vector<std::vector<float>> outputs;
  while (outputs.size() < inputs.size()) {
    const auto rest = inputs.subspan(outputs.size());
    const auto count = fitting(rest, llama_n_ubatch(context_.get()));
    compute(rest.first(count));
    for (std::size_t i = 0; i < count; ++i) {
      const auto* output = llama_get_embeddings_seq(context_.get(), static_cast<llama_seq_id>(i));
      if (output == nullptr) throw std::runtime_error("the model gave no output for an input");
      outputs.emplace_back(output, output + numbers);
    }
  }
  return outputs;
}

/// Each input as a sequence of its own.
void LlamaEmbedder::compute(std::span<const std::vector<Token>> inputs) {
  batch_.n_tokens = 0;
  for (std::size_t sequence = 0; sequence < inputs.size(); ++sequence) {
    for (std::size_t at = 0; at < inputs[sequence].size(); ++at) {
      const auto i = batch_.n_tokens++;
      batch_.token[i] = inputs[sequence][at];
      batch_.pos[i] = static_cast<llama_pos>(at);
      batch_.n_seq_id[i] = 1;
      batch_.seq_id[i][0] = static_cast<llama_seq_id>(sequence);
      batch_.logits[i] = 1;  // pooling takes all of them
    }
  }
  if (const auto memory = llama_get_memory(context_.get())) llama_memory_clear(memory, false);
  take_llama_error();
  const bool decodes = llama_model_has_decoder(model_->get());
  const auto result = decodes ? llama_decode(context_.get(), batch_) : llama_encode(context_.get(), batch_);
  if (result == 0) return;
  const auto reason = take_llama_error();
  throw std::runtime_error("the model failed to compute the inputs" + (reason.empty() ? "" : ": " + reason));
}

}  // namespace tacho::engine
