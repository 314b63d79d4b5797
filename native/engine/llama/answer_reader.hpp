// Takes chat answers apart as their template writes them: thoughts, content, tool calls.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "../loop/request.hpp"
#include "chat.h"

namespace tacho::engine {

/// What llama.cpp found out about a template's answers. Immutable, so thread-safe.
class AnswerSyntax {
 public:
  /// `begun`: what the prompt holds of the answer; `parser`: llama.cpp's, as it writes them.
  AnswerSyntax(common_chat_format format, const std::string& begun, const std::string& parser);
  /// Whether what the model writes would come out as content, unchanged.
  bool keeps_plain_text() const;
  /// `whole`: nothing more comes. Throws where the text does not fit.
  common_chat_msg read(const std::string& text, bool whole) const;

 private:
  common_chat_parser_params params_;
};

/// One answer, as it comes. One thread.
class AnswerReader {
 public:
  explicit AnswerReader(std::shared_ptr<const AnswerSyntax> syntax) : syntax_(std::move(syntax)) {}

  void add(const std::string& text) { text_ += text; }
  /// What is new since the last call. Where a text cannot be read as the template's, it is content.
  std::vector<AnswerPart> read(bool whole);
  /// Bytes that came since the last read.
  std::size_t unread() const { return text_.size() - read_; }

 private:
  std::optional<common_chat_msg> parsed(bool whole) const;

  std::shared_ptr<const AnswerSyntax> syntax_;
  std::string text_;
  std::size_t read_ = 0;
  common_chat_msg said_;
};

/// The readers of all requests that want one. Thread-safe.
class AnswerReaders {
 public:
  void add(RequestId id, std::shared_ptr<const AnswerSyntax> syntax);
  void forget(RequestId id);
  /// Puts parts in the place of these requests' texts. A reader reads all of its text anew each time, so it
  /// takes a share of the time at most and lets text gather otherwise; an end brings the rest.
  void read(StepOutput& output);

 private:
  struct Reading {
    AnswerReader reader;
    double next = 0;  // seconds, when it may read again
  };
  void read_piece(Reading& reading, Piece& piece);

  std::mutex mutex_;
  std::unordered_map<RequestId, Reading> readings_;
};

}  // namespace tacho::engine
