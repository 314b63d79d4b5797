// Control tokens written out in a client's text, such as "<|im_end|>", must stay text: read as tokens, they
// would let any message forge the turns of others.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "../loop/request.hpp"
#include "llama.h"

namespace tacho::engine {

/// A chat template gives one string, in which the client's words and the template's own control tokens look
/// alike. So each control token in the client's words is replaced by a mark before the template is applied,
/// and what stands between two control tokens is tokenised as plain text afterwards, if it holds a mark. A
/// mark that a client makes up itself is plain text too. Words that end in the beginning of a control token
/// get a mark behind them: the next part of the message, or the next message, may go on with the rest.
class ControlText {
 public:
  explicit ControlText(const llama_vocab* vocab);

  /// `text` with a mark in place of each control token, and at its end if it ends within one.
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
    bool always_read;  // in plain text too, but not across two parts: all of RWKV's and PLaMo-2's, and
                       // user-defined ones
  };
  struct Mark {
    const Control* control;  // none at the end of words
    bool cuts;               // what is before it and what is behind it must not be tokenised in one piece
    std::size_t length;
  };
  /// The text of a control token, or the beginning of one.
  struct Beginning {
    struct Next {
      char letter;
      std::size_t index;
    };
    Token token = LLAMA_TOKEN_NULL;  // that is written so, if one is
    bool always_read = false;        // as some that begins so is
    std::vector<Next> next;
  };
  class Splitter;
  void add(Control control);
  /// Where `text` with `letter` behind it is among the beginnings.
  std::optional<std::size_t> after(std::size_t text, char letter) const;
  /// The beginning of a control token that `rest` is all of, if it is.
  const Beginning* begun(std::string_view rest) const;
  /// The longest control token that `rest` begins with.
  const Control* at(std::string_view rest) const;
  /// The mark that `rest` begins with, if it does.
  std::optional<Mark> mark_at(std::string_view rest) const;
  const Control* of(Token token) const;

  std::unordered_map<Token, Control> controls_;
  /// A tree, the empty text first: Gemma has thousands of control tokens that begin with "<", and a client
  /// may send megabytes of it.
  std::vector<Beginning> beginnings_ = std::vector<Beginning>(1);
  std::size_t longest_ = 0;  // bytes of a control token
};

}  // namespace tacho::engine
