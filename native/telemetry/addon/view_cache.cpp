#include "view_cache.hpp"

#include <algorithm>
#include <utility>

#include "view_parser.hpp"

namespace tacho::telemetry {
namespace {

/// One a dialect with the metrics and one without, and some to spare; a caller that makes a new array each
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

template <typename T>
T& keep(std::list<T>& kept, T made) {
  kept.push_front(std::move(made));
  if (kept.size() > kMostKept) kept.pop_back();
  return kept.front();
}

}  // namespace

std::shared_ptr<FamilySet> ViewCache::compiled(const Napi::Array& arrays, bool with_metrics) {
  const auto parts = parts_of(arrays);
  sets_.remove_if([](const Set& set) {
    return std::ranges::any_of(set.parts, [](auto& part) { return part.expired(); });
  });
  const auto* const known = find_used(sets_, [&](const Set& set) {
    return set.with_metrics == with_metrics &&
           std::ranges::equal(set.parts, parts, {}, [](const auto& part) { return part.lock(); });
  });
  if (known != nullptr) return known->families;
  Views views;
  for (const auto& part : parts) views.insert(views.end(), part->begin(), part->end());
  auto families = std::make_shared<FamilySet>(views, with_metrics);
  return keep(sets_, {{parts.begin(), parts.end()}, with_metrics, std::move(families)}).families;
}

ViewCache::Parts ViewCache::parts_of(const Napi::Array& arrays) {
  parsed_.remove_if([](const Parsed& entry) { return entry.array.Value().IsEmpty(); });
  Parts parts;
  for (std::uint32_t i = 0; i < arrays.Length(); ++i) parts.push_back(parsed(arrays.Get(i)));
  return parts;
}

std::shared_ptr<const ViewCache::Views> ViewCache::parsed(const Napi::Value& array) {
  const auto* const known =
      find_used(parsed_, [&](const Parsed& entry) { return entry.array.Value().StrictEquals(array); });
  if (known != nullptr) return known->views;
  auto views = std::make_shared<const Views>(views_of(array));
  return keep(parsed_, {Napi::Weak(array.As<Napi::Object>()), std::move(views)}).views;
}

}  // namespace tacho::telemetry
