#include "token_trie.hpp"

#include <algorithm>
#include <array>
#include <atomic>

namespace tacho::engine {

namespace {

std::uint64_t next_number() {
  static std::atomic<std::uint64_t> numbers{0};
  return ++numbers;
}

constexpr unsigned group_of(unsigned byte) {
  if (byte == 0) return 0;
  if (byte == '\t') return 1;
  if (byte == '\n') return 2;
  if (byte == '\r') return 3;
  if (byte < ' ' || byte == 0x7F) return 4;
  if (byte == ' ') return 5;
  if ('0' <= byte && byte <= '9') return 6;
  if ('a' <= byte && byte <= 'z') return byte <= 'f' ? 7 : 8;
  if ('A' <= byte && byte <= 'Z') return byte <= 'F' ? 9 : 10;
  // The 32 signs, in four runs.
  if (byte < '0') return 11 + byte - '!';
  if (byte < 'A') return 26 + byte - ':';
  if (byte < 'a') return 33 + byte - '[';
  return 39 + byte - '{';
}

constexpr auto kGroups = [] {
  std::array<std::uint8_t, 128> groups{};
  for (unsigned byte = 0; byte < 128; ++byte) groups[byte] = static_cast<std::uint8_t>(group_of(byte));
  return groups;
}();

}  // namespace

unsigned ByteGroups::of(std::uint8_t byte) { return kGroups[byte]; }

TokenTrie::TokenTrie(std::vector<std::string> texts, std::span<const Token> ends)
    : texts_(std::move(texts)),
      is_end_(texts_.size()),
      token_bits_((texts_.size() + 63) / 64),
      number_(next_number()) {
  for (const auto token : ends) {
    if (!knows(token) || is_end(token)) continue;
    ends_.push_back(token);
    is_end_[static_cast<std::size_t>(token)] = true;
    texts_[static_cast<std::size_t>(token)].clear();
  }
  for (std::size_t token = 0; token < texts_.size(); ++token) {
    if (texts_[token].starts_with('\0')) texts_[token].clear();
    if (texts_[token].empty()) continue;
    tokens_.push_back(static_cast<Token>(token));
    token_bits_[token / 64] |= 1ULL << (token % 64);
  }
  std::sort(tokens_.begin(), tokens_.end(), [this](Token a, Token b) { return text(a) < text(b); });
  add_nodes();
  add_bytes_below();
}

void TokenTrie::add_nodes() {
  nodes_.push_back({});
  std::vector<std::uint32_t> path{0};  // from the root to the text before
  const auto leave_to = [&](std::size_t depth) {
    for (; path.size() > depth + 1; path.pop_back()) {
      nodes_[path.back()].behind = static_cast<std::uint32_t>(nodes_.size());
    }
  };
  std::string_view before;
  for (std::uint32_t i = 0; i < tokens_.size(); ++i) {
    const auto next = text(tokens_[i]);
    const auto differs = std::mismatch(before.begin(), before.end(), next.begin(), next.end()).second;
    const auto shared = static_cast<std::size_t>(differs - next.begin());
    leave_to(shared);
    for (auto depth = shared; depth < next.size(); ++depth) {
      path.push_back(static_cast<std::uint32_t>(nodes_.size()));
      nodes_.push_back({.first_token = i,
                        .depth = static_cast<std::uint32_t>(depth + 1),
                        .byte = static_cast<std::uint8_t>(next[depth])});
    }
    depth_ = std::max(depth_, next.size());
    before = next;
  }
  leave_to(0);
  nodes_[0].behind = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back({.first_token = static_cast<std::uint32_t>(tokens_.size())});
}

void TokenTrie::add_bytes_below() {
  std::vector<ByteGroups::Set> own(nodes_.size());
  std::vector<std::uint32_t> parents(nodes_.size());
  std::vector<std::uint32_t> path(depth_ + 1);
  std::vector<Utf8Place> places(depth_ + 1, Utf8Place::between);
  for (std::uint32_t i = 1; i + 1 < nodes_.size(); ++i) {
    const auto& node = nodes_[i];
    const auto before = places[node.depth - 1];
    const auto place = places[node.depth] = next_place(before, node.byte);
    if (node.byte < 0x80)
      own[i] = 1ULL << ByteGroups::of(node.byte);
    else if (place != Utf8Place::invalid)
      own[i] = ByteGroups::kCharacters;
    if (place == Utf8Place::invalid) own[i] |= ByteGroups::kInvalid;
    parents[i] = path[node.depth - 1];
    path[node.depth] = i;
  }
  for (auto i = nodes_.size() - 2; i > 0; --i) nodes_[parents[i]].below |= own[i] | nodes_[i].below;
}

}  // namespace tacho::engine
