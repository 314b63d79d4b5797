#include "stand.hpp"

namespace {

using namespace tacho::engine;
using namespace tacho::engine::tests;

const auto kText = made_up_text(40);

ModelOptions with_adapters(const std::vector<AdapterOptions>& adapters) {
  return {.path = model_file("llama"), .gpu_layers = 0, .adapters = adapters};
}

AdapterOptions adapter(const std::string& name, float scale = 1) {
  return {.name = name, .path = model_file("llama-adapter"), .scale = scale};
}

std::vector<Token> generated(Stand& stand, std::int32_t with) {
  stand.runtime().cut(0, 0);
  stand.runtime().use_adapter(with);
  return stand.generate(0, kText);
}

/// Why a model with `adapters` cannot be loaded.
std::string refusal(const std::vector<AdapterOptions>& adapters) {
  try {
    LlamaModel model(with_adapters(adapters));
    return "";
  } catch (const LoadError& error) {
    return error.what();
  }
}

TEST(an_adapter_changes_what_is_generated_until_another_is_used) {
  Stand stand(with_adapters({adapter("whole"), adapter("twice", 2), adapter("none", 0)}));
  const auto plain = generated(stand, -1);
  const auto whole = generated(stand, 0);
  const auto twice = generated(stand, 1);
  CHECK(whole != plain);
  CHECK(twice != plain);
  CHECK(twice != whole);
  CHECK(generated(stand, 2) == plain);
  CHECK(generated(stand, 0) == whole);
  CHECK(generated(stand, -1) == plain);
}

TEST(adapters_are_found_by_name) {
  const LlamaModel model(with_adapters({adapter("one"), adapter("two")}));
  CHECK_EQUAL(model.adapters().index_of("two").value_or(-1), 1);
  CHECK(!model.adapters().index_of("three"));
}

TEST(an_adapter_that_cannot_be_used_is_refused_with_its_file_and_the_reason) {
  CHECK_EQUAL(refusal({adapter("same"), adapter("same")}), "two LoRA adapters are named same");
  const auto missing = refusal({{.name = "missing", .path = "/nowhere/adapter.gguf"}});
  CHECK(missing.find("/nowhere/adapter.gguf cannot be used: ") != std::string::npos);
  CHECK(missing.find("No such file") != std::string::npos);
  const auto model = refusal({{.name = "model", .path = model_file("llama")}});
  CHECK(model.find("expect general.type to be 'adapter'") != std::string::npos);
}

}  // namespace
