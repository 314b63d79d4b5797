#include "text_calls.hpp"

#include <algorithm>
#include <utility>

#include "compute.hpp"
#include "from_js.hpp"

namespace tacho::engine::addon {

namespace {

Napi::Int32Array numbers(Napi::Env env, const std::vector<std::int32_t>& from) {
  auto array = Napi::Int32Array::New(env, from.size());
  std::ranges::copy(from, array.Data());
  return array;
}

Napi::Value pieces_to_js(Napi::Env env, const std::optional<Pieces>& pieces) {
  if (!pieces) return env.Null();
  auto bytes = Napi::Uint8Array::New(env, pieces->bytes.size());
  std::ranges::copy(pieces->bytes, reinterpret_cast<char*>(bytes.Data()));
  auto object = Napi::Object::New(env);
  object["bytes"] = bytes;
  object["ends"] = numbers(env, pieces->ends);
  return object;
}

}  // namespace

Napi::Object to_js(Napi::Env env, const Tokenized& tokenized) {
  auto object = Napi::Object::New(env);
  object["tokens"] = numbers(env, tokenized.tokens);
  object["pieces"] = pieces_to_js(env, tokenized.pieces);
  return object;
}

Napi::Value tokenize_text(const Napi::CallbackInfo& info, std::shared_ptr<const LlamaModel> model) {
  auto work = [model = std::move(model), wanted = text_to_tokenize(info[0])] {
    Tokenized result{.tokens = model->tokenize(wanted.text, wanted.add_special, wanted.parse_special)};
    if (wanted.with_pieces) result.pieces = pieces_of(model->vocab(), result.tokens);
    return result;
  };
  return run<Tokenized>(info.Env(), std::move(work));
}

Napi::Value detokenize_tokens(const Napi::CallbackInfo& info, std::shared_ptr<const LlamaModel> model) {
  auto work = [model = std::move(model), tokens = token_list(info[0])] {
    return detokenize(model->vocab(), tokens);
  };
  return run<std::string>(info.Env(), std::move(work));
}

}  // namespace tacho::engine::addon
