#!/bin/bash
# Makes both models from nothing: corpus, tokenizer, training, GGUF, checks, evaluation. Started again after an
# interruption, it goes on where it was: after a change of the recipe remove build/recipe first. A built tacho (npm run build) is needed for the checks.
#
#   bash models/recipe/make.sh              the tokenizer of this folder and all steps
#   TOKENS=90e6 MINUTES=112 ...             budget of the chat model's first training: whichever runs out first
#   LAST_TOKENS=90e6 LAST_MINUTES=112 ...   and of its second, on what needs most
#   TACHO=/another/checkout ...             the built tacho that the checks ask
set -euo pipefail

recipe=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$recipe/../.." && pwd)
work=${WORK:-$repository/build/recipe}
models=${MODELS:-$repository/models}
tacho=${TACHO:-$repository}
python=${PYTHON:-/usr/bin/python3}
tokens=${TOKENS:-90e6} minutes=${MINUTES:-112}
early=${EARLY:-0.15} # of the first training is on the early mix
last_tokens=${LAST_TOKENS:-90e6} last_minutes=${LAST_MINUTES:-112}
last_rate=0.006
pairs=${PAIRS:-120e3}
shard_tokens=${SHARD_TOKENS:-20e6}

mkdir -p "$work/chat" "$work/last" "$work/embedder"
cd "$recipe"

# glibc's malloc fragments with batches of ever-changing shape: after a minute it is a third slower.
jemalloc=(/usr/lib/*/libjemalloc.so.2)
trainer() {
  env OMP_NUM_THREADS=1 LD_PRELOAD="${jemalloc[0]}" \
    MALLOC_CONF=dirty_decay_ms:-1,muzzy_decay_ms:-1,oversize_threshold:0,narenas:1,thp:always "$python" "$@"
}

[[ -e tokenizer.json ]] || "$python" train_tokenizer.py
echo "tests"
"$python" -m unittest -q test_recipe
for shard in early-11 late-{13..15} last-{16..19}; do
  [[ -e $work/$shard.npz ]] ||
    "$python" corpus.py "$work/$shard.npz" --tokens "$shard_tokens" --seed "${shard#*-}" --stage "${shard%-*}"
done
[[ -e $work/held-out.npz ]] || "$python" corpus.py "$work/held-out.npz" --tokens 1.5e5 --seed 99 --stage late --held-out
first=(--held-out "$work/held-out.npz" --out "$work/chat" --tokens "$tokens" --minutes "$minutes")
trainer train.py --data "$work"/early-*.npz "${first[@]}" --until "$early"
trainer train.py --data "$work"/late-*.npz "${first[@]}"
# From the file of 16 bits, so that the models in this repository can be trained further in the same way.
if [[ ! -e $work/first.gguf ]]; then
  "$python" export.py chat "$work/chat/checkpoint.pt" "$work/first.gguf.part"
  mv "$work/first.gguf.part" "$work/first.gguf"
fi
trainer train.py --data "$work"/last-*.npz --held-out "$work/held-out.npz" --out "$work/last" \
  --tokens "$last_tokens" --minutes "$last_minutes" --peak-rate "$last_rate" --start "$work/first.gguf"
[[ -e $work/embedder/done ]] || trainer train_embedder.py --out "$work/embedder" --pairs "$pairs"
touch "$work/embedder/done"

"$python" mean.py "$work/first.gguf" "$work/last/checkpoint.pt" "$work/mean.pt"
"$python" export.py chat "$work/mean.pt" "$models/tacho-mini.gguf"
"$python" export.py embedder "$work/embedder/checkpoint.pt" "$models/tacho-embed.gguf"
"$python" parity.py "$work/mean.pt" "$models/tacho-mini.gguf" "$tacho"
"$python" embedding_parity.py "$work/embedder/checkpoint.pt" "$models/tacho-embed.gguf" "$tacho"
"$python" check_template.py "$models/tacho-mini.gguf" "$tacho"
"$python" evaluate.py "$models/tacho-mini.gguf" "$models/tacho-embed.gguf" "$tacho"
