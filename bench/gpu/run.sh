#!/bin/sh
# The measurements on a GPU machine: `bench/gpu/run.sh --help`. Needs no npm: takes the Node that unpack.sh put into build/,
# or else the one on the PATH.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
PATH="$root/build/node/bin:$PATH:/usr/local/cuda/bin"
export PATH
if ! command -v node >/dev/null; then
  echo "Expected Node 20.17 or newer on the PATH or in build/node/bin, but found none; see bench/gpu/README.md" >&2
  exit 1
fi
exec node "$root/bench/main.mjs" gpu "$@"
