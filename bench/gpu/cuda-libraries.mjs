// Where CUDA's libraries lie that the back end is linked with: the machine that compiled it need not be the one that runs
// it, and not every CUDA has them where the loader looks.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

const NAMES = ["cublas", "cublasLt", "cudart"];

const said = (program, args) => spawnSync(program, args, { encoding: "utf8" }).stdout ?? "";
const listed = (text, separator) => (text ?? "").split(separator).filter(Boolean);
const namesIn = (folder) => (existsSync(folder) ? readdirSync(folder).sort() : []);
const librariesUnder = (folder) => ["lib64", "lib"].map((name) => path.join(folder, name));

/** Of a wheel of its own, nvidia/cublas/lib, or of all of CUDA 13, nvidia/cu13/lib. */
function wheelFolders() {
  const places = listed(said("python3", ["-c", 'import sys; print("\\n".join(sys.path))']), "\n");
  const nvidia = places.map((place) => path.join(place, "nvidia"));
  return nvidia.flatMap((folder) => namesIn(folder).map((name) => path.join(folder, name, "lib")));
}

/** Debian keeps ldconfig off a user's PATH. */
function loaderFolders() {
  const lines = ["ldconfig", "/sbin/ldconfig"].map((program) => said(program, ["-p"])).find(Boolean) ?? "";
  return Array.from(lines.matchAll(/^\tlib(?:cublas|cudart)\S* .*=> (.+)\/[^/]+$/gm), ([, folder]) => folder);
}

/**
 * In the order in which they are searched; those that are `isKnown` to the loader need no word of them. LD_LIBRARY_PATH is
 * last, because the runner adds the others' to it.
 */
const PLACES = [
  { place: "ldconfig", isKnown: true, folders: loaderFolders },
  {
    place: "CUDA_PATH",
    folders: () => listed(process.env.CUDA_PATH, "\n").flatMap(librariesUnder),
  },
  {
    place: "/usr/local",
    folders: ({ local }) =>
      namesIn(local)
        .filter((name) => /^cuda(-|$)/.test(name))
        .flatMap((name) => librariesUnder(path.join(local, name))),
  },
  { place: "Python's packages", folders: wheelFolders },
  { place: "LD_LIBRARY_PATH", isKnown: true, folders: () => listed(process.env.LD_LIBRARY_PATH, ":") },
];

function find(file, folders) {
  for (const { place, isKnown = false, all } of folders) {
    const folder = all.find((one) => existsSync(path.join(one, file)));
    if (folder !== undefined) return { file, place, isKnown, folder };
  }
  return { file, place: null };
}

/**
 * Of each library of CUDA's major version: its file's name, the kind of place that it was found in (null where it is in
 * none), and the folder.
 */
export function cudaLibraries(major, local = "/usr/local") {
  const folders = PLACES.map(({ folders: list, ...place }) => ({ ...place, all: list({ local }) }));
  return NAMES.map((name) => find(`lib${name}.so.${major}`, folders));
}

/** Kinds of places, for a message. */
export const SEARCHED = PLACES.map(({ place }) => place);

/** What makes the loader find them: LD_LIBRARY_PATH, where it must say more than it says. */
export function loaderEnvironment(libraries, given = process.env.LD_LIBRARY_PATH) {
  const found = libraries.filter(({ place, isKnown }) => place !== null && !isKnown);
  const more = [...new Set(found.map(({ folder }) => folder))];
  return more.length === 0 ? {} : { LD_LIBRARY_PATH: [...listed(given, ":"), ...more].join(":") };
}

/** The major version that is linked with: the back end's that is there, else the compiler's, else what the driver serves. */
export function cudaMajor({ manifest, nvcc, driver }) {
  const version = manifest?.toolkit ?? /release ([\d.]+)/.exec(nvcc ?? "")?.[1] ?? driver;
  return Number.parseInt(version ?? "13", 10);
}
