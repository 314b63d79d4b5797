/** Packages of Ubuntu 24.04 that a Dockerfile may install, with the programs that they bring. */
export const UBUNTU_PACKAGES = {
  "ca-certificates": [],
  cmake: ["cmake"],
  curl: ["curl"],
  "g++": ["g++"],
  git: ["git"],
  libgomp1: [],
  make: ["make"],
  python3: ["python3"],
  tini: ["tini"],
};

/** Those that only a build needs. */
export const BUILD_PACKAGES = ["build-essential", "cmake", "g++", "gcc", "git", "make", "python3"];
