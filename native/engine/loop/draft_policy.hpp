// How many tokens to guess for a request.
#pragma once

#include <cstdint>

namespace tacho::engine {

class DraftPolicy {
 public:
  /// Drafted tokens that pay best in a step that lasts `step_seconds` without them and `token_seconds` longer
  /// for each; 0 … `most`.
  std::int32_t wanted(double step_seconds, double token_seconds, std::int32_t most);
  void observed(std::int32_t drafted, std::int32_t accepted);
};

inline std::int32_t DraftPolicy::wanted(double, double, std::int32_t most) { return most; }
inline void DraftPolicy::observed(std::int32_t, std::int32_t) {}

}  // namespace tacho::engine
