#include "replica.hpp"

#include <time.h>

#include <algorithm>
#include <utility>

#include "input_error.hpp"

namespace tacho::engine {

namespace {

/// Why a request cannot run, in a form its client can act on.
struct Refusal {
  ErrorCode code;
  std::string message;
};

}  // namespace

double monotonic_seconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

Replica::Replica(const ModelOptions& model, const ContextOptions& context)
    : Replica{context, monotonic_seconds(), shared_model(model)} {}

Replica::Replica(const ContextOptions& context, double started_at, std::shared_ptr<const LlamaModel> model)
    : started_at_(started_at),
      model_(std::move(model)),
      runtime_(*model_, context),
      load_seconds_(monotonic_seconds() - started_at_),
      loop_options_{.step_budget = limits().step_tokens,
                    .prefill_multiple = context.prefill_multiple,
                    .clock = monotonic_seconds,
                    .measures = context.measures,
                    .priority_seconds = context.priority_seconds} {}

void Replica::start(Meters meters, std::function<void()> notify) {
  loop_ = std::make_unique<Loop>(runtime_, std::move(meters), std::move(notify), loop_options_);
  loop_->start();
}

void Replica::close() {
  if (loop_) loop_->close();
}

void Replica::assemble(Request request) {
  try {
    loop_->inbox().arrive(prepare(request));
  } catch (const Refusal& refusal) {
    loop_->inbox().refuse(
        {.id = request.id, .reason = Finish::error, .error = refusal.code, .message = refusal.message});
  } catch (const std::exception& error) {
    // Memory that ran out, or what llama.cpp threw: the request must still hear of its end.
    loop_->inbox().refuse({.id = request.id,
                           .reason = Finish::error,
                           .error = ErrorCode::engine_failed,
                           .message = std::string("the request could not be prepared: ") + error.what()});
  }
}

Prepared Replica::prepare(Request& request) const {
  if (std::holds_alternative<ChatPrompt>(request.prompt)) {
    const auto& stops = model_->chat_format().stops();
    request.stop.insert(request.stop.end(), stops.begin(), stops.end());
  }
  auto tokens = tokens_of(request.prompt);
  if (tokens.empty()) throw Refusal{ErrorCode::invalid_prompt, "the prompt holds no token"};
  const auto adapter = adapter_of(request.adapter);
  auto sampler = runtime_.make_sampler(request.sampling, tokens);
  return {.id = request.id,
          .arrived_at = request.arrived_at,
          .prompt = std::move(tokens),
          .max_tokens = request.max_tokens,
          .priority = request.priority,
          .cache_space = request.adapter + '\0' + request.cache_salt,  // an adapter changes what is cached
          .adapter = adapter,
          .stop = std::move(request.stop),
          .sampler = std::move(sampler),
          .logprobs = request.sampling.logprobs >= 0};
}

std::int32_t Replica::adapter_of(const std::string& name) const {
  if (name.empty()) return -1;
  if (const auto index = model_->adapters().index_of(name)) return *index;
  throw Refusal{ErrorCode::invalid_prompt, "no LoRA adapter of this server is named '" + name + "'"};
}

std::vector<Token> Replica::tokens_of(Prompt& prompt) const {
  if (auto* tokens = std::get_if<std::vector<Token>>(&prompt)) {
    const auto vocabulary = llama_vocab_n_tokens(model_->vocab());
    const auto bad =
        std::ranges::find_if(*tokens, [&](Token token) { return token < 0 || token >= vocabulary; });
    if (bad == tokens->end()) return std::move(*tokens);
    throw Refusal{ErrorCode::invalid_prompt, "token ids must be 0 to " + std::to_string(vocabulary - 1) +
                                                 ", received " + std::to_string(*bad)};
  }
  const auto* chat = std::get_if<ChatPrompt>(&prompt);
  const auto text = chat == nullptr ? std::move(std::get<TextPrompt>(prompt).text) : rendered(*chat);
  check_length(text);
  try {
    return chat == nullptr ? model_->tokenize(text) : model_->tokenize_chat(text);
  } catch (const std::exception& error) {
    throw Refusal{ErrorCode::invalid_prompt, error.what()};
  }
}

std::string Replica::template_text(const ChatPrompt& chat) const {
  try {
    return model_->readable(rendered(chat));
  } catch (const Refusal& refusal) {
    throw InputError(refusal.code, 0, refusal.message);
  }
}

std::vector<Token> Replica::chat_tokens(const ChatPrompt& chat) const {
  try {
    Prompt prompt = chat;
    return tokens_of(prompt);
  } catch (const Refusal& refusal) {
    throw InputError(refusal.code, 0, refusal.message);
  }
}

std::string Replica::rendered(const ChatPrompt& chat) const {
  try {
    return model_->apply_chat_template(chat.messages);
  } catch (const std::exception& error) {
    throw Refusal{ErrorCode::template_failed,
                  std::string("the model's chat template refused the messages: ") + error.what()};
  }
}

/// Tokenising takes time without limit on some texts (quadratic in special tokens), so what can never fit is
/// refused by its length.
void Replica::check_length(const std::string& text) const {
  const auto fewest = text.size() / model_->longest_token();
  const auto context = limits().context;
  if (fewest < static_cast<std::size_t>(context)) return;
  throw Refusal{ErrorCode::context_length_exceeded, "the prompt has at least " + std::to_string(fewest) +
                                                        " tokens; at most " + std::to_string(context - 1) +
                                                        " fit in this model's context of " +
                                                        std::to_string(context)};
}

}  // namespace tacho::engine
