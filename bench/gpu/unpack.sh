#!/bin/sh
# Unpacks what `bench/gpu/run.sh --pack` wrote: `sh unpack.sh FOLDER`, a new one or a clone of the same commit. Needs tar,
# and xz or Python 3.
set -eu
packed=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
target=${1:?Expected the folder to unpack into: sh unpack.sh FOLDER}
mkdir -p "$target"

plain() {
  if command -v xz >/dev/null; then
    xz --decompress --stdout "$1"
  else
    python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.argv[1]), sys.stdout.buffer)' "$1"
  fi
}

(cd "$packed" && sha256sum --quiet --check SHA256SUMS)
for archive in "$packed"/*.tar.xz; do
  case $archive in
    */llama.cpp.tar.xz) folder=$target/build/llama.cpp-source ;;
    *) folder=$target ;;
  esac
  mkdir -p "$folder"
  plain "$archive" | tar --extract --no-same-owner --directory="$folder"
done

mkdir -p "$target/build/node/bin"
plain "$packed/node.xz" >"$target/build/node/bin/node"
chmod +x "$target/build/node/bin/node"
cp "$packed/packed.json" "$target/build/packed.json"

# Where the builds look for unpacked sources, and the tests for llama.cpp's headers; what is packed for the benches may
# have neither.
if [ -e "$packed/llama.cpp.tar.xz" ]; then
  release=$(sed 's/.*"release":"\([^"]*\)".*/\1/' "$packed/packed.json")
  touch "$target/build/llama.cpp-source/unpacked"
  mkdir -p "$target/build/llama-cuda"
  ln -sfn ../llama.cpp-source "$target/build/llama-cuda/source-$release"
  [ -e "$target/build/llama.cpp" ] || ln -s llama.cpp-source "$target/build/llama.cpp"
fi
"$target/build/node/bin/node" --version
