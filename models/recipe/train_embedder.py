"""Trains the embedding model:  train_embedder.py --out FOLDER [--pairs N] [--minutes M]

Contrastive: of the other halves of all pairs of a batch, the one with the same meaning has to be nearest
(InfoNCE).
"""

import argparse
import json
import pathlib
import time

import torch
import torch.nn.functional as F

import paraphrases
from decoder import Decoder
from decoder_shape import EMBEDDER
from kernels import Kernels
from source import Source
from tokenizer import Tokenizer
from train import Optimiser, rate_at

SEED, BATCH = 3, 128
PEAK_RATE, TEMPERATURE = 0.006, 0.05


def padded(tokenizer, texts):
    """ids [texts, longest] and lengths [texts], int64."""
    rows = [tokenizer.encode(text) for text in texts]
    lengths = torch.tensor([len(row) for row in rows])
    ids = torch.zeros(len(rows), int(lengths.max()), dtype=torch.int64)
    for row, found in zip(ids, rows):
        row[: len(found)] = torch.tensor(found)
    return ids, lengths


def vectors(model, ids, lengths):
    """The mean of a text's outputs, of length 1: [texts, width] float32. llama.cpp pools and tacho norms
    alike.
    """
    outputs = model.hidden(ids, lengths).float()
    inside = torch.arange(ids.shape[1], device=ids.device) < lengths[:, None]
    return F.normalize((outputs * inside[..., None]).sum(1) / lengths[:, None], dim=1)


def contrastive_loss(model, tokenizer, pairs, device):
    texts = [pair.first for pair in pairs] + [pair.second for pair in pairs]
    ids, lengths = (x.to(device) for x in padded(tokenizer, texts))
    first, second = vectors(model, ids, lengths).chunk(2)
    meanings = {pair.meaning: number for number, pair in enumerate(pairs)}
    meaning = torch.tensor([meanings[pair.meaning] for pair in pairs], device=device)
    own = torch.eye(len(pairs), dtype=torch.bool, device=device)
    scores = first @ second.t() / TEMPERATURE
    scores = scores.masked_fill((meaning[:, None] == meaning) & ~own, float('-inf'))
    expected = torch.arange(len(pairs), device=device)
    return (F.cross_entropy(scores, expected) + F.cross_entropy(scores.t(), expected)) / 2


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument('--out', type=pathlib.Path, required=True)
    parser.add_argument('--pairs', type=float, default=400_000)
    parser.add_argument('--minutes', type=float, default=600)
    return parser.parse_args()


def main():
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    tokenizer, source = Tokenizer.load(), Source(SEED)
    model = Decoder(EMBEDDER, Kernels(options.out) if device == 'cpu' else None, sees_all=True).to(device)
    optimiser = Optimiser(model)
    started, seen, average = time.monotonic(), 0, None
    log = (options.out / 'training.jsonl').open('w')
    while (progress := max(seen / options.pairs, (time.monotonic() - started) / 60 / options.minutes)) < 1:
        loss = contrastive_loss(model, tokenizer, paraphrases.different_pairs(source, BATCH), device)
        model.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step(PEAK_RATE * rate_at(progress))
        seen += BATCH
        average = loss.item() if average is None else 0.95 * average + 0.05 * loss.item()
        if seen % (BATCH * 25) == 0:
            line = json.dumps(
                {'pairs': seen, 'seconds': round(time.monotonic() - started), 'loss': round(average, 4)}
            )
            print(line, flush=True)
            log.write(line + '\n')
            log.flush()
            torch.save({'model': model.state_dict()}, options.out / 'checkpoint.pt')
    torch.save({'model': model.state_dict()}, options.out / 'checkpoint.pt')


if __name__ == '__main__':
    main()
