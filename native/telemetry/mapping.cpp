#include "mapping.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "segment_error.hpp"

namespace tacho::telemetry {
namespace {

[[noreturn]] void fail(const std::string& doing, const std::string& path) {
  throw SegmentError("invalid_segment",
                     "Cannot " + doing + " telemetry segment " + path + ": " + std::strerror(errno) + ".");
}

/// Closes the file when the mapping is not reached.
struct FileGuard {
  int fd;
  ~FileGuard() {
    if (fd >= 0) close(fd);
  }
  int release() { return std::exchange(fd, -1); }
};

int set_lock(int fd, short type) {
  // One byte stands for the whole directory; OFD locks want l_pid to be 0.
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_len = 1;
  int result;
  do {
    result = fcntl(fd, F_OFD_SETLKW, &lock);
  } while (result == -1 && errno == EINTR);
  return result;
}

}  // namespace

std::unique_ptr<Mapping> Mapping::create(const std::optional<std::string>& path, std::uint64_t bytes) {
  const std::string name = path.value_or("in memory");
  FileGuard file{path ? open(path->c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)
                      : memfd_create("tacho", MFD_CLOEXEC)};
  if (file.fd < 0) fail("create", name);
  try {
    if (ftruncate(file.fd, static_cast<off_t>(bytes)) != 0) fail("size", name);
    return std::unique_ptr<Mapping>(new Mapping(file.release(), bytes, Access::read_and_write, name));
  } catch (...) {
    if (path) unlink(path->c_str());
    throw;
  }
}

std::unique_ptr<Mapping> Mapping::attach(const std::string& path, std::uint64_t least, Access access) {
  auto mapping = attach_if_any(path, least, access);
  if (!mapping) fail("open", path);
  return mapping;
}

std::unique_ptr<Mapping> Mapping::attach_if_any(const std::string& path, std::uint64_t least, Access access) {
  const int mode = access == Access::read ? O_RDONLY : O_RDWR;
  FileGuard file{open(path.c_str(), mode | O_CLOEXEC | O_NONBLOCK)};
  if (file.fd < 0 && errno == ENOENT) return nullptr;
  if (file.fd < 0) fail("open", path);
  struct stat status {};
  if (fstat(file.fd, &status) != 0) fail("examine", path);
  if (!S_ISREG(status.st_mode))
    throw SegmentError("invalid_segment",
                       "Expected a telemetry segment but " + path + " is no regular file.");
  const auto bytes = static_cast<std::uint64_t>(status.st_size);
  if (bytes < least)
    throw SegmentError("invalid_segment", "Expected a telemetry segment of at least " +
                                              std::to_string(least) + " bytes but " + path + " has " +
                                              std::to_string(bytes) + ".");
  return std::unique_ptr<Mapping>(new Mapping(file.release(), bytes, access, path));
}

Mapping::Mapping(int fd, std::uint64_t bytes, Access access, const std::string& path)
    : fd_(fd), bytes_(bytes) {
  FileGuard guard{fd};
  const int protection = access == Access::read ? PROT_READ : PROT_READ | PROT_WRITE;
  void* data = mmap(nullptr, bytes, protection, MAP_SHARED, fd, 0);
  if (data == MAP_FAILED) fail("map", path);
  data_ = static_cast<std::byte*>(data);
  guard.release();
}

Mapping::~Mapping() {
  munmap(data_, bytes_);
  close(fd_);
}

bool Mapping::is_at(const std::string& path) const {
  struct stat mine {};
  struct stat named {};
  return fstat(fd_, &mine) == 0 && stat(path.c_str(), &named) == 0 && mine.st_dev == named.st_dev &&
         mine.st_ino == named.st_ino;
}

bool Mapping::reserve(std::uint64_t offset, std::uint64_t length) const {
  if (length == 0) return true;
  int result;
  do {
    result = fallocate(fd_, 0, static_cast<off_t>(offset), static_cast<off_t>(length));
  } while (result == -1 && errno == EINTR);
  return result == 0 || (errno != ENOSPC && errno != EDQUOT && errno != EFBIG);
}

Mapping::Lock::Lock(const Mapping& mapping) : fd_(mapping.fd_) {
  if (set_lock(fd_, F_WRLCK) != 0)
    throw SegmentError("invalid_segment",
                       std::string("Cannot lock the telemetry segment: ") + std::strerror(errno) + ".");
}

Mapping::Lock::~Lock() { set_lock(fd_, F_UNLCK); }

}  // namespace tacho::telemetry
