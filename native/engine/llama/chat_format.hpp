// How a model wants to be spoken to, and how its answers are read: its chat template, and what llama.cpp
// finds out about it.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "answer_reader.hpp"
#include "chat.h"
#include "control_text.hpp"
#include "llama.h"

namespace tacho::engine {

/// JSON texts, validated and limited in size and depth by the front process.
struct ChatPrompt {
  std::string messages;              // an OpenAI message array
  std::string tools;                 // an OpenAI array of function tools; empty: none
  std::string tool_choice = "auto";  // auto, none or required
  bool parallel_tool_calls = true;
  std::optional<bool> thinking;  // none: as the template has it
  std::string reasoning_effort;  // for templates that know such; empty: none
  std::string json_schema;       // of the answer's content; empty: none
  bool constrained = false;      // a grammar of the client's leaves the answer no room for thoughts
};

/// What the model is given for a chat, and how its answer is held to the format and read.
struct ChatTurn {
  std::string prompt;
  std::string grammar;  // empty: none
  bool lazy = false;    // the grammar begins where a trigger is met
  std::vector<common_grammar_trigger> triggers;
  std::string begun;                        // what the prompt holds of the answer already
  std::vector<std::string> shown_controls;  // texts of control tokens that the reader needs
  std::vector<std::string> stops;
  std::shared_ptr<const AnswerSyntax> syntax;  // null: the answer is content as it is
};

/// As llama-server has it, whatever is unusual about the template. Immutable after construction, so
/// thread-safe.
class ChatFormat {
 public:
  /// Throws std::exception for a template that is no Jinja that llama.cpp understands.
  explicit ChatFormat(const llama_model* model);

  /// False: llama.cpp takes ChatML.
  bool has_template() const { return common_chat_templates_was_explicit(templates_.get()); }
  /// Whether llama.cpp can tell thoughts from answers.
  bool thinks() const { return thinks_; }
  /// Control tokens in the messages' own words are hidden in the prompt. Throws what the template throws.
  ChatTurn apply(const ChatPrompt& chat, const ControlText& control_text) const;

 private:
  common_chat_templates_inputs inputs_of(const ChatPrompt& chat) const;
  ChatTurn try_out(bool thinking);
  ChatTurn special_turn(common_chat_templates_inputs inputs) const;
  const ChatTurn& plain(bool thinking) const { return plain_[thinking ? 1 : 0]; }

  common_chat_templates_ptr templates_;
  bool thinks_ = false;
  std::array<ChatTurn, 2> plain_;  // of a chat without tools and schema; by thinking or not
};

}  // namespace tacho::engine
