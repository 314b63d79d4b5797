#include "left_recursion.hpp"

#include <algorithm>
#include <span>

namespace tacho::engine {

namespace {

using Kind = GrammarElement::Kind;
using Rules = std::vector<GbnfRule>;

/// Calls `see(rule, elements)` for each alternative; its end is not among the elements.
template <typename See>
void each_alternative(const Rules& rules, See see) {
  for (std::uint32_t rule = 0; rule < rules.size(); ++rule) {
    std::span<const GrammarElement> rest = rules[rule].elements;
    while (!rest.empty()) {
      const auto end =
          std::find_if(rest.begin(), rest.end(), [](const auto& e) { return e.kind == Kind::end; });
      const auto size = static_cast<std::size_t>(end - rest.begin());
      see(rule, rest.first(size));
      rest = rest.subspan(size + 1);
    }
  }
}

/// Which rules may be empty. Each alternative of rules alone counts down those of which that is not yet
/// known.
std::vector<bool> empty_rules(const Rules& rules) {
  struct Alternative {
    std::uint32_t rule;
    std::size_t unknown;
  };
  std::vector<Alternative> alternatives;
  std::vector<std::vector<std::uint32_t>> uses(rules.size());  // indices in `alternatives`
  std::vector<bool> empty(rules.size());
  std::vector<std::uint32_t> found;
  const auto may_be_empty = [&](std::uint32_t rule) {
    if (!empty[rule]) found.push_back(rule);
    empty[rule] = true;
  };
  each_alternative(rules, [&](std::uint32_t rule, std::span<const GrammarElement> elements) {
    if (elements.empty()) may_be_empty(rule);
    const auto is_rule = [](const GrammarElement& element) { return element.kind == Kind::rule; };
    if (!std::all_of(elements.begin(), elements.end(), is_rule)) return;
    for (const auto& element : elements) {
      uses[element.value].push_back(static_cast<std::uint32_t>(alternatives.size()));
    }
    alternatives.push_back({rule, elements.size()});
  });
  while (!found.empty()) {
    const auto rule = found.back();
    found.pop_back();
    for (const auto use : uses[rule]) {
      if (--alternatives[use].unknown == 0) may_be_empty(alternatives[use].rule);
    }
  }
  return empty;
}

struct Edge {
  std::uint32_t to;
  bool adds_nothing;  // when it closes a circle
};
using Graph = std::vector<std::vector<Edge>>;

/// From each rule to those that may come first in it.
Graph first_rules(const Rules& rules) {
  const auto empty = empty_rules(rules);
  Graph graph(rules.size());
  each_alternative(rules, [&](std::uint32_t rule, std::span<const GrammarElement> elements) {
    for (std::size_t i = 0; i < elements.size() && elements[i].kind == Kind::rule; ++i) {
      graph[rule].push_back({elements[i].value, i > 0 && i + 1 == elements.size()});
      if (!empty[elements[i].value]) return;
    }
  });
  return graph;
}

/// Tarjan's components, with a stack of its own: a client chooses how long the paths are.
class Components {
 public:
  explicit Components(const Graph& graph) : graph_(graph), of_(graph.size(), 0), order_(graph.size(), 0) {
    for (std::uint32_t rule = 0; rule < graph.size(); ++rule) {
      if (order_[rule] == 0) visit(rule);
    }
  }
  std::uint32_t of(std::uint32_t rule) const { return of_[rule]; }

 private:
  struct Visit {
    std::uint32_t rule;
    std::size_t next;  // of its edges
    std::uint32_t lowest;
  };

  void visit(std::uint32_t first) {
    enter(first);
    while (!path_.empty()) {
      auto& [rule, next, lowest] = path_.back();
      if (next == graph_[rule].size()) {
        leave();
        continue;
      }
      const auto to = graph_[rule][next++].to;
      if (order_[to] == 0) {
        enter(to);
      } else if (of_[to] == 0) {
        lowest = std::min(lowest, order_[to]);
      }
    }
  }

  void enter(std::uint32_t rule) {
    order_[rule] = ++entered_;
    members_.push_back(rule);
    path_.push_back({rule, 0, entered_});
  }

  void leave() {
    const auto [rule, next, lowest] = path_.back();
    path_.pop_back();
    if (!path_.empty()) path_.back().lowest = std::min(path_.back().lowest, lowest);
    if (lowest != order_[rule]) return;
    ++components_;
    while (of_[rule] == 0) {
      of_[members_.back()] = components_;
      members_.pop_back();
    }
  }

  const Graph& graph_;
  std::vector<std::uint32_t> of_;     // 0: not yet known
  std::vector<std::uint32_t> order_;  // 0: not yet entered
  std::vector<std::uint32_t> members_;
  std::vector<Visit> path_;
  std::uint32_t entered_ = 0;
  std::uint32_t components_ = 0;
};

}  // namespace

std::optional<std::uint32_t> left_recursive_rule(const std::vector<GbnfRule>& rules) {
  const auto graph = first_rules(rules);
  const Components components(graph);
  for (std::uint32_t rule = 0; rule < rules.size(); ++rule) {
    for (const auto& [to, adds_nothing] : graph[rule]) {
      if (!adds_nothing && components.of(to) == components.of(rule)) return rule;
    }
  }
  return std::nullopt;
}

}  // namespace tacho::engine
