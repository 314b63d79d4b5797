#!/bin/bash
# Installs the Debian packages that training the models needs; tacho itself needs none of them.
set -euo pipefail

packages=(python3-torch python3-numpy libopenblas0-pthread libjemalloc2)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $status == installed ]] || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
  echo "Debian packages already installed: ${packages[*]}"
  exit 0
fi

as_root=()
if [[ $EUID -ne 0 ]]; then
  command -v sudo >/dev/null || {
    echo "Expected root or sudo to install ${missing[*]}, but this user has neither." >&2
    exit 1
  }
  as_root=(sudo)
fi

"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq -o DPkg::Lock::Timeout=60 --no-install-recommends "${missing[@]}" </dev/null
