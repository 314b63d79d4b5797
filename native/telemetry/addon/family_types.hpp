#pragma once

#include <optional>
#include <string_view>

#include "../render/family.hpp"

namespace tacho::telemetry {

inline std::optional<FamilyType> family_type_of(std::string_view name) {
  for (const auto type : {FamilyType::counter, FamilyType::gauge, FamilyType::histogram, FamilyType::info,
                          FamilyType::stateset, FamilyType::summary, FamilyType::unknown})
    if (name == type_name(type)) return type;
  return std::nullopt;
}

}  // namespace tacho::telemetry
