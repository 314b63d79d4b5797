import { existsSync, readFileSync } from "node:fs";
import { requireArchitectures } from "./architectures.mjs";
import { gpuArchitectures, requireDriver } from "./driver.mjs";
import { BuildProblem } from "./problems.mjs";
import { findToolkit } from "./toolkit.mjs";

const RELEASE = "node_modules/node-llama-cpp/llama/binariesGithubRelease.json";

/**
 * What is to be built.
 * @typedef {object} BuildPlan
 * @property {"cuda" | "cpu"} backend
 * @property {string} release of llama.cpp, as "v0.5.0"
 * @property {import("./toolkit.mjs").Toolkit | null} toolkit null without CUDA
 * @property {string[]} architectures
 * @property {number} jobs
 */

function pinnedRelease() {
  if (!existsSync(RELEASE)) throw new BuildProblem("no-release", { file: RELEASE });
  return JSON.parse(readFileSync(RELEASE, "utf8")).release;
}

/** For this machine, unless architectures are named: then its GPU and driver are no matter. */
function forCuda({ architectures: named }) {
  const toolkit = findToolkit();
  const architectures = named ?? gpuArchitectures();
  requireArchitectures(architectures, toolkit);
  if (named === null) requireDriver(toolkit);
  return { toolkit, architectures };
}

/** @returns {BuildPlan} @throws BuildProblem */
export function planBuild({ backend, jobs, architectures }) {
  const release = pinnedRelease();
  const parts = backend === "cuda" ? forCuda({ architectures }) : { toolkit: null, architectures: [] };
  return { backend, release, jobs, ...parts };
}
