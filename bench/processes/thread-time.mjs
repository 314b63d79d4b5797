// CPU seconds of one thread, as exactly as the kernel at hand tells them.
import { readFileSync } from "node:fs";
import path from "node:path";
import { cpuSecondsIn, TICKS_A_SECOND } from "./process-tree.mjs";

/** The best comes first; some kernels are built without it, and say nothing or zeros. */
const SOURCES = [
  {
    file: "schedstat",
    name: "schedstat",
    resolution: 1e-9,
    seconds: (text) => Number(text.split(" ")[0]) / 1e9,
  },
  { file: "stat", name: "utime + stime", resolution: 1 / TICKS_A_SECOND, seconds: cpuSecondsIn },
];

function textOf(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

const says = (text) => text !== null && !/^0 0 0\s*$/.test(text);

/**
 * A thread by its folder in /proc: `seconds()` so far, the `source` of these, and its `resolution` in seconds.
 */
export function threadTime(folder) {
  const found = SOURCES.find(({ file }) => says(textOf(path.join(folder, file))));
  if (found === undefined) throw new Error(`Expected schedstat or stat in ${folder} but found neither.`);
  const { file, name, resolution, seconds } = found;
  return { source: name, resolution, seconds: () => seconds(readFileSync(path.join(folder, file), "utf8")) };
}
