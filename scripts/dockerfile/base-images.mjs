import { dirname } from "node:path";
import { npmEntry } from "../npm-location.mjs";

/** What each of them has in /bin and /usr/bin, as far as a Dockerfile of ours may use it. */
const ESSENTIAL = [
  ...[
    "apt-get",
    "bash",
    "cat",
    "chmod",
    "chown",
    "cp",
    "echo",
    "find",
    "groupadd",
    "install",
    "ln",
    "ls",
    "mkdir",
  ],
  ...["mv", "rm", "sh", "test", "touch", "true", "useradd"],
];

/**
 * Images that a stage may stand on. `programs` can be run; `files` are the paths that others may copy, each with what
 * stands in for it on this machine (null: an empty folder).
 */
const BASE_IMAGES = [
  {
    name: /^node:\d+\.\d+\.\d+-bookworm-slim$/,
    programs: ESSENTIAL,
    files: () => ({
      "/usr/local/bin/node": process.execPath,
      "/usr/local/bin/npm": npmEntry(),
      "/usr/local/lib/node_modules/npm": npmEntry() && dirname(dirname(npmEntry())),
      "/usr/local/include/node": null,
    }),
  },
  {
    name: /^nvidia\/cuda:13\.\d+\.\d+-devel-ubuntu24\.04$/,
    programs: [...ESSENTIAL, "nvcc"],
    files: () => ({}),
  },
  {
    name: /^nvidia\/cuda:13\.\d+\.\d+-runtime-ubuntu24\.04$/,
    programs: ESSENTIAL,
    files: () => ({}),
  },
];

/** The entry for an image, undefined where there is none. */
export function baseImage(name) {
  return BASE_IMAGES.find((image) => image.name.test(name));
}
