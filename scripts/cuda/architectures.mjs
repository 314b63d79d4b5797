import { BuildProblem } from "./problems.mjs";

/** Compute capabilities without the dot, and the toolkits that compile for them: from `since` on, before `before`. */
export const ARCHITECTURES = {
  50: { before: [13, 0] },
  52: { before: [13, 0] },
  53: { before: [13, 0] },
  60: { before: [13, 0] },
  61: { before: [13, 0] },
  62: { before: [13, 0] },
  70: { before: [13, 0] },
  72: { before: [13, 0] },
  75: {},
  80: { since: [11, 0] },
  86: { since: [11, 1] },
  87: { since: [11, 4] },
  88: { since: [13, 0] },
  89: { since: [11, 8] },
  90: { since: [11, 8] },
  100: { since: [12, 8] },
  101: { since: [12, 8], before: [13, 0] },
  103: { since: [12, 9] },
  110: { since: [13, 0] },
  120: { since: [12, 8] },
  121: { since: [12, 9] },
};

const NEWEST = Math.max(...Object.keys(ARCHITECTURES).map(Number));
/** As CMake's CMAKE_CUDA_ARCHITECTURES has them. */
const FORM = /^(\d{2,3})[af]?(?:-real|-virtual)?$/;

const baseOf = (architecture) => Number(FORM.exec(architecture)?.[1]);

/** Newer ones than the table's are left to nvcc. */
const isKnown = (architecture) => baseOf(architecture) in ARCHITECTURES || baseOf(architecture) > NEWEST;

/** The architectures of a list as CMake takes it. @throws BuildProblem */
export function parseArchitectures(text) {
  const all = text.split(/[;,\s]+/).filter(Boolean);
  const unknown = all.find((architecture) => !isKnown(architecture));
  if (unknown !== undefined || all.length === 0)
    throw new BuildProblem("unknown-architecture", {
      text: unknown ?? text,
      known: Object.keys(ARCHITECTURES),
    });
  return [...new Set(all)];
}

/** @throws BuildProblem where the toolkit does not compile for one of them. */
export function requireArchitectures(architectures, { version, bases }) {
  const architecture = architectures.find((one) => !bases.includes(baseOf(one)));
  if (architecture === undefined) return;
  const { since, before } = ARCHITECTURES[baseOf(architecture)] ?? {};
  const isPast = before !== undefined && Number(version.split(".")[0]) >= before[0];
  throw new BuildProblem(isPast ? "architecture-too-old" : "architecture-too-new", {
    ...{ architecture, version, since, before },
  });
}
