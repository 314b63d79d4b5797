import type { LoadedBackEnds, LibraryChoice, LibraryFindings } from "../../engine/library-findings.js";
import type { Settings } from "../settings.js";
import type { NvmlFacts, SegmentFact } from "./gpu-facts.js";
import type { FolderFact, MemoryFact, PortFact, ProcessorFact } from "./host-facts.js";
import type { ModelFact } from "./model-facts.js";
import type { Probed } from "./probe.js";

/** All that the checks go by: they look at nothing themselves. */
export interface Facts {
  settings: Settings;
  /** Why `serve` would refuse them, before it starts anything; null where it would not. */
  settingsProblem: string | null;
  node: { version: string; expected: string };
  segment: Probed<SegmentFact>;
  /** Where the segment will lie. */
  segmentFolder: FolderFact;
  libraries: Probed<LibraryFindings>;
  /** What --gpu leads to. */
  choice: Probed<LibraryChoice>;
  /** What came of loading each variant; null where it was not loaded, as its libraries are not there. */
  devices: {
    cpu: Probed<LoadedBackEnds>;
    cuda: Probed<LoadedBackEnds> | null;
    vulkan: Probed<LoadedBackEnds> | null;
  };
  nvml: Probed<NvmlFacts>;
  /** Version of the kernel's part of NVIDIA's driver; null where it is not loaded. */
  kernelDriver: string | null;
  /** The limit of open files; NaN where there is none. */
  openFiles: number;
  ports: PortFact[];
  processor: ProcessorFact;
  memory: MemoryFact;
  defaultModel: ModelFact;
  /** Those that --model names; empty where it names none. */
  models: ModelFact[];
}
