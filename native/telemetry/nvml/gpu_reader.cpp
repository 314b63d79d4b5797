#include "gpu_reader.hpp"

#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

namespace tacho::telemetry::nvml {
namespace {

/// The program's signals are for its other threads.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

std::shared_ptr<GpuReader> GpuReader::start(std::shared_ptr<Segment> segment, const ReaderOptions& options) {
  std::shared_ptr<GpuReader> reader(new GpuReader(std::move(segment), options));
  const SignalsBlocked blocked;
  try {
    std::thread thread([reader] { reader->run(); });
    pthread_setname_np(thread.native_handle(), "tacho-nvml");
    thread.detach();
  } catch (const std::system_error& error) {
    reader->sampler_.give_up(std::string("Cannot start a thread: ") + error.what());
  }
  return reader;
}

GpuReader::GpuReader(std::shared_ptr<Segment> segment, const ReaderOptions& options)
    : interval_(options.interval),
      recorder_(std::move(segment)),
      sampler_(options.library, recorder_, [] { return Instant(std::chrono::steady_clock::now()); }) {}

Status GpuReader::status() const {
  const std::lock_guard guard(mutex_);
  return closed_ ? Status{.state = State::closed, .reason = ""} : sampler_.status();
}

void GpuReader::close() {
  recorder_.close();
  {
    const std::lock_guard guard(mutex_);
    closed_ = true;
  }
  closing_.notify_all();
}

void GpuReader::run() {
  auto next = std::chrono::steady_clock::now();
  for (;;) {
    sampler_.tick();
    const auto interval = std::chrono::duration_cast<std::chrono::steady_clock::duration>(interval_);
    // After a slow tick a whole pause, so that a slow driver gets the more rest.
    next += interval;
    if (next < std::chrono::steady_clock::now()) next = std::chrono::steady_clock::now() + interval;
    std::unique_lock lock(mutex_);
    if (closing_.wait_until(lock, next, [&] { return closed_; })) break;
  }
  // Here, as leaving may be slow, and the last owner may be the thread that nobody may hold up.
  sampler_.end();
}

}  // namespace tacho::telemetry::nvml
