#include "llama_model.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <iterator>
#include <limits>
#include <mutex>
#include <span>

#include "amx_weights.hpp"
#include "ggml-backend.h"
#include "input_error.hpp"
#include "llama_log.hpp"

namespace tacho::engine {

namespace {

bool report_progress(float fraction, void* data) {
  const auto& progress = *static_cast<const std::function<void(float)>*>(data);
  if (progress) progress(fraction);
  return true;
}

std::unique_ptr<const ChatFormat> format_of(const llama_model* model) {
  try {
    return std::make_unique<const ChatFormat>(model);
  } catch (const std::exception&) {  // llama.cpp throws a bare one, and logs why.
    throw LoadError("its chat template is no Jinja that llama.cpp understands");
  }
}

std::string lower(std::string text) {
  for (auto& letter : text) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return text;
}

/// 5475584 → "5.5M"
std::string parameter_count(std::uint64_t parameters) {
  const double millions = static_cast<double>(parameters) / 1e6;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), millions < 1000 ? "%.1fM" : "%.1fB",
                millions < 1000 ? millions : millions / 1000);
  return text.data();
}

struct Devices {
  std::vector<ggml_backend_dev_t> gpus;  // those built into a processor only where there is no other
  std::vector<ggml_backend_dev_t> processors;
};

Devices find_devices() {
  Devices found;
  std::vector<ggml_backend_dev_t> integrated;
  for (std::size_t i = 0; i < ggml_backend_dev_count(); ++i) {
    const auto device = ggml_backend_dev_get(i);
    const auto type = ggml_backend_dev_type(device);
    if (type == GGML_BACKEND_DEVICE_TYPE_ACCEL || type == GGML_BACKEND_DEVICE_TYPE_META) continue;
    if (type == GGML_BACKEND_DEVICE_TYPE_IGPU) {
      integrated.push_back(device);
    } else {
      (type == GGML_BACKEND_DEVICE_TYPE_CPU ? found.processors : found.gpus).push_back(device);
    }
  }
  if (found.gpus.empty()) found.gpus = integrated;
  return found;
}

Device named(ggml_backend_dev_t device) {
  return {lower(ggml_backend_reg_name(ggml_backend_dev_backend_reg(device))),
          ggml_backend_dev_description(device)};
}

std::vector<Device> devices() {
  const auto [gpus, processors] = find_devices();
  std::vector<Device> all;
  for (const auto& kind : {gpus, processors}) std::ranges::transform(kind, std::back_inserter(all), named);
  return all;
}

/// The end of llama.cpp's list of devices is a null.
std::array<ggml_backend_dev_t, 2> one_gpu(std::int32_t index) {
  const auto gpus = find_devices().gpus;
  const auto at = static_cast<std::size_t>(index);
  if (at >= gpus.size()) throw LoadError("there is no GPU " + std::to_string(index));
  return {gpus[at], nullptr};
}

llama_model* load(const std::string& path, const llama_model_params& params) {
  take_llama_error();
  auto* model = llama_model_load_from_file(path.c_str(), params);
  if (model != nullptr) return model;
  const auto reason = take_llama_error();
  throw LoadError(reason.empty() ? "llama.cpp could not load it" : reason);
}

using Blanks = std::vector<std::pair<std::string, std::string>>;

/// `format` with each blank's value in its place. A value that holds the name of a blank stays as it is.
std::string filled(std::string_view format, const Blanks& blanks) {
  std::string text;
  while (!format.empty()) {
    const auto blank =
        std::ranges::find_if(blanks, [format](const auto& one) { return format.starts_with(one.first); });
    text += blank == blanks.end() ? format.substr(0, 1) : std::string_view(blank->second);
    format.remove_prefix(blank == blanks.end() ? 1 : blank->first.size());
  }
  return text;
}

}  // namespace

BackEnds load_backends(const std::string& directory) {
  static std::once_flag once;
  static std::string problem;
  std::call_once(once, [&directory] {
    capture_llama_log();
    take_llama_error();
    ggml_backend_load_all_from_path(directory.c_str());
    llama_backend_init();
    problem = take_llama_error();
  });
  return {devices(), problem};
}

LlamaModel::LlamaModel(const ModelOptions& options)
    : gpu_layers_(options.gpu_layers), device_(options.device) {
  auto params = llama_model_default_params();
  std::array<ggml_backend_dev_t, 2> gpu{};
  if (device_ >= 0) {
    gpu = one_gpu(device_);
    params.devices = gpu.data();
  }
  params.n_gpu_layers = options.gpu_layers;
  params.progress_callback = report_progress;
  params.progress_callback_user_data = const_cast<std::function<void(float)>*>(&options.progress);
  model_.reset(load(options.path, params));
  if (needs_weights_without_amx(get())) {
    model_.reset();
    params.use_extra_bufts = false;
    model_.reset(load(options.path, params));
  }
  kind_ = model_kind(get());
  check_kind(options.generates);
  adapters_ = LoraAdapters(get(), options.adapters);
  vocab_ = llama_model_get_vocab(get());
  if (kind_ == ModelKind::generation) chat_format_ = format_of(get());
  control_text_ = std::make_unique<const ControlText>(vocab_);
  effort_ = std::make_unique<const TokenizerEffort>(tokenizer_traits(get()));
  for (Token token = 0; token < llama_vocab_n_tokens(vocab_); ++token) {
    std::string text;
    append_token_text(vocab_, token, true, text);
    longest_token_ = std::max(longest_token_, text.size());
  }
}

void LlamaModel::check_kind(std::optional<bool> generates) const {
  const bool embeds = kind_ == ModelKind::embedding || kind_ == ModelKind::rerank;
  const bool fits = generates.value_or(!embeds) ? kind_ == ModelKind::generation : embeds;
  if (fits) return;
  const char* wanted = "a text generation, embedding or rerank model";
  if (generates) wanted = *generates ? "a text generation model" : "an embedding or rerank model";
  throw LoadError(std::string("expected ") + wanted + ", received " + described(kind_));
}

void append_token_text(const llama_vocab* vocab, Token token, bool special, std::string& text) {
  const auto before = text.size();
  const auto put = [&](std::size_t room) {
    text.resize(before + room);
    return llama_token_to_piece(vocab, token, text.data() + before, static_cast<std::int32_t>(room), 0,
                                special);
  };
  auto length = put(64);
  if (length < 0) length = put(static_cast<std::size_t>(-length));
  text.resize(before + static_cast<std::size_t>(std::max(0, length)));
}

std::string LlamaModel::description() const {
  std::array<char, 256> text{};
  llama_model_desc(get(), text.data(), text.size());
  std::string description = text.data();
  // llama.cpp has a size class only for architectures and sizes it knows, and "?B" for all others.
  if (const auto unknown = description.find("?B"); unknown != std::string::npos) {
    description.replace(unknown, 2, parameter_count(llama_model_n_params(get())));
  }
  return description;
}

Device LlamaModel::device() const {
  const auto all = devices();
  if (all.empty()) return {"cpu", ""};
  return gpu_layers_ == 0 ? all.back() : all[static_cast<std::size_t>(std::max(0, device_))];
}

/// llama.cpp counts what follows the last layer as one of those that go to the GPU, the first to go.
std::int32_t LlamaModel::gpu_layers() const {
  if (find_devices().gpus.empty()) return 0;
  const auto layers = llama_model_n_layer(get());
  const auto on_cpu = gpu_layers_ < 0 ? 0 : layers + llama_model_n_layer_nextn(get()) + 1 - gpu_layers_;
  return std::clamp(layers - on_cpu, 0, layers);
}

std::string LlamaModel::name() const {
  std::array<char, 256> text{};
  llama_model_meta_val_str(get(), "general.name", text.data(), text.size());
  return text.data();
}

std::string LlamaModel::readable(const std::string& text) const {
  std::string all;
  for (const auto& part : control_text_->split(text)) all += part.text;
  return all;
}

std::vector<Token> LlamaModel::tokenize_chat(const std::string& text) const {
  return tokenize_parts(text, true);
}

std::vector<Token> LlamaModel::tokenize_parts(const std::string& text, bool begins, std::size_t input) const {
  const auto parts = control_text_->split(text);
  TokenizerWork work;
  for (const auto& part : parts) work += effort_->of(part.text, !part.plain);
  check(work, input);
  auto tokens = tokenize_at_once(parts.front().text, begins, !parts.front().plain);
  // An EOS that llama.cpp adds belongs behind the last part. RWKV and PLaMo-2 get none, whatever the file
  // says; the first part's last token may be one that the template wrote, so ask an empty text.
  const bool ends = begins && llama_vocab_get_add_eos(vocab_) && !tokenize_at_once("", true, false).empty();
  const auto end = static_cast<std::ptrdiff_t>(ends ? 1 : 0);
  for (const auto& part : std::span(parts).subspan(1)) {
    const auto more = tokenize_at_once(part.text, false, !part.plain);
    tokens.insert(tokens.end() - end, more.begin(), more.end());
  }
  return tokens;
}

std::vector<std::vector<Token>> LlamaModel::tokenize_pairs(const std::string& query,
                                                           std::span<const std::string> documents) const {
  std::vector<std::vector<Token>> pairs;
  if (const char* format = llama_model_chat_template(get(), "rerank")) {
    const auto hidden = control_text_->hide(query);
    for (const auto& document : documents) {
      const Blanks blanks{{"{query}", hidden}, {"{document}", control_text_->hide(document)}};
      pairs.push_back(tokenize_parts(filled(format, blanks), false, pairs.size()));
    }
    return pairs;
  }
  const auto asked = tokenize(query, false, false);
  for (const auto& document : documents)
    pairs.push_back(joined(asked, tokenize(document, false, false, pairs.size())));
  return pairs;
}

/// As llama-server has it.
std::vector<Token> LlamaModel::joined(const std::vector<Token>& query,
                                      const std::vector<Token>& document) const {
  std::vector<Token> tokens;
  const auto add = [&tokens](bool wanted, Token token) {
    if (wanted && token != LLAMA_TOKEN_NULL) tokens.push_back(token);
  };
  const auto append = [&tokens](const std::vector<Token>& more) {
    tokens.insert(tokens.end(), more.begin(), more.end());
  };
  const auto end =
      llama_vocab_eos(vocab_) == LLAMA_TOKEN_NULL ? llama_vocab_sep(vocab_) : llama_vocab_eos(vocab_);
  add(llama_vocab_get_add_bos(vocab_), llama_vocab_bos(vocab_));
  append(query);
  add(llama_vocab_get_add_eos(vocab_), end);
  add(llama_vocab_get_add_sep(vocab_), llama_vocab_sep(vocab_));
  append(document);
  add(llama_vocab_get_add_eos(vocab_), end);
  return tokens;
}

bool LlamaModel::can_infill() const {
  return llama_vocab_fim_pre(vocab_) != LLAMA_TOKEN_NULL && llama_vocab_fim_suf(vocab_) != LLAMA_TOKEN_NULL &&
         llama_vocab_fim_mid(vocab_) != LLAMA_TOKEN_NULL;
}

/// In the order that most models were trained with.
std::vector<Token> LlamaModel::tokenize_infill(const std::string& prefix, const std::string& suffix) const {
  if (!can_infill()) throw std::runtime_error("this model cannot fill in: it has no tokens for a gap");
  std::vector<Token> tokens;
  const auto append = [&tokens](const std::vector<Token>& more) {
    tokens.insert(tokens.end(), more.begin(), more.end());
  };
  if (llama_vocab_get_add_bos(vocab_)) tokens.push_back(llama_vocab_bos(vocab_));
  tokens.push_back(llama_vocab_fim_pre(vocab_));
  append(tokenize(prefix, false, false));
  tokens.push_back(llama_vocab_fim_suf(vocab_));
  append(tokenize(suffix, false, false));
  tokens.push_back(llama_vocab_fim_mid(vocab_));
  return tokens;
}

std::vector<Token> LlamaModel::control_tokens(std::span<const std::string> texts) const {
  std::vector<Token> tokens;
  for (const auto& text : texts) {
    const auto found = tokenize(text, false, true);
    if (found.size() == 1) tokens.push_back(found.front());
  }
  return tokens;
}

std::shared_ptr<const TokenTrie> LlamaModel::token_trie() const {
  std::call_once(trie_made_, [this] {
    std::vector<std::string> texts(static_cast<std::size_t>(llama_vocab_n_tokens(vocab_)));
    std::vector<Token> ends;
    for (Token token = 0; token < static_cast<Token>(texts.size()); ++token) {
      append_token_text(vocab_, token, true, texts[static_cast<std::size_t>(token)]);
      if (llama_vocab_is_eog(vocab_, token)) ends.push_back(token);
    }
    trie_ = std::make_shared<const TokenTrie>(std::move(texts), std::move(ends));
  });
  return trie_;
}

void LlamaModel::check(const TokenizerWork& work, std::size_t input) const {
  if (const auto objection = effort_->objection(work))
    throw InputError(ErrorCode::invalid_prompt, input, *objection);
}

std::vector<Token> LlamaModel::tokenize(const std::string& text, bool begins, bool control,
                                        std::size_t input) const {
  check(effort_->of(text, control), input);
  return tokenize_at_once(text, begins, control);
}

std::vector<Token> LlamaModel::tokenize_at_once(const std::string& text, bool begins, bool control) const {
  // llama.cpp counts text and tokens in 32 bits; the front's body limit lies far below.
  if (text.size() > std::numeric_limits<std::int32_t>::max() / 2)
    throw std::runtime_error("the prompt is too long");
  const auto length = static_cast<std::int32_t>(text.size());
  std::vector<Token> tokens(text.size() + 2);
  auto count = llama_tokenize(vocab_, text.data(), length, tokens.data(),
                              static_cast<std::int32_t>(tokens.size()), begins, control);
  if (count < 0) {
    tokens.resize(static_cast<std::size_t>(-static_cast<std::int64_t>(count)));
    count = llama_tokenize(vocab_, text.data(), length, tokens.data(),
                           static_cast<std::int32_t>(tokens.size()), begins, control);
  }
  if (count < 0) throw std::runtime_error("the prompt cannot be tokenised");
  tokens.resize(static_cast<std::size_t>(count));
  return tokens;
}

}  // namespace tacho::engine
