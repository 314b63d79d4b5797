#include "to_js.hpp"

#include <algorithm>

namespace tacho::engine::addon {

namespace {

const char* name_of_reason(Finish reason) {
  switch (reason) {
    case Finish::stop:
      return "stop";
    case Finish::length:
      return "length";
    case Finish::cancelled:
      return "cancelled";
    case Finish::error:
      return "error";
  }
  return "error";
}

Napi::Value error_of(Napi::Env env, const End& end) {
  if (end.error == ErrorCode::none) return env.Null();
  auto error = Napi::Object::New(env);
  error["code"] = name_of(end.error);
  error["message"] = end.message;
  return error;
}

Napi::Object to_js(Napi::Env env, const Instants& instants) {
  auto object = Napi::Object::New(env);
  object["assembledAt"] = instants.assembled;
  object["startedAt"] = instants.started;
  object["firstTokenAt"] = instants.first_token;
  object["lastTokenAt"] = instants.last_token;
  return object;
}

Napi::Object to_js(Napi::Env env, const End& end) {
  auto object = Napi::Object::New(env);
  object["id"] = static_cast<double>(end.id);
  object["reason"] = name_of_reason(end.reason);
  object["promptTokens"] = end.prompt_tokens;
  object["cachedTokens"] = end.cached_tokens;
  object["generatedTokens"] = end.generated_tokens;
  if (end.stop >= 0) object["stop"] = end.stop;
  object["error"] = error_of(env, end);
  if (end.instants.assembled != 0) object["instants"] = to_js(env, end.instants);
  return object;
}

Napi::Value logprob_of(Napi::Env env, const Sampled& sampled) {
  auto object = Napi::Object::New(env);
  object["token"] = sampled.token;
  object["logprob"] = sampled.logprob;
  auto top = Napi::Array::New(env, sampled.top.size());
  for (std::uint32_t i = 0; i < sampled.top.size(); ++i) {
    auto pair = Napi::Array::New(env, 2);
    pair[0u] = sampled.top[i].first;
    pair[1u] = sampled.top[i].second;
    top[i] = pair;
  }
  object["top"] = top;
  return object;
}

Napi::Value logprobs_of(Napi::Env env, const std::vector<Sampled>& logprobs) {
  if (logprobs.empty()) return env.Null();
  auto list = Napi::Array::New(env, logprobs.size());
  for (std::uint32_t i = 0; i < logprobs.size(); ++i) list[i] = logprob_of(env, logprobs[i]);
  return list;
}

const char* name_of_kind(AnswerPart::Kind kind) {
  if (kind == AnswerPart::Kind::tool_call) return "tool_call";
  return kind == AnswerPart::Kind::reasoning ? "reasoning" : "content";
}

Napi::Object part_of(Napi::Env env, const AnswerPart& part) {
  auto object = Napi::Object::New(env);
  object["kind"] = name_of_kind(part.kind);
  object["text"] = part.text;
  if (part.kind != AnswerPart::Kind::tool_call) return object;
  object["index"] = part.index;
  object["id"] = part.id;
  object["name"] = part.name;
  return object;
}

Napi::Value parts_of(Napi::Env env, const Piece& piece) {
  if (!piece.read) return env.Null();
  auto list = Napi::Array::New(env, piece.parts.size());
  for (std::uint32_t i = 0; i < piece.parts.size(); ++i) list[i] = part_of(env, piece.parts[i]);
  return list;
}

/// Absent unless a template's format is read.
void set_parts(Napi::Object& step, const StepOutput& output) {
  if (std::ranges::none_of(output.pieces, &Piece::read)) return;
  auto list = Napi::Array::New(step.Env(), output.pieces.size());
  for (std::uint32_t i = 0; i < output.pieces.size(); ++i) list[i] = parts_of(step.Env(), output.pieces[i]);
  step["parts"] = list;
}

/// Absent unless somebody asked for them: most steps then make no object for them.
void set_logprobs(Napi::Object& step, const StepOutput& output, const char* name,
                  std::vector<Sampled> Piece::*logprobs) {
  const auto has = [logprobs](const Piece& piece) { return !(piece.*logprobs).empty(); };
  if (std::ranges::none_of(output.pieces, has)) return;
  auto list = Napi::Array::New(step.Env(), output.pieces.size());
  for (std::uint32_t i = 0; i < output.pieces.size(); ++i)
    list[i] = logprobs_of(step.Env(), output.pieces[i].*logprobs);
  step[name] = list;
}

template <typename Array, typename Number>
Array typed(Napi::Env env, const std::vector<Number>& numbers) {
  auto array = Array::New(env, numbers.size());
  std::ranges::copy(numbers, array.Data());
  return array;
}

Napi::Array list(Napi::Env env, const std::vector<std::int32_t>& numbers) {
  auto array = Napi::Array::New(env, numbers.size());
  for (std::uint32_t i = 0; i < numbers.size(); ++i) array[i] = numbers[i];
  return array;
}

/// What every loaded model can say of itself.
Napi::Object described(Napi::Env env, const LlamaModel& model) {
  const auto device = model.device();
  auto info = Napi::Object::New(env);
  info["name"] = model.name();
  info["description"] = model.description();
  info["trainedContextSize"] = llama_model_n_ctx_train(model.get());
  info["vocabularySize"] = llama_vocab_n_tokens(model.vocab());
  info["parameters"] = static_cast<double>(llama_model_n_params(model.get()));
  info["sizeBytes"] = static_cast<double>(llama_model_size(model.get()));
  info["layers"] = llama_model_n_layer(model.get());
  info["gpuLayers"] = model.gpu_layers();
  info["backend"] = device.backend;
  info["device"] = device.name;
  return info;
}

/// All texts in one buffer: a vocabulary has a hundred thousand of them.
void set_vocabulary(Napi::Object& info, const LlamaModel& model) {
  const auto count = llama_vocab_n_tokens(model.vocab());
  std::string bytes;
  auto offsets = Napi::Uint32Array::New(info.Env(), static_cast<std::size_t>(count) + 1);
  for (Token token = 0; token < count; ++token) {
    offsets[static_cast<std::size_t>(token)] = static_cast<std::uint32_t>(bytes.size());
    append_token_text(model.vocab(), token, true, bytes);
  }
  offsets[static_cast<std::size_t>(count)] = static_cast<std::uint32_t>(bytes.size());
  auto buffer = Napi::Uint8Array::New(info.Env(), bytes.size());
  std::ranges::copy(bytes, buffer.Data());
  info["tokenBytes"] = buffer;
  info["tokenOffsets"] = offsets;
}

}  // namespace

const char* name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::context_length_exceeded:
      return "context_length_exceeded";
    case ErrorCode::invalid_prompt:
      return "invalid_prompt";
    case ErrorCode::template_failed:
      return "template_failed";
    case ErrorCode::invalid_constraint:
      return "invalid_constraint";
    case ErrorCode::constraint_failed:
      return "constraint_failed";
    case ErrorCode::none:
    case ErrorCode::engine_failed:
      return "engine_failed";
  }
  return "engine_failed";
}

Napi::Object to_js(Napi::Env env, const StepOutput& output) {
  const auto count = output.pieces.size();
  auto ids = Napi::Array::New(env, count);
  auto texts = Napi::Array::New(env, count);
  for (std::uint32_t i = 0; i < count; ++i) {
    ids[i] = static_cast<double>(output.pieces[i].id);
    texts[i] = output.pieces[i].text;  // bytes that are no UTF-8 become U+FFFD
  }
  auto ends = Napi::Array::New(env, output.ends.size());
  for (std::uint32_t i = 0; i < output.ends.size(); ++i) ends[i] = to_js(env, output.ends[i]);

  auto step = Napi::Object::New(env);
  step["ids"] = ids;
  step["texts"] = texts;
  step["ends"] = ends;
  set_parts(step, output);
  set_logprobs(step, output, "logprobs", &Piece::logprobs);
  set_logprobs(step, output, "promptLogprobs", &Piece::prompt_logprobs);
  return step;
}

Napi::Object to_js(Napi::Env env, const Assembly& assembly) {
  auto object = Napi::Object::New(env);
  object["seconds"] = assembly.seconds;
  object["handedOver"] = assembly.handed_over;
  return object;
}

Napi::Object to_js(Napi::Env env, const Replica& replica) {
  const auto& model = replica.model();
  const auto& limits = replica.limits();
  auto info = described(env, model);
  info["kind"] = "generation";
  info["contextSize"] = limits.context;
  info["slots"] = limits.slots;
  info["kvCells"] = limits.cells;
  info["cacheBytes"] = static_cast<double>(replica.cache_bytes());
  info["loadSeconds"] = replica.load_seconds();
  info["hasChatTemplate"] = model.chat_format().has_template();
  info["thinks"] = model.chat_format().thinks();
  info["canInfill"] = model.can_infill();
  set_vocabulary(info, model);
  return info;
}

Napi::Object to_js(Napi::Env env, const LlamaEmbedder& embedder) {
  auto info = described(env, embedder.model());
  info["kind"] = embedder.model().kind() == ModelKind::rerank ? "rerank" : "embedding";
  info["contextSize"] = embedder.context();
  info["dimensions"] = embedder.dimensions();
  info["loadSeconds"] = embedder.load_seconds();
  return info;
}

Napi::Object to_js(Napi::Env env, const Embedded& embedded) {
  auto vectors = Napi::Array::New(env, embedded.vectors.size());
  for (std::uint32_t i = 0; i < embedded.vectors.size(); ++i) {
    vectors[i] = typed<Napi::Float32Array>(env, embedded.vectors[i]);
  }
  auto object = Napi::Object::New(env);
  object["vectors"] = vectors;
  object["tokens"] = list(env, embedded.tokens);
  return object;
}

Napi::Object to_js(Napi::Env env, const Ranked& ranked) {
  auto object = Napi::Object::New(env);
  object["scores"] = typed<Napi::Float32Array>(env, ranked.scores);
  object["tokens"] = list(env, ranked.tokens);
  return object;
}

Napi::Object to_js(Napi::Env env, const BackEnds& back_ends) {
  const auto& devices = back_ends.devices;
  auto list = Napi::Array::New(env, devices.size());
  for (std::uint32_t i = 0; i < devices.size(); ++i) {
    auto device = Napi::Object::New(env);
    device["backend"] = devices[i].backend;
    device["name"] = devices[i].name;
    list[i] = device;
  }
  auto object = Napi::Object::New(env);
  object["devices"] = list;
  object["problem"] = back_ends.problem;
  return object;
}

}  // namespace tacho::engine::addon
