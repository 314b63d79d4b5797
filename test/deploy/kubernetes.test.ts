import { describe, expect, test } from "vitest";
import { catalog } from "../../src/metrics/catalog.js";
import { deployFiles, deployText, deployYaml, type Fields, objectsIn } from "./deploy-files.js";
import { knownSeries } from "./known-metrics.js";
import { Kustomizations, type Resource } from "./kustomization.js";
import { wrongVariables } from "./tacho-variables.js";
import { needsYaml } from "./yaml.js";

const OVERLAYS = [
  "cpu",
  "gpu",
  "prometheus-operator",
  "autoscaling-hpa",
  "autoscaling-keda",
  "gateway",
] as const;

interface Container {
  ports: { name: string; containerPort: number }[];
  env: { name: string; value?: string }[];
  resources: { limits: Record<string, string> };
  securityContext: Fields;
  volumeMounts: { name: string; mountPath: string }[];
  lifecycle: { preStop: { sleep: { seconds: number } } };
  [probe: `${string}Probe`]: { httpGet: { path: string; port: string } };
}

interface Pod {
  metadata: { labels: Record<string, string>; annotations: Record<string, string> };
  spec: {
    containers: [Container];
    enableServiceLinks: boolean;
    terminationGracePeriodSeconds: number;
    securityContext: Fields;
    volumes: { name: string; emptyDir: { medium?: string } }[];
  };
}

class Overlay {
  static readonly #folders = new Map<string, Resource[]>();
  readonly resources: readonly Resource[];

  constructor(name: string) {
    const folders = Overlay.#folders;
    if (!folders.has(name)) folders.set(name, new Kustomizations().build(`kubernetes/overlays/${name}`));
    this.resources = folders.get(name)!;
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- what a kind consists of
  the<T>(kind: string): T {
    const found = this.resources.filter((resource) => resource.kind === kind);
    expect(found, kind).toHaveLength(1);
    return found[0]! as unknown as T;
  }

  get pod(): Pod {
    return this.the<{ spec: { template: Pod } }>("Deployment").spec.template;
  }

  get container(): Container {
    return this.pod.spec.containers[0];
  }

  get variables(): Map<string, string | undefined> {
    return new Map(this.container.env.map(({ name, value }) => [name, value]));
  }

  /** Labels that something asks for, but NetworkPolicy's peers and ServiceMonitors, which ask for others'. */
  get selectors(): Record<string, string>[] {
    const asked = (kind: string, of: (spec: Fields) => unknown) =>
      this.resources.filter((resource) => resource.kind === kind).map(({ spec }) => of(spec as Fields));
    const labels = (spec: Fields) => (spec.selector as Fields).matchLabels;
    return [
      ...["Deployment", "PodDisruptionBudget", "InferencePool"].flatMap((kind) => asked(kind, labels)),
      ...asked("Service", ({ selector }) => selector),
      ...asked("NetworkPolicy", ({ podSelector }) => (podSelector as Fields).matchLabels),
    ] as Record<string, string>[];
  }

  port(name: string): number | undefined {
    return this.container.ports.find((port) => port.name === name)?.containerPort;
  }
}

needsYaml();

describe("the manifests", () => {
  test("are all part of an overlay, but for what helm reads", () => {
    const kustomizations = new Kustomizations();
    for (const name of OVERLAYS) kustomizations.build(`kubernetes/overlays/${name}`);
    const unused = deployFiles(/\.yml$/, "kubernetes").filter((path) => !kustomizations.used.has(path));
    expect(unused).toEqual(["kubernetes/components/autoscaling-hpa/prometheus-adapter-values.yml"]);
  });

  test("hold the rules as they are (npm run manifests)", async () => {
    const builder = new URL("../../deploy/kubernetes/build.mjs", import.meta.url).href;
    const { buildRules } = (await import(builder)) as { buildRules: () => string };
    expect(deployText("kubernetes/components/prometheus-operator/rules.yml")).toBe(buildRules());
  });
});

describe("each overlay", () => {
  test("selects the pods that it makes", () => {
    for (const name of OVERLAYS) {
      const overlay = new Overlay(name);
      expect(overlay.selectors.length, name).toBeGreaterThanOrEqual(4);
      for (const selector of overlay.selectors)
        expect(overlay.pod.metadata.labels, name).toMatchObject(selector);
    }
  });

  test("names ports that the container has, and the server listens on", () => {
    for (const name of OVERLAYS) {
      const overlay = new Overlay(name);
      const { container, pod, variables } = overlay;
      const service = overlay.the<{ spec: { ports: { targetPort: string }[] } }>("Service");
      const policy = overlay.the<{ spec: { ingress: { ports: { port: string }[] }[] } }>("NetworkPolicy");
      const named = [
        ...service.spec.ports.map(({ targetPort }) => targetPort),
        ...policy.spec.ingress.flatMap(({ ports }) => ports.map(({ port }) => port)),
        ...["startupProbe", "readinessProbe", "livenessProbe"].map(
          (probe) => container[probe as `${string}Probe`]!.httpGet.port,
        ),
      ];
      for (const port of named) expect(overlay.port(port), `${name}: ${port}`).toBeDefined();
      expect(variables.get("TACHO_PORT")).toBe(String(overlay.port("http")));
      expect(variables.get("TACHO_METRICS_PORT")).toBe(String(overlay.port("metrics")));
      expect(pod.metadata.annotations["prometheus.io/port"]).toBe(String(overlay.port("metrics")));
    }
  });

  test("sets only variables that are settings, to what they may be", () => {
    for (const name of OVERLAYS) expect(wrongVariables(new Overlay(name).variables), name).toEqual([]);
  });

  test("asks the health routes that there are", () => {
    const probes = catalog.metrics.healthChecks.labels.probe.map((probe) => `/${probe}`);
    for (const name of OVERLAYS)
      for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"] as const)
        expect(probes, name).toContain(new Overlay(name).container[probe]!.httpGet.path);
  });

  test("leaves a pod the time to drain, and no more rights than it needs", () => {
    for (const name of OVERLAYS) {
      const { pod, container, variables } = new Overlay(name);
      const drain = Number(variables.get("TACHO_DRAIN_SECONDS")) + container.lifecycle.preStop.sleep.seconds;
      expect(pod.spec.terminationGracePeriodSeconds, name).toBeGreaterThan(drain);
      expect(pod.spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      expect(container.securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      expect(container.resources.limits.memory, name).toBeDefined();
    }
  });

  test("has shared memory for the telemetry, and no variable that Kubernetes sets for a Service called tacho", () => {
    for (const name of OVERLAYS) {
      const { pod, container } = new Overlay(name);
      const { name: volume } = container.volumeMounts.find(({ mountPath }) => mountPath === "/dev/shm")!;
      expect(pod.spec.volumes.find((one) => one.name === volume)!.emptyDir.medium).toBe("Memory");
      expect(pod.spec.enableServiceLinks, name).toBe(false);
    }
  });
});

test("the GPU's overlay asks for a GPU, the CPU's for none", () => {
  expect(new Overlay("gpu").container.resources.limits["nvidia.com/gpu"]).toBe("1");
  expect(new Overlay("gpu").variables.get("TACHO_GPU")).toBe("cuda");
  expect(new Overlay("cpu").container.resources.limits).not.toHaveProperty("nvidia.com/gpu");
});

describe("the Prometheus operator", () => {
  test("finds the Service and its port, with the jobs that the rules ask for", () => {
    const overlay = new Overlay("prometheus-operator");
    const monitor = overlay.the<{ spec: { selector: Fields; endpoints: Fields[] } }>("ServiceMonitor");
    const service = overlay.the<{ metadata: { labels: Fields }; spec: { ports: { name: string }[] } }>(
      "Service",
    );
    expect(service.metadata.labels).toMatchObject(monitor.spec.selector.matchLabels as Fields);
    const ports = service.spec.ports.map(({ name }) => name);
    for (const { port } of monitor.spec.endpoints) expect(ports).toContain(port);
    const scraped = deployYaml(["prometheus/prometheus.yml"]).get("prometheus/prometheus.yml")![0] as Fields;
    const jobs = (scraped.scrape_configs as Fields[]).map(({ job_name }) => job_name);
    for (const { params, relabelings } of monitor.spec.endpoints as {
      params: Fields;
      relabelings: Fields[];
    }[]) {
      expect(relabelings).toEqual([{ targetLabel: "job", replacement: (params.dialect as string[])[0] }]);
      expect(jobs).toContain(relabelings[0]!.replacement);
    }
  });
});

describe("autoscaling", () => {
  test.each([
    ["autoscaling-hpa", "HorizontalPodAutoscaler"],
    ["autoscaling-keda", "ScaledObject"],
  ])("%s scales the Deployment, which no longer says how many", (name, kind) => {
    const overlay = new Overlay(name);
    const scaler = overlay.the<{ spec: { scaleTargetRef: { name: string } } }>(kind);
    const deployment = overlay.the<{ metadata: { name: string }; spec: Fields }>("Deployment");
    expect(scaler.spec.scaleTargetRef.name).toBe(deployment.metadata.name);
    expect(deployment.spec).not.toHaveProperty("replicas");
  });

  test("the autoscaler's metrics are what the adapter makes", () => {
    const path = "kubernetes/components/autoscaling-hpa/prometheus-adapter-values.yml";
    const adapter = [...objectsIn(deployYaml([path]).get(path))].map(({ as }) => as).filter(Boolean);
    const asked = [...objectsIn(new Overlay("autoscaling-hpa").the("HorizontalPodAutoscaler"))]
      .filter(({ metric }) => metric !== undefined)
      .map(({ metric }) => (metric as Fields).name);
    expect(asked.sort()).toEqual(adapter.sort());
  });
});

describe("the gateway", () => {
  const path = "kubernetes/components/gateway/endpoint-picker.yml";
  /** Its labels hold lists of adapters, for /metrics/gateway alone. */
  const ONLY_THERE = "vllm:lora_requests_info";

  test("routes to the pool, and the pool to the server's port", () => {
    const overlay = new Overlay("gateway");
    const pool = overlay.the<{ metadata: Fields; spec: { targetPorts: { number: number }[] } }>(
      "InferencePool",
    );
    expect(pool.spec.targetPorts).toEqual([{ number: overlay.port("http") }]);
    const backends = [...objectsIn(overlay.the("HTTPRoute"))].filter(({ kind }) => kind === "InferencePool");
    expect(backends.map(({ name }) => name)).toEqual([pool.metadata.name]);
  });

  test("its endpoint picker names plugins that it declares, and metrics that there are", () => {
    const documents = deployYaml([path]).get(path)!;
    const [{ plugins }] = documents as [{ plugins: { type: string; parameters?: Fields }[] }];
    const types = plugins.map(({ type }) => type);
    const refs = [...objectsIn(documents)].map(({ pluginRef }) => pluginRef).filter(Boolean);
    expect(new Set(refs)).toEqual(new Set(types));
    const source = plugins.find(({ type }) => type === "metrics-data-source")!.parameters;
    expect(source).toMatchObject({ path: "/metrics/gateway", port: new Overlay("gateway").port("metrics") });
    const specs = [...objectsIn(documents)].flatMap((object) =>
      Object.entries(object).filter(([key]) => key.endsWith("Spec")),
    );
    const known = knownSeries();
    const unknown = specs.map(([, metric]) => metric as string).filter((metric) => !known.has(metric));
    expect(unknown).toEqual([ONLY_THERE]);
    expect(specs).toHaveLength(5);
  });
});
