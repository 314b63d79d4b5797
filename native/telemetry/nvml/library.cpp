#include "library.hpp"

#include <dlfcn.h>

namespace tacho::telemetry::nvml {

std::unique_ptr<Library> Library::open(const std::string& path, std::string& reason) {
  // Not global: the program may use other symbols of these names.
  void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle != nullptr) return std::unique_ptr<Library>(new Library(handle));
  const char* const error = dlerror();
  reason = error == nullptr ? "Cannot load " + path : error;
  return nullptr;
}

Library::~Library() { dlclose(handle_); }

void* Library::find(const char* name, const char* other_name) const {
  void* const found = dlsym(handle_, name);
  return found != nullptr || other_name == nullptr ? found : dlsym(handle_, other_name);
}

}  // namespace tacho::telemetry::nvml
