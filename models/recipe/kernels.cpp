// The element-wise parts of a training step on a CPU, each in one pass over memory. The matrix products stay torch's.
// torch's own element-wise operations took more than half of a step (AVX2 code, a pass for each operation).
//
// Pointers are to contiguous arrays; bf16 is the upper half of a float. A row is one token.
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace {

using bf16 = std::uint16_t;
constexpr int kHead = 64;  // numbers in one attention head

inline float widen(bf16 value) {
  const std::uint32_t bits = static_cast<std::uint32_t>(value) << 16;
  float out;
  std::memcpy(&out, &bits, sizeof out);
  return out;
}

/// To the nearest, ties to even.
inline bf16 narrow(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return static_cast<bf16>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

}  // namespace

extern "C" {

/// sum = x + added (absent: added is null), out = rmsnorm(sum) * weight, inverse = 1 / rms of each row.
void add_rms_norm(const float* x, const bf16* added, const float* weight, float epsilon, std::int64_t rows,
                  std::int64_t width, float* sum, bf16* out, float* inverse) {
#pragma omp parallel for schedule(static)
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* in = x + r * width;
    const bf16* extra = added ? added + r * width : nullptr;
    float* total = sum + r * width;
    float squares = 0;
    if (extra) {
      for (std::int64_t i = 0; i < width; ++i) {
        total[i] = in[i] + widen(extra[i]);
        squares += total[i] * total[i];
      }
    } else {
      for (std::int64_t i = 0; i < width; ++i) {
        total[i] = in[i];
        squares += total[i] * total[i];
      }
    }
    const float scale = inverse[r] = 1 / std::sqrt(squares / static_cast<float>(width) + epsilon);
    for (std::int64_t i = 0; i < width; ++i) out[r * width + i] = narrow(total[i] * scale * weight[i]);
  }
}

/// d_sum (gradient of the residual stream behind it) is read and replaced by that before it; d_added is its bf16.
void add_rms_norm_backward(const bf16* d_out, const float* sum, const float* weight, const float* inverse,
                           std::int64_t rows, std::int64_t width, float* d_sum, bf16* d_added, float* d_weight) {
#pragma omp parallel
  {
    std::vector<float> mine(width);
#pragma omp for schedule(static)
    for (std::int64_t r = 0; r < rows; ++r) {
      const bf16* dy = d_out + r * width;
      const float* x = sum + r * width;
      float* d = d_sum + r * width;
      const float scale = inverse[r];
      float dot = 0;
      for (std::int64_t i = 0; i < width; ++i) {
        const float g = widen(dy[i]);
        dot += g * weight[i] * x[i];
        mine[i] += g * x[i] * scale;
      }
      const float back = dot * scale * scale * scale / static_cast<float>(width);
      for (std::int64_t i = 0; i < width; ++i) {
        d[i] += widen(dy[i]) * weight[i] * scale - x[i] * back;
        d_added[r * width + i] = narrow(d[i]);
      }
    }
#pragma omp critical
    for (std::int64_t i = 0; i < width; ++i) d_weight[i] += mine[i];
  }
}

/// out[rows, width] = silu(gate) * up, where both[rows, 2 * width] is gate beside up.
void swiglu(const bf16* both, std::int64_t rows, std::int64_t width, bf16* out) {
#pragma omp parallel for schedule(static)
  for (std::int64_t r = 0; r < rows; ++r) {
    const bf16* gate = both + r * 2 * width;
    const bf16* up = gate + width;
    for (std::int64_t i = 0; i < width; ++i) {
      const float g = widen(gate[i]);
      out[r * width + i] = narrow(g / (1 + std::exp(-g)) * widen(up[i]));
    }
  }
}

void swiglu_backward(const bf16* d_out, const bf16* both, std::int64_t rows, std::int64_t width, bf16* d_both) {
#pragma omp parallel for schedule(static)
  for (std::int64_t r = 0; r < rows; ++r) {
    const bf16* gate = both + r * 2 * width;
    const bf16* up = gate + width;
    bf16* d_gate = d_both + r * 2 * width;
    for (std::int64_t i = 0; i < width; ++i) {
      const float g = widen(gate[i]), u = widen(up[i]), d = widen(d_out[r * width + i]);
      const float sigmoid = 1 / (1 + std::exp(-g));
      d_gate[i] = narrow(d * u * sigmoid * (1 + g * (1 - sigmoid)));
      d_gate[width + i] = narrow(d * g * sigmoid);
    }
  }
}

/// Splits qkv[batch, time, (heads + 2 * kv) * 64] into q[batch, heads, time, 64] (rotated, times scale),
/// k[batch, kv, time, 64] (rotated) and v. cosine and sine are [time, 32]; pairs are the two halves of a head.
/// Backwards it does the opposite: qkv is written from q, k and v, and the rotation undone.
void rotate_heads(bf16* qkv, const float* cosine, const float* sine, float scale, std::int64_t batch,
                  std::int64_t time, std::int64_t heads, std::int64_t kv, bf16* q, bf16* k, bf16* v,
                  int backwards) {
  constexpr int half = kHead / 2;
  const std::int64_t all = heads + 2 * kv;
#pragma omp parallel for schedule(static) collapse(2)
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t t = 0; t < time; ++t) {
      const float* c = cosine + t * half;
      const float* s = sine + t * half;
      for (std::int64_t h = 0; h < all; ++h) {
        bf16* joined = qkv + ((b * time + t) * all + h) * kHead;
        bf16* apart = h < heads        ? q + ((b * heads + h) * time + t) * kHead
                      : h < heads + kv ? k + ((b * kv + h - heads) * time + t) * kHead
                                       : v + ((b * kv + h - heads - kv) * time + t) * kHead;
        const bf16* from = backwards ? apart : joined;
        bf16* to = backwards ? joined : apart;
        if (h >= heads + kv) {
          std::memcpy(to, from, kHead * sizeof(bf16));
          continue;
        }
        const float factor = h < heads ? scale : 1;
        const float turn = backwards ? -1 : 1;
        for (int i = 0; i < half; ++i) {
          const float x = widen(from[i]) * factor, y = widen(from[half + i]) * factor;
          to[i] = narrow(x * c[i] - turn * y * s[i]);
          to[half + i] = narrow(y * c[i] + turn * x * s[i]);
        }
      }
    }
  }
}

/// In place over scores[rows, time]: row r belongs to the token r % time and sees the tokens up to itself
/// (causal) or those below limits[r / rows_a_text] (limits given: a text's length).
void masked_softmax(bf16* scores, std::int64_t rows, std::int64_t time, const std::int64_t* limits,
                    std::int64_t rows_a_text) {
#pragma omp parallel for schedule(static)
  for (std::int64_t r = 0; r < rows; ++r) {
    bf16* row = scores + r * time;
    const std::int64_t seen = limits ? limits[r / rows_a_text] : r % time + 1;
    float most = -INFINITY;
    for (std::int64_t i = 0; i < seen; ++i) most = std::max(most, widen(row[i]));
    float total = 0;
    for (std::int64_t i = 0; i < seen; ++i) total += std::exp(widen(row[i]) - most);
    const float share = 1 / total;
    for (std::int64_t i = 0; i < seen; ++i) row[i] = narrow(std::exp(widen(row[i]) - most) * share);
    std::fill(row + seen, row + time, bf16{0});
  }
}

/// d[rows, time], the gradient of the probabilities p, becomes that of the scores.
void softmax_backward(const bf16* p, bf16* d, std::int64_t rows, std::int64_t time) {
#pragma omp parallel for schedule(static)
  for (std::int64_t r = 0; r < rows; ++r) {
    const bf16* probability = p + r * time;
    bf16* gradient = d + r * time;
    float dot = 0;
    for (std::int64_t i = 0; i < time; ++i) dot += widen(probability[i]) * widen(gradient[i]);
    for (std::int64_t i = 0; i < time; ++i) {
      gradient[i] = narrow(widen(probability[i]) * (widen(gradient[i]) - dot));
    }
  }
}

/// logits[rows, width] become the gradient of the cross-entropy times scale; returns the summed cross-entropy.
double cross_entropy(bf16* logits, const std::int64_t* targets, float scale, std::int64_t rows,
                     std::int64_t width) {
  double loss = 0;
#pragma omp parallel for schedule(static) reduction(+ : loss)
  for (std::int64_t r = 0; r < rows; ++r) {
    bf16* row = logits + r * width;
    float most = -INFINITY;
    for (std::int64_t i = 0; i < width; ++i) most = std::max(most, widen(row[i]));
    const float target = widen(row[targets[r]]) - most;
    float total = 0;
    for (std::int64_t i = 0; i < width; ++i) total += std::exp(widen(row[i]) - most);
    loss += std::log(total) - target;
    const float share = scale / total;
    for (std::int64_t i = 0; i < width; ++i) row[i] = narrow(std::exp(widen(row[i]) - most) * share);
    row[targets[r]] = narrow(std::exp(target) * share - scale);
  }
  return loss;
}

}  // extern "C"
