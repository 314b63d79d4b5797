#include "../cache_size.hpp"
#include "stand.hpp"

namespace {

using namespace tacho::engine;
using namespace tacho::engine::tests;

ContextOptions with_types(const char* keys, const char* values, const char* flash_attention) {
  return {.slots = 2, .flash_attention = flash_attention, .cache_type_k = keys, .cache_type_v = values};
}

std::string refusal(const ContextOptions& options) {
  try {
    Stand stand("llama", options);
    return "";
  } catch (const LoadError& error) {
    return error.what();
  }
}

TEST(a_cache_of_every_type_goes_on_after_a_cut) {
  const auto text = made_up_text(100);
  for (const auto* type : {"f32", "f16", "bf16", "q8_0", "q5_1", "q4_0", "iq4_nl"}) {
    Stand stand("llama", with_types(type, type, "auto"));
    const auto generated = stand.generate(0, text);
    const auto before = static_cast<std::int32_t>(text.size()) - 1;
    CHECK_EQUAL(stand.runtime().cut(0, before), before);
    CHECK(stand.generate(0, text, before) == generated);
  }
}

TEST(smaller_types_give_more_cells_for_the_same_memory) {
  const LlamaModel model({.path = model_file("llama"), .gpu_layers = 0});
  const auto cells = [&model](ggml_type type) {
    return cache_size(model.get(), {.sequences = 1'000'000, .types = {.keys = type, .values = type}}).cells;
  };
  CHECK(cells(GGML_TYPE_F16) >= 2 * cells(GGML_TYPE_F32) - 1);
  CHECK(cells(GGML_TYPE_Q8_0) > cells(GGML_TYPE_F16) * 18 / 10);
  CHECK(cells(GGML_TYPE_Q4_0) > cells(GGML_TYPE_F16) * 35 / 10);
}

TEST(types_that_cannot_be_used_are_refused_by_their_flag) {
  CHECK_EQUAL(refusal(with_types("f16", "q8_0", "off")),
              "--cache-type-v q8_0 needs flash attention; use --flash-attn auto or on");
  CHECK_EQUAL(refusal(with_types("q8_0", "f16", "off")), "");
  CHECK_EQUAL(refusal(with_types("q4_K", "f16", "auto")),
              "--cache-type-k q4_K stores blocks of 256 numbers, and a head of this model has 64; use f16");
  CHECK_EQUAL(refusal(with_types("f17", "f16", "auto")),
              "--cache-type-k: expected the name of a ggml type, received f17");
}

}  // namespace
