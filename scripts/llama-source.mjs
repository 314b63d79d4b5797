/** The git bundle of llama.cpp that node-llama-cpp's libraries were built from. */
export const LLAMA_SOURCE = "node_modules/node-llama-cpp/llama/gitRelease.bundle";

/** A git that neither the caller's repository nor the user's configuration can lead astray. */
export const GIT_ENVIRONMENT = {
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
};
