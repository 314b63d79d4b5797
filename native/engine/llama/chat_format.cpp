#include "chat_format.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace tacho::engine {

namespace {

/// Words alone are hidden: a role that is spelled like a control token must still be that role.
void hide_words(common_chat_templates_inputs& inputs, const ControlText& control_text) {
  const auto hide = [&control_text](std::string& text) { text = control_text.hide(text); };
  for (auto& message : inputs.messages) {
    hide(message.content);
    hide(message.reasoning_content);
    for (auto& part : message.content_parts) hide(part.text);
    for (auto& call : message.tool_calls) hide(call.arguments);
  }
  for (auto& tool : inputs.tools) {
    hide(tool.description);
    hide(tool.parameters);
  }
}

ChatTurn turn_of(common_chat_params found) {
  return {
      .prompt = std::move(found.prompt),
      .grammar = std::move(found.grammar),
      .lazy = found.grammar_lazy,
      .triggers = std::move(found.grammar_triggers),
      .begun = found.generation_prompt,
      .shown_controls = std::move(found.preserved_tokens),
      .stops = std::move(found.additional_stops),
      .syntax = std::make_shared<const AnswerSyntax>(found.format, found.generation_prompt, found.parser)};
}

/// Whether the grammar is of a call alone, as a word in the text begins it.
bool begins_with_word(const ChatTurn& turn) {
  return turn.lazy && std::ranges::all_of(turn.triggers, [](const common_grammar_trigger& trigger) {
           return trigger.type == COMMON_GRAMMAR_TRIGGER_TYPE_WORD;
         });
}

common_chat_tool_choice tool_choice(const std::string& choice) {
  if (choice == "none") return COMMON_CHAT_TOOL_CHOICE_NONE;
  return choice == "required" ? COMMON_CHAT_TOOL_CHOICE_REQUIRED : COMMON_CHAT_TOOL_CHOICE_AUTO;
}

}  // namespace

/// As llama-server does it. `enable_thinking` is true only where llama.cpp can tell thoughts from an answer:
/// a template that merely mentions it hears false.
ChatFormat::ChatFormat(const llama_model* model) : templates_(common_chat_templates_init(model, "")) {
  for (const bool thinking : {false, true}) plain_[thinking ? 1 : 0] = try_out(thinking);
}

/// Finding out how answers are to be read renders the template dozens of times: once here, for chats that
/// want nothing special.
ChatTurn ChatFormat::try_out(bool thinking) {
  common_chat_templates_inputs inputs;
  inputs.messages.resize(1);
  inputs.messages.front().role = "user";
  inputs.messages.front().content = "test";
  inputs.enable_thinking = thinking;
  inputs.reasoning_format = COMMON_REASONING_FORMAT_DEEPSEEK;
  try {
    auto found = common_chat_templates_apply(templates_.get(), inputs);
    thinks_ = found.supports_thinking;
    auto turn = turn_of(std::move(found));
    if (turn.syntax->keeps_plain_text()) turn.syntax = nullptr;
    return turn;
  } catch (const std::exception&) {
    return {};  // What the template refuses here it may well take from a client.
  }
}

common_chat_templates_inputs ChatFormat::inputs_of(const ChatPrompt& chat) const {
  common_chat_templates_inputs inputs;
  inputs.messages = common_chat_msgs_parse_oaicompat(common_json::parse(chat.messages));
  if (!chat.tools.empty()) inputs.tools = common_chat_tools_parse_oaicompat(common_json::parse(chat.tools));
  inputs.tool_choice = tool_choice(chat.tool_choice);
  inputs.parallel_tool_calls = chat.parallel_tool_calls;
  inputs.json_schema = chat.json_schema;
  inputs.enable_thinking = thinks_ && chat.thinking.value_or(!chat.constrained);
  inputs.reasoning_format = COMMON_REASONING_FORMAT_DEEPSEEK;
  inputs.chat_template_kwargs["preserve_reasoning"] = "true";  // llama-server's default
  if (!chat.reasoning_effort.empty())
    inputs.chat_template_kwargs["reasoning_effort"] = '"' + chat.reasoning_effort + '"';
  return inputs;
}

/// Where a call is required, llama.cpp's grammar lets any text come before it, and only keeps it from ending:
/// small models then go on for ever. The grammar of calls that are not required begins with the call.
ChatTurn ChatFormat::special_turn(common_chat_templates_inputs inputs) const {
  const bool required = !inputs.tools.empty() && inputs.tool_choice == COMMON_CHAT_TOOL_CHOICE_REQUIRED;
  if (required && !inputs.enable_thinking) {
    inputs.tool_choice = COMMON_CHAT_TOOL_CHOICE_AUTO;
    auto turn = turn_of(common_chat_templates_apply(templates_.get(), inputs));
    if (begins_with_word(turn)) {
      turn.lazy = false;
      turn.begun.clear();
      return turn;
    }
    inputs.tool_choice = COMMON_CHAT_TOOL_CHOICE_REQUIRED;
  }
  return turn_of(common_chat_templates_apply(templates_.get(), inputs));
}

ChatTurn ChatFormat::apply(const ChatPrompt& chat, const ControlText& control_text) const {
  auto inputs = inputs_of(chat);
  auto hidden = inputs;
  hide_words(hidden, control_text);
  const bool special = !chat.json_schema.empty() || !inputs.tools.empty();
  ChatTurn turn = special ? special_turn(inputs) : plain(inputs.enable_thinking);
  // Only the prompt is wanted from here on: without what it takes to read answers, it is the same.
  hidden.force_pure_content = true;
  turn.prompt = common_chat_templates_apply(templates_.get(), hidden).prompt;
  return turn;
}

}  // namespace tacho::engine
