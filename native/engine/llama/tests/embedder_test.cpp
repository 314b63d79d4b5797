#include <cmath>
#include <limits>

#include "../llama_embedder.hpp"
#include "stand.hpp"

namespace {

using namespace tacho::engine;
using tacho::engine::tests::made_up_text;
using tacho::engine::tests::model_file;

using Inputs = std::vector<std::vector<Token>>;

ModelOptions model(const std::string& name) { return {.path = model_file(name), .gpu_layers = 0}; }

/// By how much the shape of a batch moves a number of a vector of length 1, with weights in f32: attention
/// rounds to f16. With weights in q8_0 it was 1e-3.
constexpr float kRounding = 1e-4F;

/// Of different lengths.
Inputs made_up_inputs(std::uint32_t count) {
  Inputs inputs;
  for (std::uint32_t i = 0; i < count; ++i) {
    inputs.push_back(made_up_text(3 + static_cast<std::int32_t>(i * 37 % 90), i));
  }
  return inputs;
}

float distance(const std::vector<float>& one, const std::vector<float>& other) {
  CHECK_EQUAL(one.size(), other.size());
  float most = 0;
  for (std::size_t i = 0; i < one.size(); ++i) most = std::max(most, std::abs(one[i] - other[i]));
  return most;
}

/// Which error `inputs` give, and of which input.
std::pair<ErrorCode, std::size_t> refusal(LlamaEmbedder& embedder, const Inputs& inputs) {
  try {
    embedder.embed(inputs);
  } catch (const InputError& error) {
    return {error.code, error.input};
  }
  return {ErrorCode::none, 0};
}

std::string load_failure(const ModelOptions& options) {
  try {
    LlamaModel loaded(options);
    return "";
  } catch (const LoadError& error) {
    return error.what();
  }
}

TEST(vectors_have_length_one_and_are_the_same_every_time) {
  LlamaEmbedder embedder(model("bert"), {});
  const auto inputs = made_up_inputs(3);
  const auto vectors = embedder.embed(inputs);
  for (const auto& vector : vectors) {
    CHECK_EQUAL(static_cast<std::int32_t>(vector.size()), embedder.dimensions());
    double sum = 0;
    for (const double number : vector) sum += number * number;
    CHECK(std::abs(sum - 1) < 1e-4);
  }
  CHECK(vectors == embedder.embed(inputs));
  CHECK(distance(vectors[0], vectors[1]) > 1e-2F);
}

TEST(a_batch_gives_what_its_texts_give_alone) {
  for (const auto* name : {"bert", "qwen3-embedding"}) {
    LlamaEmbedder embedder(model(name), {});
    const auto inputs = made_up_inputs(8);
    const auto together = embedder.embed(inputs);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      CHECK(distance(together[i], embedder.embed(Inputs{inputs[i]}).front()) < kRounding);
    }
  }
}

TEST(more_texts_than_a_batch_holds_are_computed_in_several) {
  LlamaEmbedder whole(model("bert"), {});
  LlamaEmbedder pieces(model("bert"), {.batch_tokens = 100});
  const auto inputs = made_up_inputs(150);
  const auto wanted = whole.embed(inputs);
  const auto vectors = pieces.embed(inputs);
  CHECK_EQUAL(vectors.size(), inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) CHECK(distance(vectors[i], wanted[i]) < kRounding);
}

TEST(an_input_that_cannot_be_computed_is_named) {
  LlamaEmbedder embedder(model("bert"), {.batch_tokens = 100});
  const auto good = made_up_text(100);
  CHECK_EQUAL(embedder.context(), 100);
  CHECK(refusal(embedder, {good}) == std::pair(ErrorCode::none, std::size_t{0}));
  CHECK(refusal(embedder, {good, made_up_text(101)}) ==
        std::pair(ErrorCode::context_length_exceeded, std::size_t{1}));
  CHECK(refusal(embedder, {good, good, {}}) == std::pair(ErrorCode::invalid_prompt, std::size_t{2}));
  CHECK(refusal(embedder, {{-1}}) == std::pair(ErrorCode::invalid_prompt, std::size_t{0}));
}

TEST(a_text_that_can_never_fit_is_refused_before_it_is_tokenised) {
  LlamaEmbedder embedder(model("bert"), {.batch_tokens = 100});
  const auto code = [&embedder](std::size_t bytes) {
    try {
      embedder.check_length(3, bytes);
    } catch (const InputError& error) {
      CHECK_EQUAL(error.input, 3U);
      return error.code;
    }
    return ErrorCode::none;
  };
  CHECK(code(100 * embedder.model().longest_token()) == ErrorCode::none);
  CHECK(code(1'000'000) == ErrorCode::context_length_exceeded);
}

TEST(a_batch_beyond_bounds_is_refused) {
  for (const auto tokens : {-1, std::numeric_limits<std::int32_t>::max()}) {
    std::string message;
    try {
      LlamaEmbedder embedder(model("bert"), {.batch_tokens = tokens});
    } catch (const LoadError& error) {
      message = error.what();
    }
    CHECK_EQUAL(message,
                "expected the tokens of a batch to be 0 to 1048576, received " + std::to_string(tokens));
  }
}

TEST(documents_of_one_query_are_read_as_each_alone) {
  LlamaEmbedder embedder(model("bert-rank"), {});
  const std::vector<std::string> documents{"a river", "", "the price of bread"};
  const auto pairs = embedder.model().tokenize_pairs("where is bread sold", documents);
  CHECK_EQUAL(pairs.size(), documents.size());
  for (std::size_t i = 0; i < documents.size(); ++i) {
    CHECK(pairs[i] == embedder.model().tokenize_pair("where is bread sold", documents[i]));
  }
}

TEST(a_reranker_scores_pairs) {
  LlamaEmbedder embedder(model("bert-rank"), {});
  CHECK(embedder.model().kind() == ModelKind::rerank);
  Inputs pairs;
  for (const auto* document : {"a river", "the price of bread in the city", "yes"}) {
    pairs.push_back(embedder.model().tokenize_pair("where is bread sold", document));
  }
  const auto scores = embedder.rank(pairs);
  CHECK_EQUAL(scores.size(), 3U);
  CHECK(scores == embedder.rank(pairs));
  CHECK(std::abs(scores[0] - scores[1]) > 1e-3F);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(std::abs(embedder.rank(Inputs{pairs[i]}).front() - scores[i]) < 10 * kRounding);
  }
}

/// [CLS] query [SEP] document, as llama-server has it.
TEST(a_pair_has_the_marks_that_its_model_wants) {
  LlamaEmbedder embedder(model("bert-rank"), {});
  const auto* vocab = embedder.model().vocab();
  const auto pair = embedder.model().tokenize_pair("a", "b [SEP]");
  CHECK_EQUAL(pair.front(), llama_vocab_bos(vocab));
  CHECK_EQUAL(std::ranges::count(pair, llama_vocab_sep(vocab)), 1);
}

TEST(a_reranker_has_no_vectors_and_an_embedding_model_no_scores) {
  const auto failure = [](const char* name, auto use) -> std::string {
    LlamaEmbedder embedder(model(name), {});
    try {
      use(embedder, made_up_inputs(1));
      return "";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  };
  const auto embed = [](LlamaEmbedder& embedder, const Inputs& inputs) { embedder.embed(inputs); };
  const auto rank = [](LlamaEmbedder& embedder, const Inputs& inputs) { embedder.rank(inputs); };
  CHECK_EQUAL(failure("bert-rank", embed), "expected an embedding model, received a rerank model");
  CHECK_EQUAL(failure("bert", rank), "expected a rerank model, received an embedding model");
}

TEST(a_model_is_loaded_only_for_what_it_was_made_for) {
  CHECK_EQUAL(load_failure(model("bert")), "expected a text generation model, received an embedding model");
  CHECK_EQUAL(load_failure(model("bert-rank")), "expected a text generation model, received a rerank model");
  auto options = model("llama");
  options.generates = false;
  CHECK_EQUAL(load_failure(options),
              "expected an embedding or rerank model, received a text generation model");
}

}  // namespace
