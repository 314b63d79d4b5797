// Sequences of numbers, each kept once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tacho::engine {

/// Gives equal sequences the same number, counted from 0. Spans are valid until the next intern().
class Sequences {
 public:
  using Id = std::uint32_t;

  Sequences() : places_(16, kFree) {}

  Id intern(std::span<const std::uint32_t> sequence);
  std::span<const std::uint32_t> operator[](Id id) const {
    const std::size_t begin = id == 0 ? 0 : ends_[id - 1];
    return std::span(numbers_).subspan(begin, ends_[id] - begin);
  }
  std::size_t size() const { return ends_.size(); }
  std::size_t bytes() const { return (numbers_.size() + ends_.size() + places_.size()) * sizeof(Id); }

 private:
  static constexpr Id kFree = 0xFFFFFFFF;

  std::size_t place_of(std::span<const std::uint32_t> sequence) const;
  void grow();

  std::vector<std::uint32_t> numbers_;
  std::vector<std::uint32_t> ends_;  // of each sequence in numbers_
  std::vector<Id> places_;           // a hash table, open addressed, at most half full
};

}  // namespace tacho::engine
