#include <thread>

#include "../answer_constraint.hpp"
#include "json-schema-to-grammar.h"
#include "stand.hpp"

namespace {

using namespace tacho::engine;
using namespace tacho::engine::tests;

const std::string kSchema =
    R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name"]})";
const std::string kAnswer = R"({"name":"Ada","age":36})";

std::shared_ptr<LlamaModel> model() {
  return std::make_shared<LlamaModel>(ModelOptions{.path = model_file("llama"), .gpu_layers = 0});
}

/// Masks and accepts the tokens of `kAnswer`.
void follow(const LlamaModel& model, AnswerConstraint& constraint) {
  std::vector<float> logits(model.token_trie()->vocabulary());
  for (const auto token : model.tokenize(kAnswer, false, false)) {
    std::ranges::fill(logits, 1.F);
    constraint.mask(logits);
    CHECK_EQUAL(logits[static_cast<std::size_t>(token)], 1.F);
    CHECK(constraint.allows(token));
    constraint.accept(token);
  }
  CHECK(constraint.can_end());
}

TEST(constraints_of_the_same_schema_or_its_grammar_share_one_grammar) {
  const auto shared = model();
  follow(*shared, *AnswerConstraint::of_schema(*shared, kSchema));
  const auto bytes = shared->grammars().bytes();
  const auto gbnf = json_schema_to_grammar(common_json::parse(kSchema));
  const auto again = AnswerConstraint::of_schema(*shared, kSchema);
  const auto same = AnswerConstraint::of_grammar(*shared, gbnf);
  follow(*shared, *again);
  follow(*shared, *same);
  CHECK_EQUAL(shared->grammars().size(), 1u);
  CHECK_EQUAL(shared->grammars().bytes(), bytes);  // nothing new was learned
}

TEST(constraints_that_are_no_grammar_are_not_kept) {
  const auto shared = model();
  for (int i = 0; i < 2; ++i) {
    try {
      AnswerConstraint::of_grammar(*shared, "root ::= (");
      CHECK(false);
    } catch (const std::exception& error) {
      CHECK_EQUAL(shared->grammars().size(), 0u);
    }
  }
}

TEST(constraints_of_one_model_are_used_by_the_threads_of_its_replicas) {
  const auto shared = model();
  const auto serve = [&shared] {
    for (int i = 0; i < 20; ++i) follow(*shared, *AnswerConstraint::of_schema(*shared, kSchema));
  };
  std::thread one(serve);
  std::thread other(serve);
  one.join();
  other.join();
  CHECK_EQUAL(shared->grammars().size(), 1u);
}

}  // namespace
