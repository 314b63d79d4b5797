// How a model wants to be spoken to: its chat template, and what llama.cpp finds out about it.
#pragma once

#include <string>
#include <vector>

#include "chat.h"
#include "control_text.hpp"
#include "llama.h"

namespace tacho::engine {

/// As llama-server has it, whatever is unusual about the template. Immutable after construction, so
/// thread-safe.
class ChatFormat {
 public:
  /// Throws std::exception for a template that is no Jinja that llama.cpp understands.
  explicit ChatFormat(const llama_model* model);

  /// False: llama.cpp takes ChatML.
  bool has_template() const { return common_chat_templates_was_explicit(templates_.get()); }
  /// Texts that end an answer, beside the model's end tokens.
  const std::vector<std::string>& stops() const { return stops_; }
  /// `messages` is the JSON of an OpenAI message array. Control tokens in the messages' own words are hidden.
  /// Throws what the template throws.
  std::string apply(const std::string& messages, const ControlText& control_text) const;

 private:
  void try_out();

  common_chat_templates_ptr templates_;
  std::vector<std::string> stops_;
  bool thinks_ = false;
};

}  // namespace tacho::engine
