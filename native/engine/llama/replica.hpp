// One model, one context and one decode loop: what a worker of the engine host drives.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "../loop/loop.hpp"
#include "llama_runtime.hpp"
#include "shared_model.hpp"

namespace tacho::engine {

struct TextPrompt {
  std::string text;
};
/// What is to be written between two texts.
struct InfillPrompt {
  std::string prefix;
  std::string suffix;
};
using Prompt = std::variant<TextPrompt, std::vector<Token>, ChatPrompt, InfillPrompt>;

/// What the whole answer must fit.
struct ConstraintText {
  enum class Kind { none, grammar, schema };  // GBNF, or a JSON schema as JSON
  Kind kind = Kind::none;
  std::string text;
};

/// A request as it came from the front process.
struct Request {
  RequestId id = 0;
  double arrived_at = 0;
  TenantMeters tenant;
  Prompt prompt;
  std::int32_t max_tokens = 0;
  std::int32_t priority = 0;
  std::string cache_salt;  // empty: shared with all who name none
  std::string adapter;     // empty: none
  std::vector<std::string> stop;
  Sampling sampling;
  ConstraintText constraint;
  std::int32_t prompt_logprobs = -1;  // as in Prepared
  std::string prediction;             // what the client expects of the answer
};

class Replica {
 public:
  /// Loads the model, which takes as long as reading the file, unless another replica holds it. Throws
  /// LoadError.
  Replica(const ModelOptions& model, const ContextOptions& context);
  /// The same of a model whose loading began at `started_at`, in monotonic_seconds().
  Replica(const ContextOptions& context, double started_at, std::shared_ptr<const LlamaModel> model);

  const LlamaModel& model() const { return *model_; }
  const Limits& limits() const { return runtime_.limits(); }
  std::int64_t cache_bytes() const { return runtime_.cache_bytes(); }
  double load_seconds() const { return load_seconds_; }

  /// Starts the decode thread. `notify` is called on it when take() has something that it had not before.
  void start(Meters meters, std::function<void()> notify);
  /// Thread-safe, as are the three below. Must come before assemble() with the same request.
  void announce(RequestId id) { loop_->inbox().announce(id); }
  /// Template, tokenisation and sampler: off the decode thread, so that a long prompt holds up no step.
  /// `taken_over_at`, in monotonic_seconds(), is when the replica heard of it.
  Assembly assemble(Request request, double taken_over_at);
  void cancel(RequestId id) { loop_->inbox().cancel(id); }
  /// What the chat template makes of a chat, to be read, and its tokens. Both throw InputError.
  std::string template_text(const ChatPrompt& chat) const;
  std::vector<Token> chat_tokens(const ChatPrompt& chat) const;
  /// The texts of answers that are read by their template's format come as parts.
  StepOutput take();
  /// Joins the decode thread. Idempotent.
  void close();

 private:
  Prepared prepare(Request& request);
  std::vector<Token> predicted(const std::string& text) const;
  std::int32_t adapter_of(const std::string& name) const;
  std::vector<Token> tokens_of(const Prompt& prompt, const ChatTurn& turn) const;
  std::vector<Token> checked(std::vector<Token> tokens) const;
  std::vector<Token> infill(const InfillPrompt& prompt) const;
  ChatTurn turn_of(Request& request) const;
  ChatTurn turn_of(const ChatPrompt& chat) const;
  std::unique_ptr<AnswerConstraint> constraint_of(const Request& request, const ChatTurn& turn) const;
  void check_length(const std::string& text) const;

  double started_at_;
  std::shared_ptr<const LlamaModel> model_;
  LlamaRuntime runtime_;
  double load_seconds_;
  Loop::Options loop_options_;
  std::unique_ptr<Loop> loop_;
  AnswerReaders readers_;
};

/// Seconds on CLOCK_MONOTONIC, the clock of Node's process.hrtime.
double monotonic_seconds();

}  // namespace tacho::engine
