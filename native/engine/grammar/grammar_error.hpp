// What can be wrong with a client's grammar.
#pragma once

#include <stdexcept>

namespace tacho::engine {

/// It is no GBNF that can be followed. The message gives line and column, what was expected and what came.
struct GrammarError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// It is GBNF, but going on with this text would take more memory or work than a request may have. The state
/// that was asked is unchanged.
struct GrammarTooComplex : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace tacho::engine
