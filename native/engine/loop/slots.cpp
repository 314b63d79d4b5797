#include "slots.hpp"

#include <algorithm>
#include <tuple>

namespace tacho::engine {

namespace {

/// At least the last token of a prompt is always computed: its logits give the first token.
std::int32_t shared_prefix(std::span<const Token> held, std::span<const Token> prompt) {
  const auto longest = std::min(held.size(), prompt.size() - 1);
  const auto end = held.begin() + static_cast<std::ptrdiff_t>(longest);
  return static_cast<std::int32_t>(std::mismatch(held.begin(), end, prompt.begin()).first - held.begin());
}

}  // namespace

Slots::Slots(std::int32_t count, std::int32_t cells)
    : slots_(static_cast<std::size_t>(count)), cells_(cells) {}

Slots::Choice Slots::choose(std::span<const Token> prompt) const {
  Choice best;
  // Half a slot's tokens or more: the same conversation goes on. Less: a beginning many prompts have, not
  // worth the loss of the rest while another slot is empty.
  auto rank = [](const Slot& slot, std::int32_t shared) {
    const bool goes_on = 2 * static_cast<std::size_t>(shared) >= slot.tokens.size();
    const bool empty = slot.tokens.empty();
    return std::tuple(goes_on ? shared : 0, empty, empty ? 0 : ~slot.released_at);
  };
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].busy) continue;
    const auto shared = shared_prefix(slots_[i].tokens, prompt);
    if (best.slot >= 0 && rank(slots_[i], shared) <= rank(slots_[index(best.slot)], best.shared)) continue;
    best = {static_cast<std::int32_t>(i), shared};
  }
  return best;
}

void Slots::release(std::int32_t slot) {
  slots_[index(slot)].busy = false;
  slots_[index(slot)].released_at = ++releases_;
}

std::int32_t Slots::oldest_idle() const {
  std::int32_t oldest = -1;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const auto& slot = slots_[i];
    if (slot.busy || slot.tokens.empty()) continue;
    if (oldest < 0 || slot.released_at < slots_[index(oldest)].released_at)
      oldest = static_cast<std::int32_t>(i);
  }
  return oldest;
}

void Slots::extend(std::int32_t slot, std::span<const Token> tokens) {
  auto& held = slots_[index(slot)].tokens;
  held.insert(held.end(), tokens.begin(), tokens.end());
  used_ += static_cast<std::int32_t>(tokens.size());
}

void Slots::cut(std::int32_t slot, std::int32_t length) {
  auto& held = slots_[index(slot)].tokens;
  used_ -= static_cast<std::int32_t>(held.size()) - length;
  held.resize(index(length));
}

std::int32_t Slots::held(std::int32_t slot) const {
  return static_cast<std::int32_t>(slots_[index(slot)].tokens.size());
}

std::int32_t Slots::idle_cells() const {
  std::int32_t cells = 0;
  for (const auto& slot : slots_) cells += slot.busy ? 0 : static_cast<std::int32_t>(slot.tokens.size());
  return cells;
}

}  // namespace tacho::engine
