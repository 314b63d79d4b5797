#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace tacho::telemetry {

/// With `read` alone, a store to the mapping ends the process.
enum class Access { read, read_and_write };

/// A shared mapping of a whole file, and the file's lock. Thread-safe.
class Mapping {
 public:
  /// A new file of mode 0600, which must not exist; without a path, memory without a name. All bytes are
  /// zero. Throws SegmentError.
  static std::unique_ptr<Mapping> create(const std::optional<std::string>& path, std::uint64_t bytes);
  /// An existing regular file of at least `least` bytes. Throws SegmentError.
  static std::unique_ptr<Mapping> attach(const std::string& path, std::uint64_t least,
                                         Access access = Access::read_and_write);
  /// The same, but null where there is no file.
  static std::unique_ptr<Mapping> attach_if_any(const std::string& path, std::uint64_t least,
                                                Access access = Access::read_and_write);

  ~Mapping();
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  std::byte* data() const { return data_; }
  std::uint64_t bytes() const { return bytes_; }

  /// Whether `path` still names this file, and not a later one.
  bool is_at(const std::string& path) const;

  /// Makes the file system keep room for these bytes, without which writing to a sparse file on a full one
  /// ends the process (SIGBUS). False when there is no room.
  bool reserve(std::uint64_t offset, std::uint64_t length) const;

  /// Held against other mappings of the file, in this and in other processes. The kernel drops it with the
  /// process (an open file description lock), so a killed holder blocks nobody.
  class Lock {
   public:
    explicit Lock(const Mapping& mapping);
    ~Lock();
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

   private:
    int fd_;
  };

 private:
  Mapping(int fd, std::uint64_t bytes, Access access, const std::string& path);

  int fd_;
  std::byte* data_;
  std::uint64_t bytes_;
};

}  // namespace tacho::telemetry
