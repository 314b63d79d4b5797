import { basename } from "node:path";
import type { Facts } from "../facts.js";
import { failure, notApplicable, ok, warning, type Check, type Finding } from "../finding.js";
import type { ModelFact } from "../model-facts.js";
import { shownBytes } from "../sizes.js";

const RESTORE = "It comes with the repository and the package: git checkout models, or install tacho again.";

function defaultModel({ defaultModel: fact, models }: Facts): Finding {
  if (fact.problem === null) return ok(shownModel(fact));
  return models.length > 0 ? warning(fact.problem, RESTORE) : failure(fact.problem, RESTORE);
}

function givenModels({ models }: Facts): Finding {
  if (models.length === 0) return notApplicable("--model is not given: the default model is served");
  const problem = models.map((model) => model.problem).find((one) => one !== null);
  if (problem !== undefined)
    return failure(problem, "Give the path of a GGUF file, or a URI such as hf:user/model:Q4_K_M.");
  return ok(models.map(shownModel).join(", "));
}

function shownModel({ model, download, bytes }: ModelFact): string {
  return download
    ? `${model} (from the network, or kept by an earlier start)`
    : `${basename(model)} (${shownBytes(bytes)})`;
}

/** Whether the models are there. */
export const MODEL_CHECKS: readonly Check[] = [
  { id: "default-model", title: "default model", run: defaultModel },
  { id: "model", title: "model", run: givenModels },
];
