import type { GpuCode } from "./library-findings.js";

/** As CMake names them: the major version and one digit of the minor one, then what is made of it. */
const FORM = /^(\d+)(\d)([af]?)(-real|-virtual)?$/;

interface Made {
  major: number;
  minor: number;
  /** Whose code it is: of the later ones as well, of its family or of itself alone. */
  reach: "later" | "family" | "exact";
  machine: boolean;
  ptx: boolean;
}

/**
 * What libraries compiled for `architectures` ("80", "90a", "120-real") hold for a GPU, whose `capability` is "9.0".
 * Machine code runs on later minor versions of its major, PTX on whatever is later; that of "f" within its major, and
 * that of "a" on no other.
 */
export function codeFor(capability: string, architectures: readonly string[]): GpuCode {
  const [major = NaN, minor = NaN] = capability.split(".").map(Number);
  const all = architectures.map(madeOf).filter((one) => one !== null);
  const isOfFamily = (one: Made) =>
    one.major === major && (one.reach === "exact" ? one.minor === minor : one.minor <= minor);
  if (all.some((one) => one.machine && isOfFamily(one))) return "machine";
  const isEarlier = (one: Made) => one.reach === "later" && one.major < major;
  return all.some((one) => one.ptx && (isOfFamily(one) || isEarlier(one))) ? "ptx" : "none";
}

function madeOf(architecture: string): Made | null {
  const [, major, minor, letter, form] = FORM.exec(architecture) ?? [];
  if (major === undefined) return null;
  return {
    ...{ major: Number(major), minor: Number(minor) },
    reach: letter === "f" ? "family" : letter === "a" || isRewritten(major) ? "exact" : "later",
    ...{ machine: form !== "-virtual", ptx: form !== "-real" },
  };
}

/** llama.cpp makes 12Xa of 12X: its FP4 instructions are of that architecture alone. */
function isRewritten(major: string): boolean {
  return major === "12";
}
