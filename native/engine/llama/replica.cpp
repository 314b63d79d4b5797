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

Assembly Replica::assemble(Request request, double taken_over_at) {
  try {
    auto prepared = prepare(request);
    const auto seconds = prepared.assembled_at - taken_over_at;
    return {.seconds = seconds, .handed_over = loop_->inbox().arrive(std::move(prepared))};
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
  return {.seconds = monotonic_seconds() - taken_over_at};
}

StepOutput Replica::take() {
  auto output = loop_->outbox().take();
  readers_.read(output);
  return output;
}

Prepared Replica::prepare(Request& request) {
  const auto turn = turn_of(request);
  request.stop.insert(request.stop.end(), turn.stops.begin(), turn.stops.end());
  auto tokens = tokens_of(request.prompt, turn);
  if (tokens.empty()) throw Refusal{ErrorCode::invalid_prompt, "the prompt holds no token"};
  const auto adapter = adapter_of(request.adapter);
  auto sampler = runtime_.make_sampler(request.sampling, tokens, constraint_of(request, turn));
  if (turn.syntax) readers_.add(request.id, turn.syntax);
  auto space = request.adapter + '\0' + request.cache_salt;  // an adapter changes what is cached
  if (request.prompt_logprobs >= 0) space += '\0' + std::to_string(request.id);
  // A token that the model wants before each text is no part of it.
  const bool begins =
      llama_vocab_get_add_bos(model_->vocab()) && tokens.front() == llama_vocab_bos(model_->vocab());
  return {.id = request.id,
          .arrived_at = request.arrived_at,
          .assembled_at = monotonic_seconds(),
          .tenant = request.tenant,
          .prompt = std::move(tokens),
          .max_tokens = request.max_tokens,
          .priority = request.priority,
          .cache_space = std::move(space),
          .adapter = adapter,
          .stop = std::move(request.stop),
          .sampler = std::move(sampler),
          .logprobs = request.sampling.logprobs >= 0,
          .prompt_logprobs = request.prompt_logprobs,
          .first_scored = begins ? 1 : 0,
          .prediction = predicted(request.prediction),
          .shown_controls = model_->control_tokens(turn.shown_controls)};
}

/// As much as a context holds: no more of it could come. Without it an answer is the same, only slower, so
/// one that cannot be tokenised is left out.
std::vector<Token> Replica::predicted(const std::string& text) const {
  if (text.empty() || limits().draft_tokens == 0) return {};
  try {
    const auto context = static_cast<std::size_t>(limits().context);
    auto tokens = model_->tokenize(text.substr(0, context * model_->longest_token()), false, false);
    tokens.resize(std::min(tokens.size(), context));
    return tokens;
  } catch (const InputError&) {
    return {};
  }
}

std::int32_t Replica::adapter_of(const std::string& name) const {
  if (name.empty()) return -1;
  if (const auto index = model_->adapters().index_of(name)) return *index;
  throw Refusal{ErrorCode::invalid_prompt, "no LoRA adapter of this server is named '" + name + "'"};
}

std::vector<Token> Replica::tokens_of(const Prompt& prompt, const ChatTurn& turn) const {
  if (const auto* tokens = std::get_if<std::vector<Token>>(&prompt)) return checked(*tokens);
  try {
    if (const auto* infilling = std::get_if<InfillPrompt>(&prompt)) return infill(*infilling);
    const auto* text = std::get_if<TextPrompt>(&prompt);
    check_length(text == nullptr ? turn.prompt : text->text);
    return text == nullptr ? model_->tokenize_chat(turn.prompt) : model_->tokenize(text->text);
  } catch (const std::exception& error) {
    throw Refusal{ErrorCode::invalid_prompt, error.what()};
  }
}

std::vector<Token> Replica::checked(std::vector<Token> tokens) const {
  const auto vocabulary = llama_vocab_n_tokens(model_->vocab());
  const auto bad =
      std::ranges::find_if(tokens, [&](Token token) { return token < 0 || token >= vocabulary; });
  if (bad == tokens.end()) return tokens;
  throw Refusal{ErrorCode::invalid_prompt, "token ids must be 0 to " + std::to_string(vocabulary - 1) +
                                               ", received " + std::to_string(*bad)};
}

std::vector<Token> Replica::infill(const InfillPrompt& prompt) const {
  check_length(prompt.prefix);
  check_length(prompt.suffix);
  return model_->tokenize_infill(prompt.prefix, prompt.suffix);
}

/// What is not a chat has a turn in which nothing is set.
ChatTurn Replica::turn_of(Request& request) const {
  auto* chat = std::get_if<ChatPrompt>(&request.prompt);
  if (chat == nullptr) return {};
  chat->constrained = request.constraint.kind == ConstraintText::Kind::grammar;
  if (request.constraint.kind == ConstraintText::Kind::schema) chat->json_schema = request.constraint.text;
  return turn_of(*chat);
}

std::string Replica::template_text(const ChatPrompt& chat) const {
  try {
    return model_->readable(turn_of(chat).prompt);
  } catch (const Refusal& refusal) {
    throw InputError(refusal.code, 0, refusal.message);
  }
}

std::vector<Token> Replica::chat_tokens(const ChatPrompt& chat) const {
  try {
    return tokens_of(chat, turn_of(chat));
  } catch (const Refusal& refusal) {
    throw InputError(refusal.code, 0, refusal.message);
  }
}

ChatTurn Replica::turn_of(const ChatPrompt& chat) const {
  try {
    return model_->apply_chat_template(chat);
  } catch (const std::exception& error) {
    throw Refusal{ErrorCode::template_failed,
                  std::string("the model's chat template refused the messages: ") + error.what()};
  }
}

std::unique_ptr<AnswerConstraint> Replica::constraint_of(const Request& request, const ChatTurn& turn) const {
  const auto& [kind, text] = request.constraint;
  try {
    if (kind == ConstraintText::Kind::grammar) return AnswerConstraint::of_grammar(*model_, text);
    if (!turn.grammar.empty()) return AnswerConstraint::of_turn(*model_, turn);
    if (kind == ConstraintText::Kind::schema) return AnswerConstraint::of_schema(*model_, text);
    return nullptr;
  } catch (const std::exception& error) {
    throw Refusal{ErrorCode::invalid_constraint, error.what()};
  }
}

/// A text that can never fit is refused before it is tokenised, which takes a microsecond a byte.
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
