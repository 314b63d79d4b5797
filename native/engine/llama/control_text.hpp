// Control tokens written out in a client's text, such as "<|im_end|>", must stay text: read as tokens, they
// would let any message forge the turns of others.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "../loop/request.hpp"
#include "llama.h"

namespace tacho::engine {

/// A chat template gives one string, in which the client's words and the template's own control tokens look
/// alike. So each control token in the client's words is replaced by a mark before the template is applied,
/// and the marks are tokenised as plain text afterwards. A mark that a client makes up itself is plain text
/// too.
class ControlText {
 public:
  explicit ControlText(const llama_vocab* vocab);

  /// `text` with a mark in place of each control token.
  std::string hide(std::string_view text) const;

  struct Part {
    std::string text;
    bool plain;  // the text of one control token that must not become that token
  };
  /// What hide() marked, apart from what lies between.
  std::vector<Part> split(std::string_view text) const;

 private:
  struct Control {
    Token token;
    std::string text;
  };
  const Control* at(std::string_view rest) const;
  const Control* of(Token token) const;

  /// By first byte, longest first: most text has no byte that begins a control token.
  std::array<std::vector<Control>, 256> controls_;
};

}  // namespace tacho::engine
