#include "answer_reader.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <random>

namespace tacho::engine {

namespace {

/// All readers together take a tenth of the time at most.
constexpr double kRestPerReading = 10;

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// OpenAI's form: "call_" and 24 letters or digits.
std::string new_call_id() {
  static constexpr std::string_view kLetters =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  thread_local std::mt19937_64 numbers{std::random_device{}()};
  std::uniform_int_distribution<std::size_t> any(0, kLetters.size() - 1);
  std::string id = "call_";
  for (int i = 0; i < 24; ++i) id += kLetters[any(numbers)];
  return id;
}

/// What `now` has behind `before`; nothing where it does not go on from it, because then `before` was said in
/// vain.
std::string added(const std::string& before, const std::string& now) {
  return now.starts_with(before) ? now.substr(before.size()) : std::string();
}

/// Appends what is new to `said`, and says it.
void say(std::string& said, const std::string& now, AnswerPart::Kind kind, std::vector<AnswerPart>& parts) {
  auto text = added(said, now);
  if (text.empty()) return;
  said += text;
  parts.push_back({.kind = kind, .text = std::move(text)});
}

/// A name that is not complete yet is still growing: a call begins with its first argument or its end.
bool has_begun(const common_chat_tool_call& call, bool is_last, bool whole) {
  return !call.name.empty() && (whole || !is_last || !call.arguments.empty());
}

void say_call(common_chat_msg& said, std::size_t index, const common_chat_tool_call& call,
              std::vector<AnswerPart>& parts) {
  const bool is_new = index >= said.tool_calls.size();
  if (is_new) said.tool_calls.push_back({call.name, "", call.id.empty() ? new_call_id() : call.id});
  auto& known = said.tool_calls[index];
  auto text = added(known.arguments, call.arguments);
  if (!is_new && text.empty()) return;
  known.arguments += text;
  parts.push_back({.kind = AnswerPart::Kind::tool_call,
                   .text = std::move(text),
                   .index = static_cast<std::int32_t>(index),
                   .id = is_new ? known.id : "",
                   .name = is_new ? known.name : ""});
}

}  // namespace

AnswerSyntax::AnswerSyntax(common_chat_format format, const std::string& begun, const std::string& parser) {
  params_.format = format;
  params_.reasoning_format = COMMON_REASONING_FORMAT_DEEPSEEK;
  params_.generation_prompt = begun;
  if (!parser.empty()) params_.parser.load(parser);
}

bool AnswerSyntax::keeps_plain_text() const {
  static const std::string kText = " <b>any</b> {\"a\": [1]}\n\ntext, [x] <think>\n";
  try {
    const auto message = read(kText, true);
    return message.content == kText && message.reasoning_content.empty() && message.tool_calls.empty();
  } catch (const std::exception&) {
    return false;
  }
}

common_chat_msg AnswerSyntax::read(const std::string& text, bool whole) const {
  return common_chat_parse(text, !whole, params_);
}

/// A whole answer that does not fit the format was cut short, or the model erred: what can be read of it
/// counts.
std::optional<common_chat_msg> AnswerReader::parsed(bool whole) const {
  for (const bool strict : {whole, false}) {
    try {
      return syntax_->read(text_, strict);
    } catch (const std::exception&) {
      continue;
    }
  }
  return std::nullopt;
}

std::vector<AnswerPart> AnswerReader::read(bool whole) {
  read_ = text_.size();
  std::vector<AnswerPart> parts;
  auto message = parsed(whole);
  const bool nothing = !message || (message->content.empty() && message->reasoning_content.empty() &&
                                    message->tool_calls.empty());
  if (nothing && whole && said_.empty()) message.emplace().content = text_;
  if (!message) return parts;
  say(said_.reasoning_content, message->reasoning_content, AnswerPart::Kind::reasoning, parts);
  say(said_.content, message->content, AnswerPart::Kind::content, parts);
  const auto calls = message->tool_calls.size();
  for (std::size_t i = 0; i < calls; ++i) {
    if (has_begun(message->tool_calls[i], i + 1 == calls, whole))
      say_call(said_, i, message->tool_calls[i], parts);
  }
  return parts;
}

void AnswerReaders::add(RequestId id, std::shared_ptr<const AnswerSyntax> syntax) {
  const std::lock_guard lock(mutex_);
  readings_.try_emplace(id, Reading{AnswerReader(std::move(syntax))});
}

void AnswerReaders::forget(RequestId id) {
  const std::lock_guard lock(mutex_);
  readings_.erase(id);
}

void AnswerReaders::read(StepOutput& output) {
  const std::lock_guard lock(mutex_);
  if (readings_.empty()) return;
  for (auto& piece : output.pieces) {
    if (const auto found = readings_.find(piece.id); found != readings_.end())
      read_piece(found->second, piece);
  }
  for (const auto& end : output.ends) {
    const auto found = readings_.find(end.id);
    if (found == readings_.end()) continue;
    // Who was cut short is read as far as it goes.
    auto parts = found->second.reader.read(end.reason != Finish::cancelled);
    if (!parts.empty()) output.pieces.push_back({.id = end.id, .read = true, .parts = std::move(parts)});
    readings_.erase(found);
  }
}

void AnswerReaders::read_piece(Reading& reading, Piece& piece) {
  reading.reader.add(piece.text);
  piece.text.clear();
  piece.read = true;
  const auto started = seconds();
  if (started < reading.next) return;
  piece.parts = reading.reader.read(false);
  const auto ended = seconds();
  reading.next = ended + (ended - started) * kRestPerReading * static_cast<double>(readings_.size());
}

}  // namespace tacho::engine
