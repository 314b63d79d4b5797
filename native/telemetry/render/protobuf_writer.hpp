#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tacho::telemetry {

/// Appends fields in Protocol Buffers' wire format.
class ProtobufWriter {
 public:
  explicit ProtobufWriter(std::string& out) : out_(out) {}

  void integer(std::uint32_t field, std::uint64_t value);
  void signed_integer(std::uint32_t field, std::int64_t value);
  void number(std::uint32_t field, double value);
  void bytes(std::uint32_t field, std::string_view value);

  /// What `write` appends is the message.
  template <typename F>
  void message(std::uint32_t field, F&& write) {
    varint(field << 3 | kLengthDelimited);
    delimited(1, write);
  }

  /// What `write` appends, preceded by its length. `length_bytes` is a guess at what the length takes: when
  /// it is wrong, the rest is moved.
  template <typename F>
  void delimited(std::size_t length_bytes, F&& write) {
    const auto start = out_.size();
    out_.append(length_bytes, '\0');
    write();
    put_length(start, length_bytes);
  }

  void varint(std::uint64_t value);
  void zigzag(std::int64_t value);

 private:
  static constexpr std::uint32_t kLengthDelimited = 2;

  void put_length(std::size_t start, std::size_t length_bytes);

  std::string& out_;
};

}  // namespace tacho::telemetry
