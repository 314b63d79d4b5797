import { MODEL } from "./promql.mjs";

const job = (of) => ({ name: "job", of });
const instance = (of) => ({ name: "instance", of, where: 'job=~"$job"' });
const model = (of, label) => ({ name: "model", label, of, where: 'job=~"$job",instance=~"$instance"' });

/** Which servers, told by a metric that each of them shows. */
export const servers = (of) => [job(of), instance(of)];

/** Which of their models, told by a metric of each; `label` where its name is not "model". */
export const serversAndModels = (of, { models = of, label } = {}) => [...servers(of), model(models, label)];

export const TACHO = serversAndModels("tacho_build_info", { models: "tacho_model_info" });

export const ENGINE_HOST_ENDED = {
  name: "Engine host ended",
  expr: `sum by (model) (increase(tacho_engine_host_failures_total{${MODEL}}[$__rate_interval])) > 0`,
  title: "An engine host of {{model}} ended unasked",
  color: "red",
};
