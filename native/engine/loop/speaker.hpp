// What requests hear: their text as it comes, and their last word.
#pragma once

#include <string>

#include "runtime.hpp"
#include "task.hpp"

namespace tacho::engine {

/// Collects what a step says to all its requests. Used by the loop's thread alone.
class Speaker {
 public:
  explicit Speaker(const Runtime& runtime) : runtime_(runtime) {}

  /// Turns what was sampled and not yet spoken into text. A stop string in it ends the request.
  void say_text(Task& task);
  /// Once a request, after its text.
  void say_end(const Task& task, Finish reason, ErrorCode error = ErrorCode::none, std::string message = {});
  /// An end from before the loop: refused in assembly, or cancelled there.
  void pass_on(End end) { output_.ends.push_back(std::move(end)); }

  StepOutput& output() { return output_; }

 private:
  const Runtime& runtime_;
  StepOutput output_;
};

}  // namespace tacho::engine
