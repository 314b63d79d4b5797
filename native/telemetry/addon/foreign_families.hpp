#pragma once

#include <napi.h>

#include <vector>

#include "../render/foreign_family.hpp"

namespace tacho::telemetry {

/// Takes over an array of FamilySnapshot. Throws SegmentError for values of another type.
std::vector<ForeignFamily> foreign_families(const Napi::Value& families);

}  // namespace tacho::telemetry
