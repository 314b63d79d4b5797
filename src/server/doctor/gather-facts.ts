import { dirname } from "node:path";
import type {
  LoadedBackEnds,
  LibraryChoice,
  LibraryFindings,
  LibraryQuestion,
  LibraryVariant,
} from "../../engine/library-findings.js";
import { openFilesLimit } from "../../telemetry/runtime/open-files.js";
import { segmentFolder } from "../../telemetry/segment/segment-path.js";
import { namedModels } from "../model-setting.js";
import { NODE_VERSIONS } from "../package-info.js";
import { prepare } from "../preparation.js";
import { startProblem } from "../start-problem.js";
import { SETTINGS, type Settings } from "../settings.js";
import type { Facts } from "./facts.js";
import type { NvmlFacts, SegmentFact, TelemetryQuestion } from "./gpu-facts.js";
import { folderFact, memoryFact, portFact, processorFact, type PortFact } from "./host-facts.js";
import { modelFact, type ModelFact } from "./model-facts.js";
import { kernelDriver } from "./kernel-driver.js";
import { probe, type Probed } from "./probe.js";

/** The modules that are run as processes of their own. */
const LIBRARY_PROBE = new URL("../../engine/library-probe.js", import.meta.url);
const TELEMETRY_PROBE = new URL("./telemetry-probe.js", import.meta.url);

const NO_CPU_LIBRARIES = { problem: "there are no libraries for the CPU to load", kind: "refused" } as const;

const ofLibraries = <T>(question: LibraryQuestion) => probe<T>(LIBRARY_PROBE, question);
const ofTelemetry = <T>(question: TelemetryQuestion) => probe<T>(TELEMETRY_PROBE, question);

/** Looks at the machine, in a few seconds. @throws UsageError for settings that contradict. */
export async function gatherFacts(settings: Settings, env: NodeJS.ProcessEnv): Promise<Facts> {
  const named = settings.model === SETTINGS.model.default ? [] : namedModels(settings);
  const [libraries, choice, segment, nvml, ports, problem, defaultModel, models] = await Promise.all([
    ofLibraries<LibraryFindings>({ kind: "find" }).then(withLoaded),
    ofLibraries<LibraryChoice>({ kind: "choose", gpu: settings.gpu }),
    ofTelemetry<SegmentFact>({ kind: "segment" }),
    ofTelemetry<NvmlFacts>({ kind: "gpus" }),
    portFacts(settings),
    settingsProblem(settings, env),
    modelFact(SETTINGS.model.default),
    Promise.all(named.map(({ model }): Promise<ModelFact> => modelFact(model))),
  ]);
  return {
    settings,
    settingsProblem: problem,
    node: { version: process.versions.node, expected: NODE_VERSIONS },
    segment,
    segmentFolder: folderFact(settings.metricsFile === "" ? segmentFolder() : dirname(settings.metricsFile)),
    ...libraries,
    choice,
    nvml,
    kernelDriver: kernelDriver(),
    openFiles: openFilesLimit(),
    ports,
    processor: processorFact(),
    memory: memoryFact(),
    defaultModel,
    models,
  };
}

/** What `serve` would refuse; null where it would not. */
function settingsProblem(settings: Settings, env: NodeJS.ProcessEnv): Promise<string | null> {
  return prepare(settings, env).then(() => null, startProblem);
}

function portFacts({ host, port, metricsPort }: Settings): Promise<PortFact[]> {
  const wanted: [string, number][] = [["port", port]];
  if (metricsPort !== 0) wanted.push(["metrics-port", metricsPort]);
  return Promise.all(wanted.map(([flag, number]) => portFact(flag, host, number)));
}

/** What is installed, and what of it can be loaded. */
async function withLoaded(libraries: Probed<LibraryFindings>): Promise<Pick<Facts, "libraries" | "devices">> {
  const devicesOf = (variant: LibraryVariant) => {
    const directory = "value" in libraries ? libraries.value.directories[variant] : null;
    return directory === null ? null : ofLibraries<LoadedBackEnds>({ kind: "load", directory });
  };
  const [cpu, cuda, vulkan] = await Promise.all([devicesOf("cpu"), devicesOf("cuda"), devicesOf("vulkan")]);
  return { libraries, devices: { cpu: cpu ?? NO_CPU_LIBRARIES, cuda, vulkan } };
}
