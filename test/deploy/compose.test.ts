import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DEPLOY, deployText, deployYaml, type Fields } from "./deploy-files.js";
import { wrongVariables } from "./tacho-variables.js";
import { needsYaml, parseYaml } from "./yaml.js";

interface Service {
  image: string;
  user: string;
  environment?: Record<string, string>;
  ports: string[];
  volumes: string[];
  configs?: { source: string; target: string }[];
  healthcheck: { test: string[] };
  depends_on?: Record<string, Fields>;
  read_only: boolean;
  cap_drop: string[];
  stop_grace_period?: string;
}

interface Compose {
  services: Record<"tacho" | "prometheus" | "grafana", Service>;
  volumes: Fields;
  configs: Record<string, { content: string }>;
}

needsYaml();

const compose = () => deployYaml(["compose.yml"]).get("compose.yml")![0] as Compose;

test("every image has a version, and every service a health check, a user and no rights to spare", () => {
  const { services } = compose();
  expect(Object.keys(services)).toEqual(["tacho", "prometheus", "grafana"]);
  for (const [name, service] of Object.entries(services)) {
    expect(service.image, name).toMatch(/^[\w/]+:(v?\d+\.\d+\.\d+|local)$/);
    expect(service.user, name).toMatch(/^[1-9]\d*:\d+$/);
    expect(service.healthcheck.test[0], name).toBe("CMD");
    expect(service, name).toMatchObject({ read_only: true, cap_drop: ["ALL"] });
  }
});

test("every mount is a file of the repository or a declared volume", () => {
  const { services, volumes } = compose();
  const mounts = Object.values(services).flatMap((service) => service.volumes);
  for (const mount of mounts) {
    const [source, , mode] = mount.split(":") as [string, string, string?];
    if (!source.startsWith(".")) expect(volumes, mount).toHaveProperty(source);
    else expect([existsSync(join(DEPLOY, source)), mode], mount).toEqual([true, "ro"]);
  }
  expect(mounts.filter((mount) => mount.startsWith("."))).toHaveLength(4);
});

test("ports are open to this machine alone", () => {
  for (const { ports } of Object.values(compose().services))
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
});

test("tacho's variables are settings, and it may drain before it is killed", () => {
  const { environment = {}, stop_grace_period = "" } = compose().services.tacho;
  expect(wrongVariables(new Map(Object.entries(environment)))).toEqual([]);
  expect(parseInt(stop_grace_period)).toBeGreaterThan(Number(environment.TACHO_DRAIN_SECONDS));
});

test("Prometheus scrapes tacho's --metrics-port with our rules", () => {
  const { services, configs } = compose();
  const { prometheus, tacho } = services;
  const [scrapeFile] = [...deployYaml(["prometheus/prometheus.yml"]).values()] as [[Fields]];
  const targets = parseYaml([configs.targets!.content])[0]![0];
  expect(targets).toEqual([{ targets: [`tacho:${tacho.environment!.TACHO_METRICS_PORT}`] }]);
  expect(prometheus.configs).toEqual([{ source: "targets", target: "/etc/prometheus/targets.yml" }]);
  expect(scrapeFile[0].rule_files).toEqual(["rules/*.yml"]);
  expect(deployText("prometheus/prometheus.yml")).toContain("files: [targets.yml]");
});

test("Grafana finds its data source, its dashboards and its home", () => {
  const { grafana } = compose().services;
  const mounted = new Map(
    grafana.volumes.map((mount) => mount.split(":") as [string, string]).map(([a, b]) => [b, a]),
  );
  const inRepository = (path: string) => {
    const folder = [...mounted.keys()].find((target) => path.startsWith(target))!;
    return join(DEPLOY, path.replace(folder, mounted.get(folder)!));
  };
  const provisioning = "grafana/provisioning";
  const [sources, providers] = ["datasources/prometheus.yml", "dashboards/tacho.yml"].map((file) => {
    const path = `${provisioning}/${file}`;
    return deployYaml([path]).get(path)![0] as Fields;
  }) as [{ datasources: Fields[] }, { providers: { options: { path: string } }[] }];
  expect(sources.datasources).toMatchObject([
    { type: "prometheus", url: "http://prometheus:9090", isDefault: true },
  ]);
  expect(statSync(inRepository(providers.providers[0]!.options.path)).isDirectory()).toBe(true);
  expect(existsSync(inRepository(grafana.environment!.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH!))).toBe(
    true,
  );
  expect(Object.keys(grafana.depends_on!)).toEqual(["prometheus"]);
});

test("Grafana counts on the interval at which Prometheus scrapes", () => {
  const [prometheus, grafana] = [
    "prometheus/prometheus.yml",
    "grafana/provisioning/datasources/prometheus.yml",
  ].map((path) => deployYaml([path]).get(path)![0]) as [
    { global: Fields },
    { datasources: [{ jsonData: Fields }] },
  ];
  expect(grafana.datasources[0].jsonData.timeInterval).toBe(prometheus.global.scrape_interval);
});
