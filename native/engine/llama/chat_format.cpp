#include "chat_format.hpp"

#include <exception>
#include <utility>

namespace tacho::engine {

namespace {

/// Words alone are hidden: a role that is spelled like a control token must still be that role.
void hide_words(common_chat_msg& message, const ControlText& control_text) {
  message.content = control_text.hide(message.content);
  for (auto& part : message.content_parts) part.text = control_text.hide(part.text);
}

}  // namespace

ChatFormat::ChatFormat(const llama_model* model) : templates_(common_chat_templates_init(model, "")) {
  try_out();
}

/// As llama-server does it. `enable_thinking` is true only where llama.cpp can tell thoughts from an answer:
/// a template that merely mentions it hears false.
void ChatFormat::try_out() {
  common_chat_templates_inputs inputs;
  inputs.messages.resize(1);
  inputs.messages.front().role = "user";
  inputs.messages.front().content = "test";
  inputs.reasoning_format = COMMON_REASONING_FORMAT_DEEPSEEK;
  try {
    auto found = common_chat_templates_apply(templates_.get(), inputs);
    thinks_ = found.supports_thinking;
    stops_ = std::move(found.additional_stops);
  } catch (const std::exception&) {
    return;  // What the template refuses here it may well take from a client.
  }
}

std::string ChatFormat::apply(const std::string& messages, const ControlText& control_text) const {
  common_chat_templates_inputs inputs;
  inputs.messages = common_chat_msgs_parse_oaicompat(common_json::parse(messages));
  for (auto& message : inputs.messages) hide_words(message, control_text);
  inputs.enable_thinking = thinks_;
  inputs.chat_template_kwargs["preserve_reasoning"] = "true";  // llama-server's default
  // Finding out how answers are to be read renders the template dozens of times; the prompt is the same.
  inputs.force_pure_content = true;
  return common_chat_templates_apply(templates_.get(), inputs).prompt;
}

}  // namespace tacho::engine
