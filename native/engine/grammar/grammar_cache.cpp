#include "grammar_cache.hpp"

namespace tacho::engine {

std::shared_ptr<const Grammar> GrammarCache::of(const std::string& gbnf, const Parse& parse) {
  if (auto known = find(gbnf)) return leased(std::move(known));
  return leased(keep(gbnf, parse()));
}

std::shared_ptr<const Grammar> GrammarCache::find(const std::string& gbnf) {
  const std::lock_guard lock(mutex_);
  return locked_find(gbnf);
}

std::shared_ptr<const Grammar> GrammarCache::locked_find(std::string_view gbnf) {
  const auto place = by_text_.find(gbnf);
  if (place == by_text_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, place->second);
  return place->second->grammar;
}

/// Where two parsed it at the same time, the first one's, so that both share one memory.
std::shared_ptr<const Grammar> GrammarCache::keep(const std::string& gbnf,
                                                  std::shared_ptr<const Grammar> grammar) {
  {
    const std::lock_guard lock(mutex_);
    if (auto known = locked_find(gbnf)) return known;
    entries_.push_front({gbnf, grammar});
    by_text_.emplace(entries_.front().gbnf, entries_.begin());
  }
  trim();
  return grammar;
}

/// Memories grow while they are used, so that bounds are met again when a request ends.
std::shared_ptr<const Grammar> GrammarCache::leased(std::shared_ptr<const Grammar> grammar) {
  const auto* const used = grammar.get();
  return {used, [grammar = std::move(grammar), cache = weak_from_this()](const Grammar*) mutable {
            grammar.reset();
            if (const auto alive = cache.lock()) alive->trim();
          }};
}

void GrammarCache::trim() {
  Entries gone;  // destroyed without the lock: that takes milliseconds for the largest
  const std::lock_guard lock(mutex_);
  // Counted anew each time, since what is in use grows meanwhile.
  while (!entries_.empty() && (entries_.size() > limits_.grammars || locked_bytes() > limits_.bytes)) {
    const auto last = std::prev(entries_.end());
    by_text_.erase(last->gbnf);
    gone.splice(gone.begin(), entries_, last);
  }
}

std::size_t GrammarCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::size_t GrammarCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return locked_bytes();
}

std::size_t GrammarCache::locked_bytes() const {
  std::size_t bytes = 0;
  for (const auto& entry : entries_) bytes += entry.bytes();
  return bytes;
}

}  // namespace tacho::engine
