#pragma once

#include <cstdint>

namespace tacho::telemetry {

// Field numbers of io/prometheus/client/metrics.proto.
namespace family_field {
enum : std::uint32_t { name = 1, help = 2, type = 3, metric = 4, unit = 5 };
}
namespace metric_field {
enum : std::uint32_t { label = 1, gauge = 2, counter = 3, summary = 4, untyped = 5, histogram = 7 };
}
namespace label_field {
enum : std::uint32_t { name = 1, value = 2 };
}
namespace scalar_field {
enum : std::uint32_t { value = 1, exemplar = 2 };
}
namespace summary_field {
enum : std::uint32_t { count = 1, sum = 2, quantile = 3 };
}
namespace quantile_field {
enum : std::uint32_t { quantile = 1, value = 2 };
}
namespace histogram_field {
enum : std::uint32_t {
  count = 1,
  sum = 2,
  bucket = 3,
  schema = 5,
  zero_threshold = 6,
  zero_count = 7,
  positive_span = 12,
  positive_delta = 13,
  exemplars = 16
};
}
namespace bucket_field {
enum : std::uint32_t { cumulative_count = 1, upper_bound = 2, exemplar = 3 };
}
namespace span_field {
enum : std::uint32_t { offset = 1, length = 2 };
}
namespace exemplar_field {
enum : std::uint32_t { label = 1, value = 2, timestamp = 3 };
}
namespace timestamp_field {
enum : std::uint32_t { seconds = 1, nanoseconds = 2 };
}

}  // namespace tacho::telemetry
