// Rules that would have to be entered without end before they read anything.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gbnf_rules.hpp"

namespace tacho::engine {

/// A rule that begins with itself, be it through others or behind what may be empty.
///
/// A rule that ends with itself behind something empty is none of them: to enter it again adds nothing, as
/// with (a?)*, which is x ::= y x | where y may be empty. llama.cpp refuses this where it sees that y may be
/// empty.
std::optional<std::uint32_t> left_recursive_rule(const std::vector<GbnfRule>& rules);

}  // namespace tacho::engine
