#include "protobuf_writer.hpp"

#include <bit>
#include <cstring>

namespace tacho::telemetry {
namespace {

constexpr std::uint32_t kVarint = 0;
constexpr std::uint32_t kFixed64 = 1;
constexpr std::size_t kLongestVarint = 10;

/// The bytes used.
std::size_t write_varint(char* out, std::uint64_t value) {
  std::size_t count = 0;
  for (; value >= 0x80; value >>= 7) out[count++] = static_cast<char>(value | 0x80);
  out[count++] = static_cast<char>(value);
  return count;
}

}  // namespace

void ProtobufWriter::varint(std::uint64_t value) {
  char bytes[kLongestVarint];
  out_.append(bytes, write_varint(bytes, value));
}

void ProtobufWriter::zigzag(std::int64_t value) {
  varint(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
}

void ProtobufWriter::integer(std::uint32_t field, std::uint64_t value) {
  varint(field << 3 | kVarint);
  varint(value);
}

void ProtobufWriter::signed_integer(std::uint32_t field, std::int64_t value) {
  varint(field << 3 | kVarint);
  zigzag(value);
}

void ProtobufWriter::number(std::uint32_t field, double value) {
  static_assert(std::endian::native == std::endian::little);
  char bytes[kLongestVarint + sizeof value];
  const auto count = write_varint(bytes, field << 3 | kFixed64);
  std::memcpy(bytes + count, &value, sizeof value);
  out_.append(bytes, count + sizeof value);
}

void ProtobufWriter::bytes(std::uint32_t field, std::string_view value) {
  varint(field << 3 | kLengthDelimited);
  varint(value.size());
  out_ += value;
}

void ProtobufWriter::put_length(std::size_t start, std::size_t length_bytes) {
  char bytes[kLongestVarint];
  const auto count = write_varint(bytes, out_.size() - start - length_bytes);
  if (count == length_bytes)
    std::memcpy(out_.data() + start, bytes, count);
  else
    out_.replace(start, length_bytes, bytes, count);
}

}  // namespace tacho::telemetry
