#include "from_js.hpp"

#include <cmath>
#include <limits>

namespace tacho::engine::addon {

namespace {

[[noreturn]] void expected(const Napi::Value& value, const std::string& name, const char* what) {
  throw Napi::TypeError::New(value.Env(), "engine.node: expected '" + name + "' to be " + what);
}

double number(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsNumber()) expected(value, name, "a number");
  return value.As<Napi::Number>().DoubleValue();
}

std::int32_t integer(const Napi::Object& object, const char* name) {
  return static_cast<std::int32_t>(std::clamp(number(object, name), -2147483648.0, 2147483647.0));
}

float real(const Napi::Object& object, const char* name) { return static_cast<float>(number(object, name)); }

std::string text(const Napi::Object& object, const char* name) { return string(object.Get(name), name); }

Napi::Array array(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsArray()) expected(value, name, "an array");
  return value.As<Napi::Array>();
}

Napi::Object child(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsObject()) expected(value, name, "an object");
  return value.As<Napi::Object>();
}

std::vector<std::string> texts(const Napi::Object& object, const char* name) {
  return strings(array(object, name));
}

/// What is no token id of any model becomes -1, which the model refuses: 2^32 + 1 must not become 1.
Token token(const Napi::Value& value) {
  const double id = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  return id >= 0 && id <= std::numeric_limits<Token>::max() && id == std::floor(id) ? static_cast<Token>(id)
                                                                                    : -1;
}

std::vector<Token> tokens(const Napi::Array& from) {
  std::vector<Token> result;
  for (std::uint32_t i = 0; i < from.Length(); ++i) result.push_back(token(from.Get(i)));
  return result;
}

ChatPrompt chat_prompt(const Napi::Object& object) {
  ChatPrompt result{.messages = text(object, "messages"),
                    .tools = text(object, "tools"),
                    .tool_choice = text(object, "toolChoice"),
                    .parallel_tool_calls = object.Get("parallelToolCalls").ToBoolean(),
                    .reasoning_effort = text(object, "reasoningEffort")};
  const Napi::Value thinking = object.Get("thinking");
  if (thinking.IsBoolean()) result.thinking = thinking.ToBoolean();
  return result;
}

Prompt prompt(const Napi::Object& object) {
  const auto kind = text(object, "kind");
  if (kind == "text") return TextPrompt{text(object, "text")};
  if (kind == "chat") return chat_prompt(object);
  if (kind == "infill") return InfillPrompt{text(object, "prefix"), text(object, "suffix")};
  if (kind == "tokens") return tokens(array(object, "tokens"));
  expected(object, "prompt.kind", "text, chat, tokens or infill");
}

ConstraintText constraint(const Napi::Value& value) {
  if (value.IsNull()) return {};
  const auto object = value.As<Napi::Object>();
  const bool is_grammar = text(object, "kind") == "grammar";
  return {is_grammar ? ConstraintText::Kind::grammar : ConstraintText::Kind::schema, text(object, "text")};
}

Dry dry(const Napi::Object& object) {
  return {.multiplier = real(object, "multiplier"),
          .base = real(object, "base"),
          .allowed_length = integer(object, "allowedLength"),
          .last_tokens = integer(object, "lastTokens"),
          .breakers = texts(object, "breakers")};
}

void set_seed(Sampling& sampling, const Napi::Object& object) {
  if (object.Get("seed").IsNull()) return;
  sampling.has_seed = true;
  sampling.seed = static_cast<std::uint32_t>(number(object, "seed"));
}

std::vector<std::pair<Token, float>> biases(const Napi::Object& object) {
  const auto from = array(object, "logitBias");
  std::vector<std::pair<Token, float>> result;
  for (std::uint32_t i = 0; i < from.Length(); ++i) {
    const auto pair = from.Get(i).As<Napi::Array>();
    result.emplace_back(pair.Get(0u).ToNumber().Int32Value(), pair.Get(1u).ToNumber().FloatValue());
  }
  return result;
}

Sampling sampling(const Napi::Object& object) {
  const auto xtc = child(object, "xtc");
  const auto mirostat = child(object, "mirostat");
  Sampling result{.temperature = real(object, "temperature"),
                  .top_p = real(object, "topP"),
                  .top_k = integer(object, "topK"),
                  .min_p = real(object, "minP"),
                  .typical_p = real(object, "typicalP"),
                  .xtc_probability = real(xtc, "probability"),
                  .xtc_threshold = real(xtc, "threshold"),
                  .dry = dry(child(object, "dry")),
                  .mirostat = integer(mirostat, "version"),
                  .mirostat_tau = real(mirostat, "tau"),
                  .mirostat_eta = real(mirostat, "eta"),
                  .presence_penalty = real(object, "presencePenalty"),
                  .frequency_penalty = real(object, "frequencyPenalty"),
                  .repeat_penalty = real(object, "repeatPenalty"),
                  .logit_bias = biases(object)};
  set_seed(result, object);
  return result;
}

/// Where a handle's cells lie; `size` cells from there must be inside the shard.
double* cells_of(Napi::Float64Array cells, const Napi::Object& handle, const char* name, std::size_t size) {
  const auto at = number(handle, "cell");
  if (at < 0 || at + static_cast<double>(size) > static_cast<double>(cells.ElementLength())) {
    expected(handle, name, "a handle into these cells");
  }
  return cells.Data() + static_cast<std::size_t>(at);
}

telemetry::Counter counter(const Napi::Float64Array& cells, const Napi::Object& meters, const char* name) {
  return telemetry::Counter{cells_of(cells, child(meters, name), name, 1)};
}

telemetry::Gauge gauge(const Napi::Float64Array& cells, const Napi::Object& meters, const char* name) {
  return telemetry::Gauge{cells_of(cells, child(meters, name), name, 1)};
}

telemetry::HighWater high_water(const Napi::Float64Array& cells, const Napi::Object& meters,
                                const char* name) {
  return telemetry::HighWater{cells_of(cells, child(meters, name), name, 2)};
}

telemetry::Histogram histogram(const Napi::Float64Array& cells, const Napi::Object& meters, const char* name,
                               std::deque<telemetry::BucketIndex>& indexes) {
  const auto handle = child(meters, name);
  const auto from = array(handle, "bounds");
  std::vector<double> bounds;
  for (std::uint32_t i = 0; i < from.Length(); ++i) bounds.push_back(from.Get(i).ToNumber().DoubleValue());
  const auto* index = &indexes.emplace_back(bounds);
  return telemetry::Histogram{cells_of(cells, handle, name, bounds.size() + 2), index};
}

}  // namespace

ModelOptions model_options(const Napi::Object& options) {
  ModelOptions result{.path = text(options, "path"),
                      .gpu_layers = integer(options, "gpuLayers"),
                      .device = options.Has("device") ? integer(options, "device") : -1};
  const auto adapters = array(options, "adapters");
  for (std::uint32_t i = 0; i < adapters.Length(); ++i) {
    const auto adapter = adapters.Get(i).As<Napi::Object>();
    result.adapters.push_back({text(adapter, "name"), text(adapter, "path"), real(adapter, "scale")});
  }
  return result;
}

ContextOptions context_options(const Napi::Object& options) {
  return {.cells = integer(options, "cells"),
          .max_context = integer(options, "maxContext"),
          .replicas = integer(options, "replicas"),
          .measures = text(options, "telemetry") == "on",
          .priority_seconds = number(options, "prioritySeconds"),
          .prefill_multiple = number(options, "prefillMultiple"),
          .slots = integer(options, "slots"),
          .threads = integer(options, "threads"),
          .flash_attention = text(options, "flashAttention"),
          .cache_type_k = text(options, "cacheTypeK"),
          .cache_type_v = text(options, "cacheTypeV"),
          .speculation = text(options, "speculation"),
          .draft_tokens = integer(options, "draftTokens"),
          .draft_model = text(options, "draftModel"),
          .backend_sampling = text(options, "backendSampling")};
}

Request request(const Napi::Object& value) {
  Request result{.id = static_cast<RequestId>(number(value, "id")),
                 .arrived_at = number(value, "arrivedAt"),
                 .prompt = prompt(child(value, "prompt")),
                 .max_tokens = value.Get("maxTokens").IsNull() ? 0 : integer(value, "maxTokens"),
                 .priority = integer(value, "priority"),
                 .cache_salt = text(value, "cacheSalt"),
                 .adapter = text(value, "adapter"),
                 .stop = texts(value, "stop"),
                 .sampling = sampling(child(value, "sampling")),
                 .constraint = constraint(value.Get("constraint")),
                 .prediction = text(value, "prediction")};
  result.prompt_logprobs = value.Get("promptLogprobs").IsNull() ? -1 : integer(value, "promptLogprobs");
  result.sampling.logprobs = value.Get("logprobs").IsNull() ? -1 : integer(value, "logprobs");
  result.sampling.ignore_eos = value.Get("ignoreEos").ToBoolean();
  return result;
}

TextToTokenize text_to_tokenize(const Napi::Value& value) {
  const auto object = value.As<Napi::Object>();
  return {.text = text(object, "text"),
          .add_special = object.Get("addSpecial").ToBoolean(),
          .parse_special = object.Get("parseSpecial").ToBoolean(),
          .with_pieces = object.Get("withPieces").ToBoolean()};
}

std::vector<Token> token_list(const Napi::Value& list) {
  if (!list.IsArray()) expected(list, "tokens", "an array");
  return tokens(list.As<Napi::Array>());
}

ChatPrompt chat_prompt(const Napi::Value& value) {
  auto read = prompt(value.As<Napi::Object>());
  if (auto* chat = std::get_if<ChatPrompt>(&read)) return std::move(*chat);
  expected(value, "prompt.kind", "chat");
}

EmbedderOptions embedder_options(const Napi::Object& options) {
  return {.batch_tokens = integer(options, "batchTokens"),
          .threads = integer(options, "threads"),
          .flash_attention = text(options, "flashAttention")};
}

std::vector<EmbedInput> embed_inputs(const Napi::Value& list) {
  if (!list.IsArray()) expected(list, "inputs", "an array");
  const auto from = list.As<Napi::Array>();
  std::vector<EmbedInput> result;
  for (std::uint32_t i = 0; i < from.Length(); ++i) {
    const Napi::Value input = from.Get(i);
    const auto name = "inputs[" + std::to_string(i) + "]";
    if (input.IsArray()) {
      result.emplace_back(tokens(input.As<Napi::Array>()));
    } else if (input.IsString()) {
      result.emplace_back(string(input, name));
    } else {
      expected(input, name, "a string or an array of token ids");
    }
  }
  return result;
}

std::string string(const Napi::Value& value, const std::string& name) {
  if (!value.IsString()) expected(value, name, "a string");
  return value.As<Napi::String>().Utf8Value();
}

std::vector<std::string> strings(const Napi::Value& list) {
  if (!list.IsArray()) expected(list, "texts", "an array");
  const auto from = list.As<Napi::Array>();
  std::vector<std::string> result;
  for (std::uint32_t i = 0; i < from.Length(); ++i) {
    result.push_back(string(from.Get(i), "texts[" + std::to_string(i) + "]"));
  }
  return result;
}

Meters meters(const Napi::Float64Array& cells, const Napi::Object& from) {
  std::deque<telemetry::BucketIndex> indexes;
  const auto histogram_of = [&](const char* name) { return histogram(cells, from, name, indexes); };
  Meters result{.queue_duration = histogram_of("queueDuration"),
                .inter_token_latency = histogram_of("interTokenLatency"),
                .step_duration = histogram_of("stepDuration"),
                .step_tokens = histogram_of("stepTokens"),
                .step_sequences = histogram_of("stepSequences"),
                .runnable_sequences = counter(cells, from, "runnableSequences"),
                .generation_steps = counter(cells, from, "generationSteps"),
                .prefilled_tokens = counter(cells, from, "prefilledTokens"),
                .longest_sequence = high_water(cells, from, "longestSequence"),
                .preemptions = counter(cells, from, "preemptions"),
                .recomputed_tokens = counter(cells, from, "recomputedTokens"),
                .evicted_prefix_tokens = counter(cells, from, "evictedPrefixTokens"),
                .state_restore_duration = histogram_of("stateRestoreDuration"),
                .drafts = counter(cells, from, "drafts"),
                .draft_tokens = counter(cells, from, "draftTokens"),
                .accepted_draft_tokens = counter(cells, from, "acceptedDraftTokens"),
                .kv_cells_used = gauge(cells, from, "kvCellsUsed"),
                .prefix_cells = gauge(cells, from, "prefixCells"),
                .post_depth = gauge(cells, from, "postDepth")};
  result.indexes = std::move(indexes);
  return result;
}

TenantMeters tenant_meters(const Napi::Float64Array& cells, const Napi::Value& meters) {
  if (!meters.IsObject()) expected(meters, "tenant", "an object of handles");
  const auto from = meters.As<Napi::Object>();
  return {.prompt_tokens = counter(cells, from, "promptTokens"),
          .cached_prompt_tokens = counter(cells, from, "cachedPromptTokens"),
          .generation_tokens = counter(cells, from, "generationTokens")};
}

}  // namespace tacho::engine::addon
