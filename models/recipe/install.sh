#!/bin/bash
# Installs the Debian packages that training the models needs.
set -euo pipefail

exec "$(dirname "${BASH_SOURCE[0]}")/../../scripts/install-debian-packages.sh" \
  python3-torch python3-numpy libopenblas0-pthread libjemalloc2
