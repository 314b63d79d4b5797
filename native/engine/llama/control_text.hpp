// Control tokens written out in a client's text, such as "<|im_end|>", must stay text: read as tokens, they
// would let any message forge the turns of others.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../loop/request.hpp"
#include "llama.h"

namespace tacho::engine {

/// A chat template gives one string, in which the client's words and the template's own control tokens look
/// alike. So each control token in the client's words is replaced by a mark before the template is applied,
/// and what stands between two control tokens is tokenised as plain text afterwards, if it holds a mark. A
/// mark that a client makes up itself is plain text too.
class ControlText {
 public:
  explicit ControlText(const llama_vocab* vocab);

  /// `text` with a mark in place of each control token.
  std::string hide(std::string_view text) const;

  struct Part {
    std::string text;
    bool plain;  // control tokens in it must not become such
  };
  /// The parts of a text in which hide() left marks, one at least. A plain part is all that llama.cpp would
  /// tokenise in one piece: cut at a mark, SentencePiece would begin the rest with a space of its own.
  std::vector<Part> split(std::string_view text) const;

 private:
  struct Control {
    Token token;
    std::string text;
    bool takes_space;  // the white space after it is part of it, as Phi 3 has it
    bool always_read;  // in plain text too, but not across two parts: all of RWKV's, and user-defined ones
  };
  struct Mark {
    const Control* control;
    std::size_t length;
  };
  class Splitter;
  const Control* at(std::string_view rest) const;
  /// The mark that `rest` begins with, if it does.
  std::optional<Mark> mark_at(std::string_view rest) const;
  const Control* of(Token token) const;

  /// By first byte, longest first: most text has no byte that begins a control token.
  std::array<std::vector<Control>, 256> controls_;
};

}  // namespace tacho::engine
