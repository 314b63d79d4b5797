// Grammars that come again.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "grammar.hpp"

namespace tacho::engine {

struct GrammarCacheLimits {
  std::size_t grammars = 64;
  /// Of all together, each with its text and what has been learned of it. 0.5 MB for JSON at 150,000 tokens.
  std::size_t bytes = std::size_t{64} * 1024 * 1024;
};

/// Parsed grammars by their text, with their memories: who sends the same grammar again finds its masks made.
/// What was used least lately goes first. It goes from here only: requests hold what they use, which may
/// exceed the bounds until they end. Thread-safe; who parses holds up nobody. Owned by a shared_ptr.
class GrammarCache : public std::enable_shared_from_this<GrammarCache> {
 public:
  using Parse = std::function<std::shared_ptr<const Grammar>()>;

  explicit GrammarCache(const GrammarCacheLimits& limits = {}) : limits_(limits) {}

  /// What `parse` makes of `gbnf`, now or before. Throws what `parse` throws, which is not kept.
  std::shared_ptr<const Grammar> of(const std::string& gbnf, const Parse& parse);

  std::size_t size() const;
  std::size_t bytes() const;

 private:
  struct Entry {
    std::string gbnf;
    std::shared_ptr<const Grammar> grammar;
    std::size_t bytes() const { return gbnf.capacity() + grammar->bytes(); }
  };
  using Entries = std::list<Entry>;

  std::shared_ptr<const Grammar> find(const std::string& gbnf);
  std::shared_ptr<const Grammar> keep(const std::string& gbnf, std::shared_ptr<const Grammar> grammar);
  std::shared_ptr<const Grammar> leased(std::shared_ptr<const Grammar> grammar);
  std::shared_ptr<const Grammar> locked_find(std::string_view gbnf);
  void trim();
  std::size_t locked_bytes() const;

  GrammarCacheLimits limits_;
  mutable std::mutex mutex_;
  Entries entries_;  // the last used first
  std::unordered_map<std::string_view, Entries::iterator> by_text_;
};

}  // namespace tacho::engine
