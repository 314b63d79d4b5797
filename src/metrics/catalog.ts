import { defineCatalog } from "../telemetry/index.js";
import { engineMetrics } from "./catalog/engine.js";
import { guardrailMetrics } from "./catalog/guardrails.js";
import { httpMetrics } from "./catalog/http.js";
import { modelMetrics } from "./catalog/models.js";
import { nodeMetrics } from "./catalog/node.js";
import { requestMetrics } from "./catalog/requests.js";
import { sessionMetrics } from "./catalog/sessions.js";
import { stageMetrics } from "./catalog/stages.js";

export { OUTCOMES, REJECTIONS, type Outcome, type Rejection } from "./catalog/requests.js";
export { STAGES, type Stage } from "./catalog/stages.js";

/** Every metric this server records. A metric is declared in one of these, once, and nowhere else. */
export const catalog = defineCatalog({
  ...httpMetrics,
  ...requestMetrics,
  ...stageMetrics,
  ...sessionMetrics,
  ...guardrailMetrics,
  ...engineMetrics,
  ...modelMetrics,
  ...nodeMetrics,
});
