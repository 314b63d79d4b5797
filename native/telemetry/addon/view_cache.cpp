#include "view_cache.hpp"

#include <utility>

#include "view_parser.hpp"

namespace tacho::telemetry {
namespace {

/// One a dialect with the metrics and one without, and some to spare; a caller that makes a new array each
/// time must not fill the memory.
constexpr std::size_t kMostKept = 32;

}  // namespace

std::shared_ptr<FamilySet> ViewCache::compiled(const Napi::Value& views, bool with_metrics) {
  entries_.remove_if([](const Entry& entry) { return entry.array.Value().IsEmpty(); });
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->with_metrics != with_metrics || !entry->array.Value().StrictEquals(views)) continue;
    entries_.splice(entries_.begin(), entries_, entry);
    return entry->families;
  }
  auto families = std::make_shared<FamilySet>(views_of(views), with_metrics);
  entries_.push_front({Napi::Weak(views.As<Napi::Object>()), with_metrics, std::move(families)});
  if (entries_.size() > kMostKept) entries_.pop_back();
  return entries_.front().families;
}

}  // namespace tacho::telemetry
