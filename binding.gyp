{
  "target_defaults": {
    # Node builds with gnu++17 and without exceptions; headers are checked as strictly as sources. Designated
    # initialisers leave out members that have defaults; g++ 12 warns of those too.
    "cflags_cc!": ["-std=gnu++17", "-std=gnu++20", "-fno-exceptions", "-fno-rtti"],
    "cflags_cc": ["-std=c++20", "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers", "-fvisibility=hidden"],
  },
  "targets": [
    {
      "target_name": "telemetry_core",
      "type": "static_library",
      "sources": [
        "native/telemetry/directory.cpp",
        "native/telemetry/encoder.cpp",
        "native/telemetry/exemplar.cpp",
        "native/telemetry/family.cpp",
        "native/telemetry/family_set.cpp",
        "native/telemetry/foreign_family.cpp",
        "native/telemetry/json_encoder.cpp",
        "native/telemetry/layout.cpp",
        "native/telemetry/mapping.cpp",
        "native/telemetry/names.cpp",
        "native/telemetry/number_format.cpp",
        "native/telemetry/openmetrics_encoder.cpp",
        "native/telemetry/overflow_counts.cpp",
        "native/telemetry/process_identity.cpp",
        "native/telemetry/projection.cpp",
        "native/telemetry/protobuf_encoder.cpp",
        "native/telemetry/protobuf_writer.cpp",
        "native/telemetry/reading.cpp",
        "native/telemetry/renderer.cpp",
        "native/telemetry/segment.cpp",
        "native/telemetry/series_reader.cpp",
        "native/telemetry/text_encoder.cpp",
        "native/telemetry/view.cpp",
        "native/telemetry/view_buckets.cpp",
      ],
    },
    {
      "target_name": "telemetry",
      "dependencies": ["telemetry_core"],
      "sources": [
        "native/telemetry/addon/addon.cpp",
        "native/telemetry/addon/foreign_families.cpp",
        "native/telemetry/addon/object_reader.cpp",
        "native/telemetry/addon/render_worker.cpp",
        "native/telemetry/addon/segment_wrap.cpp",
        "native/telemetry/addon/shard_wrap.cpp",
        "native/telemetry/addon/view_cache.cpp",
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": [
        "NAPI_VERSION=9",
        "NAPI_CPP_EXCEPTIONS",
        # A worker that is being terminated cannot throw; what it would have thrown concerns nobody.
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
      ],
    },
  ],
}
