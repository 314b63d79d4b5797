// A loaded GGUF model, shared read-only by the decode thread and the threads that assemble prompts.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "../grammar/grammar_cache.hpp"
#include "../grammar/token_trie.hpp"
#include "../loop/request.hpp"
#include "chat_format.hpp"
#include "control_text.hpp"
#include "llama.h"
#include "lora_adapters.hpp"
#include "model_kind.hpp"
#include "tokenizer_effort.hpp"

namespace tacho::engine {

struct ModelOptions {
  std::string path;
  std::int32_t gpu_layers = -1;  // -1: all
  std::int32_t device = -1;      // the GPU that holds them, as load_backends() counts; -1: all of them
  std::vector<AdapterOptions> adapters;
  /// False: it must be a model for embeddings or ranking; none: any of the three.
  std::optional<bool> generates = true;
  /// Called on the loading thread with 0 … 1.
  std::function<void(float)> progress;
};

/// Thrown with one line saying what llama.cpp objected to.
struct LoadError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What computes: {"cuda", "NVIDIA H200"} or {"cpu", "AMD EPYC 9654"}.
struct Device {
  std::string backend;
  std::string name;
};

struct BackEnds {
  std::vector<Device> devices;  // the GPUs found, then the processor
  std::string problem;          // the first error of loading them, as CUDA's that does not start; else empty
};

/// Loads the back ends of `directory` (a folder of libggml-*.so files), once in a process; later calls load
/// nothing, and return the same.
BackEnds load_backends(const std::string& directory);

/// Appends the token's bytes, which may be part of a character. Control tokens have some only with `special`.
void append_token_text(const llama_vocab* vocab, Token token, bool special, std::string& text);

/// Immutable after construction but for what it keeps to save work, so thread-safe.
class LlamaModel {
 public:
  explicit LlamaModel(const ModelOptions& options);

  llama_model* get() const { return model_.get(); }
  const llama_vocab* vocab() const { return vocab_; }
  const LoraAdapters& adapters() const { return adapters_; }

  ModelKind kind() const { return kind_; }
  std::string description() const;
  /// As its makers called it; empty when the file does not say.
  std::string name() const;
  /// Of a model that generates.
  const ChatFormat& chat_format() const { return *chat_format_; }
  /// Where the layers are.
  Device device() const;
  /// Layers that a GPU computes.
  std::int32_t gpu_layers() const;
  /// As in ModelOptions.
  std::int32_t device_index() const { return device_; }

  /// With the tokens that begin a text where the model wants them; control tokens written out in it are read
  /// as tokens. Throws InputError for a text that would take too long, as do all below.
  std::vector<Token> tokenize(const std::string& text) const { return tokenize(text, true, true); }
  /// The same of a text from apply_chat_template(), in which the messages' own words stay plain text.
  std::vector<Token> tokenize_chat(const std::string& text) const;
  /// Bytes of the longest token: a text of n bytes has at least n divided by this many tokens.
  std::size_t longest_token() const { return longest_token_; }
  /// Only tokenize_chat() understands the prompt. Throws what the template throws.
  ChatTurn apply_chat_template(const ChatPrompt& chat) const {
    return chat_format_->apply(chat, *control_text_);
  }

  /// A text with a gap for a model that can fill it: prefix and suffix each behind its token. Throws
  /// std::runtime_error too.
  std::vector<Token> tokenize_infill(const std::string& prefix, const std::string& suffix) const;
  bool can_infill() const;
  /// Those of the texts that are one control token each.
  std::vector<Token> control_tokens(std::span<const std::string> texts) const;
  /// The bytes of all tokens, control tokens' too; made when it is first asked for.
  std::shared_ptr<const TokenTrie> token_trie() const;
  /// Those that answers of this model had to fit, in whatever replica.
  GrammarCache& grammars() const { return *grammars_; }
  /// A text from apply_chat_template() as people and other servers read it.
  std::string readable(const std::string& text) const;

  /// `begins`: with the tokens that begin and end a text; `control`: control tokens are read as such;
  /// `input`: the text's index, for an InputError.
  std::vector<Token> tokenize(const std::string& text, bool begins, bool control,
                              std::size_t input = 0) const;
  /// What a reranker reads. Control tokens in the two texts stay plain text.
  std::vector<Token> tokenize_pair(const std::string& query, const std::string& document) const {
    return tokenize_pairs(query, {&document, 1}).front();
  }
  /// The same for each of the documents.
  std::vector<std::vector<Token>> tokenize_pairs(const std::string& query,
                                                 std::span<const std::string> documents) const;

 private:
  std::vector<Token> tokenize_parts(const std::string& text, bool begins, std::size_t input = 0) const;
  std::vector<Token> tokenize_at_once(const std::string& text, bool begins, bool control) const;
  void check(const TokenizerWork& work, std::size_t input) const;
  std::vector<Token> joined(const std::vector<Token>& query, const std::vector<Token>& document) const;
  void check_kind(std::optional<bool> generates) const;

  struct Free {
    void operator()(llama_model* model) const { llama_model_free(model); }
  };
  std::unique_ptr<llama_model, Free> model_;
  ModelKind kind_ = ModelKind::generation;
  LoraAdapters adapters_;
  const llama_vocab* vocab_ = nullptr;
  std::unique_ptr<const ChatFormat> chat_format_;
  std::unique_ptr<const ControlText> control_text_;
  std::unique_ptr<const TokenizerEffort> effort_;
  std::int32_t gpu_layers_;
  std::int32_t device_;
  std::size_t longest_token_ = 1;
  mutable std::once_flag trie_made_;
  mutable std::shared_ptr<const TokenTrie> trie_;
  std::shared_ptr<GrammarCache> grammars_ = std::make_shared<GrammarCache>();
};

}  // namespace tacho::engine
