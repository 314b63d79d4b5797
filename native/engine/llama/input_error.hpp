// What is wrong with one of several inputs.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

#include "../loop/request.hpp"

namespace tacho::engine {

/// Thrown with one line for the client; `input` is the index of the input that is at fault.
struct InputError : std::runtime_error {
  InputError(ErrorCode why, std::size_t which, const std::string& message)
      : std::runtime_error(message), code(why), input(which) {}
  ErrorCode code;
  std::size_t input;
};

}  // namespace tacho::engine
