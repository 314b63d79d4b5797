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
/// JSON of an OpenAI message array, validated and limited in depth by the front process.
struct ChatPrompt {
  std::string messages;
};
using Prompt = std::variant<TextPrompt, std::vector<Token>, ChatPrompt>;

/// A request as it came from the front process.
struct Request {
  RequestId id = 0;
  double arrived_at = 0;
  Prompt prompt;
  std::int32_t max_tokens = 0;
  std::int32_t priority = 0;
  std::string cache_salt;  // empty: shared with all who name none
  std::string adapter;     // empty: none
  std::vector<std::string> stop;
  Sampling sampling;
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
  void assemble(Request request);
  void cancel(RequestId id) { loop_->inbox().cancel(id); }
  /// What the chat template makes of a chat, to be read, and its tokens. Both throw InputError.
  std::string template_text(const ChatPrompt& chat) const;
  std::vector<Token> chat_tokens(const ChatPrompt& chat) const;
  StepOutput take() { return loop_->outbox().take(); }
  /// Joins the decode thread. Idempotent.
  void close();

 private:
  Prepared prepare(Request& request) const;
  std::int32_t adapter_of(const std::string& name) const;
  std::vector<Token> tokens_of(Prompt& prompt) const;
  std::string rendered(const ChatPrompt& chat) const;
  void check_length(const std::string& text) const;

  double started_at_;
  std::shared_ptr<const LlamaModel> model_;
  LlamaRuntime runtime_;
  double load_seconds_;
  Loop::Options loop_options_;
  std::unique_ptr<Loop> loop_;
};

/// Seconds on CLOCK_MONOTONIC, the clock of Node's process.hrtime.
double monotonic_seconds();

}  // namespace tacho::engine
