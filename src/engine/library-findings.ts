/**
 * What `library-probe` tells the front of llama.cpp's libraries, and what the engine itself goes by to choose among
 * them. Data only, as messages.ts.
 */
import type { EngineSettings } from "./messages.js";

/**
 * What `library-probe` is asked. Each question is for a process of its own, which may end in loading what it loads.
 * `find` answers LibraryFindings, `choose` a LibraryChoice, `load` LoadedBackEnds.
 */
export type LibraryQuestion =
  { kind: "find" } | { kind: "choose"; gpu: EngineSettings["gpu"] } | { kind: "load"; directory: string };

export type LibraryVariant = "cpu" | "cuda" | "vulkan";

/** What of llama.cpp's libraries is installed. */
export interface LibraryFindings {
  /** The folder that would be loaded of each variant; null where there is none. */
  directories: Record<LibraryVariant, string | null>;
  /** The GPU back ends that were found, in one of these folders or not. */
  backEnds: BackEndFile[];
  /** Of this machine's NVIDIA GPUs by their uuid, as far as nvidia-smi tells. */
  computeCapabilities: Record<string, string>;
}

/** What libraries hold for a GPU: machine code, what its driver compiles (PTX), or nothing that could run there. */
export type GpuCode = "machine" | "ptx" | "none";

export interface BackEndFile extends BackEndNeeds {
  variant: "cuda" | "vulkan";
  file: string;
  /** Architectures that it was built for on this machine; null: it came prebuilt. */
  builtFor: string[] | null;
  /** What it holds by compute capability, of those that are here; empty for prebuilt ones, of which nobody knows. */
  gpuCode: Record<string, GpuCode>;
}

/** What a GPU back end is linked with besides llama.cpp's libraries. */
export interface BackEndNeeds {
  /** Whether anybody could tell; else the rest is empty. */
  known: boolean;
  /** Names of the driver's and the run time's libraries, found or not. */
  libraries: string[];
  /** All that the loader does not find. */
  missing: MissingLibraries[];
  /** Major version; null for what is linked with no CUDA run time. */
  cuda: number | null;
}

export interface MissingLibraries {
  names: string[];
  /** Begins as within a sentence, which it ends; null where nobody can tell. */
  remedy: string | null;
}

export interface LibraryChoice {
  variant: LibraryVariant;
  /** The folder with libllama-common.so and the libggml-*.so back ends. */
  directory: string;
  /** Architectures that they were built for on this machine; null: they are node-llama-cpp's prebuilt ones. */
  builtFor: string[] | null;
  /** What an operator should know of the choice, or null. */
  notice: LibraryNotice | null;
}

/** Both as parts of a sentence. */
export interface LibraryNotice {
  found: string;
  remedy: string;
}

export interface LoadedBackEnds {
  /** The GPUs, then the processor. */
  devices: DeviceName[];
  /** The first error of loading them, in llama.cpp's words; "" for none. */
  problem: string;
}

export interface DeviceName {
  /** "cpu", or what GPUs are reached by. */
  backend: string;
  name: string;
}
