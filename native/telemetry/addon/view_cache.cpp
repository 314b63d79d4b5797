#include "view_cache.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "view_parser.hpp"

namespace tacho::telemetry {
namespace {

/// Arrays, and sets of them: thrice as many as a server has dialects. A caller that makes a new array each
/// time must not fill the memory.
constexpr std::size_t kMostKept = 32;

/// What `is_wanted` finds comes first; null without any.
template <typename T, typename F>
T* find_used(std::list<T>& kept, F&& is_wanted) {
  const auto found = std::ranges::find_if(kept, is_wanted);
  if (found == kept.end()) return nullptr;
  kept.splice(kept.begin(), kept, found);
  return &kept.front();
}

}  // namespace

FamilySet& CompiledViews::families() {
  std::call_once(once_, [&] {
    Views views;
    for (const auto& part : parts_) views.insert(views.end(), part->begin(), part->end());
    families_.emplace(views, with_metrics_);
    is_made_ = true;
  });
  return *families_;
}

ViewCache::Found ViewCache::find(const Napi::Array& arrays, bool with_metrics) {
  auto parts = parts_of(arrays);
  const auto* const known = find_used(
      sets_, [&](const Set& set) { return set.with_metrics == with_metrics && set.parts == parts; });
  if (known != nullptr) return {known->compiled, {}};
  auto made = std::make_shared<CompiledViews>(parts, with_metrics);
  sets_.push_front({std::move(parts), with_metrics, made});
  if (sets_.size() > kMostKept) retire(std::prev(sets_.end()));
  return {std::move(made), std::exchange(retired_, {})};
}

std::list<ViewCache::Set>::iterator ViewCache::retire(std::list<Set>::iterator set) {
  retired_.push_back(std::move(set->compiled));
  return sets_.erase(set);
}

ViewCache::Parts ViewCache::parts_of(const Napi::Array& arrays) {
  parsed_.remove_if([&](const Parsed& entry) {
    if (!entry.array.Value().IsEmpty()) return false;
    for (auto set = sets_.begin(); set != sets_.end();)
      set = std::ranges::count(set->parts, entry.views) > 0 ? retire(set) : std::next(set);
    return true;
  });
  Parts parts;
  for (std::uint32_t i = 0; i < arrays.Length(); ++i) parts.push_back(parsed(arrays.Get(i)));
  return parts;
}

std::shared_ptr<const ViewCache::Views> ViewCache::parsed(const Napi::Value& array) {
  const auto* const known =
      find_used(parsed_, [&](const Parsed& entry) { return entry.array.Value().StrictEquals(array); });
  if (known != nullptr) return known->views;
  auto views = std::make_shared<const Views>(views_of(array));
  parsed_.push_front({Napi::Weak(array.As<Napi::Object>()), views});
  if (parsed_.size() > kMostKept) parsed_.pop_back();
  return views;
}

}  // namespace tacho::telemetry
