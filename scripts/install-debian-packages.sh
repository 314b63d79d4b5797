#!/bin/bash
# Installs Debian packages: those named, else those that the tests and `npm run check` use. Tacho itself needs none.
set -euo pipefail

packages=("$@")
[[ $# -gt 0 ]] || packages=(openssl prometheus python3-prometheus-client python3-yaml chromium clang-format clang-tidy shellcheck)

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

# Debian asks this program before it starts a package's service; 101 forbids it. The tests start their own
# Prometheus, so the system's must stay off. A policy that the machine already has is left alone.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
fi

"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq -o DPkg::Lock::Timeout=60 --no-install-recommends "${missing[@]}" </dev/null
