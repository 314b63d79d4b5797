#pragma once

#include <memory>
#include <string>

namespace tacho::telemetry::nvml {

/// A shared library, unloaded by the destructor.
class Library {
 public:
  /// Null with a `reason` when it cannot be loaded.
  static std::unique_ptr<Library> open(const std::string& path, std::string& reason);

  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  /// Null where it has no such symbol, nor that of the second name.
  void* find(const char* name, const char* other_name) const;

 private:
  explicit Library(void* handle) : handle_(handle) {}

  void* handle_;
};

}  // namespace tacho::telemetry::nvml
