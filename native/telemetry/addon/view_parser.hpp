#pragma once

#include <napi.h>

#include <vector>

#include "../render/view.hpp"

namespace tacho::telemetry {

/// Throws a SegmentError that names the view and the field for what is no array of AnyViewSpec in
/// src/telemetry/reading/views.ts.
std::vector<AnyViewSpec> views_of(const Napi::Value& value);

}  // namespace tacho::telemetry
