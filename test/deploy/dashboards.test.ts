import { expect, test } from "vitest";
import { deployFiles, deployText } from "./deploy-files.js";
import { withoutVariables } from "./queries.js";

const builder = new URL("../../deploy/grafana/build.mjs", import.meta.url).href;
const { buildFiles } = (await import(builder)) as { buildFiles: () => Promise<Map<string, string>> };

test("the committed dashboards are what the tables make (npm run dashboards)", async () => {
  const built = await buildFiles();
  const committed = [...deployFiles(/\.json$/, "grafana/dashboards"), "grafana/needs.json"];
  expect(committed.sort()).toEqual([...built.keys()].map((path) => `grafana/${path}`).sort());
  for (const [path, text] of built) expect(deployText(`grafana/${path}`), path).toBe(text);
});

test("variables of Grafana are filled in", () => {
  const expr = 'rate(a_total{job=~"$job",model=~"${model:regex}"}[$__rate_interval])';
  expect(withoutVariables(expr)).toBe('rate(a_total{job=~".*",model=~".*"}[1m])');
});
