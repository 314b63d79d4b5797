// The runs of characters that std::regex matches as one word when llama.cpp splits a text for byte pairs.
#pragma once

#include <cstddef>
#include <string_view>

#include "tokenizer_traits.hpp"

namespace tacho::engine {

struct RegexRuns {
  /// Characters.
  std::size_t longest = 0;
  /// Squares of the lengths of all runs of blanks, and of all runs of digits.
  double squares = 0;
};

/// Of one of the readings that std::regex is part of.
RegexRuns regex_runs(std::string_view text, Reading reading);

}  // namespace tacho::engine
