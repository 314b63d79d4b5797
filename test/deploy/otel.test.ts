import { describe, expect, test } from "vitest";
import { deployFiles, deployText, deployYaml, type Fields } from "./deploy-files.js";
import { knownSeries } from "./known-metrics.js";
import { needsYaml } from "./yaml.js";

interface Scrape {
  params: { dialect: string[] };
  metric_relabel_configs: { source_labels: string[]; action: string; regex: string }[];
}

interface Collector {
  receivers: { prometheus: { config: { scrape_configs: [Scrape] } } };
  processors: Fields;
  exporters: Fields;
  extensions: Fields;
  service: {
    extensions: string[];
    pipelines: Record<string, Record<"receivers" | "processors" | "exporters", string[]>>;
  };
}

const EXPORTERS = {
  "otel/azure-monitor.yml": "azuremonitor",
  "otel/cloudwatch.yml": "awsemf",
  "otel/google-cloud.yml": "googlemanagedprometheus",
} as const;

/** What the collector itself fills in, and the image's variables; no secret stands in a file. */
const ENVIRONMENT =
  /^(METRICS_TARGET(:-localhost:9090)?|TACHO_NODE_ID(:-default)?|AWS_REGION|GOOGLE_CLOUD_PROJECT|APPLICATIONINSIGHTS_CONNECTION_STRING)$/;

needsYaml();

const collectors = () =>
  [...deployYaml(deployFiles(/\.yml$/, "otel"))].map(
    ([path, [config]]) => [path, config as Collector] as const,
  );

describe("each collector", () => {
  test("is one of a cloud's", () => {
    const exporters = collectors().map(([path, { exporters }]) => [path, Object.keys(exporters)] as const);
    expect(Object.fromEntries(exporters.map(([path, names]) => [path, names.join()]))).toEqual(EXPORTERS);
  });

  test("declares what its pipelines name, and uses what it declares", () => {
    for (const [path, { service, ...declared }] of collectors()) {
      for (const part of ["receivers", "processors", "exporters"] as const) {
        const named = Object.values(service.pipelines).flatMap((pipeline) => pipeline[part]);
        expect(new Set(named), `${path}: ${part}`).toEqual(new Set(Object.keys(declared[part])));
      }
      expect(service.extensions, path).toEqual(Object.keys(declared.extensions));
    }
  });

  test("limits its memory before anything else, and sends in batches after everything else", () => {
    for (const [path, { service }] of collectors()) {
      const { processors } = service.pipelines.metrics!;
      expect([processors[0], processors.at(-1)], path).toEqual(["memory_limiter", "batch"]);
      expect(processors, path).toContain("resourcedetection");
    }
  });

  test("keeps metrics that there are, each word of its choice some", () => {
    const known = [...knownSeries().keys()];
    for (const [path, { receivers }] of collectors()) {
      const [{ params, metric_relabel_configs: relabels }] = receivers.prometheus.config.scrape_configs;
      expect(params, path).toEqual({ dialect: ["tacho"] });
      expect(relabels).toMatchObject([{ source_labels: ["__name__"], action: "keep" }]);
      for (const name of alternatives(relabels[0]!.regex)) expect(known, path).toContain(name);
    }
  });

  test("takes from the environment what differs, and holds no secret", () => {
    for (const [path] of collectors())
      for (const [, name] of deployText(path).matchAll(/\$\{env:([^}]+)\}/g))
        expect(name, path).toMatch(ENVIRONMENT);
  });
});

/** Every name that a choice of names matches; it has groups of choices, some of which may be left out. */
function alternatives(regex: string): string[] {
  const group = /\(([^()]*)\)(\??)/.exec(regex);
  const parts = topLevel(regex);
  if (parts.length > 1) return parts.flatMap(alternatives);
  if (!group) return [regex];
  const choices = [...group[1]!.split("|"), ...(group[2] ? [""] : [])];
  return choices.flatMap((choice) => alternatives(regex.replace(group[0], choice)));
}

function topLevel(regex: string): string[] {
  const depthAt = (at: number) =>
    regex.slice(0, at).replace(/[^(]/g, "").length - regex.slice(0, at).replace(/[^)]/g, "").length;
  const cuts = [...regex.matchAll(/\|/g)].map(({ index }) => index).filter((at) => depthAt(at) === 0);
  return [...cuts, regex.length].map((end, i) => regex.slice(i === 0 ? 0 : cuts[i - 1]! + 1, end));
}
