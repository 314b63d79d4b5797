#include "highest.hpp"

#include <algorithm>
#include <limits>

#include "vectors.hpp"

namespace tacho::engine {

namespace {
constexpr float kNone = -std::numeric_limits<float>::infinity();
/// What the search for the position reads again stays in the first-level cache.
constexpr std::size_t kBlock = 2048;
}  // namespace

float highest(std::span<const float> logits) {
  // Four at once: one alone would wait for itself.
  Floats best[4] = {all(kNone), all(kNone), all(kNone), all(kNone)};
  const float* at = logits.data();
  const float* const end = at + logits.size();
  for (; end - at >= 16; at += 16) {
    best[0] = larger(load(at), best[0]);
    best[1] = larger(load(at + 4), best[1]);
    best[2] = larger(load(at + 8), best[2]);
    best[3] = larger(load(at + 12), best[3]);
  }
  const auto lanes = larger(larger(best[0], best[1]), larger(best[2], best[3]));
  float result = std::max({lanes[0], lanes[1], lanes[2], lanes[3]});
  for (; at < end; ++at) result = *at > result ? *at : result;
  return result;
}

std::size_t best_of(std::span<const float> logits) {
  std::size_t best_block = 0;
  float best = kNone;
  for (std::size_t at = 0; at < logits.size(); at += kBlock) {
    const float here = highest(logits.subspan(at, std::min(kBlock, logits.size() - at)));
    if (here > best) {
      best = here;
      best_block = at;
    }
  }
  const auto found = std::find(logits.begin() + static_cast<std::ptrdiff_t>(best_block), logits.end(), best);
  return found == logits.end() ? 0 : static_cast<std::size_t>(found - logits.begin());
}

}  // namespace tacho::engine
