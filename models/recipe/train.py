"""Trains the chat model:  train.py --data FILE... --held-out FILE --out FOLDER [--tokens N] [--minutes M]

The learning rate falls with the tokens read, or with the time where that runs out first, so a run ends in
time on any machine, also one that is stopped for a while. SIGTERM ends it with a checkpoint, and a run that
is started again goes on from its last one. With `--start FILE.gguf` a run begins with the weights of a model
that was trained before, in place of random ones.
"""

import argparse
import itertools
import json
import os
import pathlib
import signal
import sys
import time

import torch

import batches
import export
from decoder import Decoder
from decoder_shape import CHAT
from gradient_workers import GradientWorkers, OneDevice
from kernels import Kernels
from muon import Muon

SEED = 1
MICRO_BATCH = 2048  # tokens with padding
STEP = 4  # micro-batches
PEAK_RATE = 0.008  # of Muon; 0.02 is too high for steps this small
ADAM_SHARE = 0.25  # AdamW's rate (embedding, norms), as a share of Muon's
WARM_UP, PLATEAU = 0.01, 0.35  # parts of the run: rising until the first, falling to 0 from the second on
CHECKPOINT_SECONDS, LOGGED_STEPS, HELD_OUT_BATCHES = 240, 50, 24


def rate_at(progress):
    """The share of the peak rate at a progress of 0 to 1."""
    rising = min(1, progress / WARM_UP + 0.02)
    falling = min(1, (1 - progress) / (1 - PLATEAU))
    return max(rising * falling, 0.002)


class Optimiser:
    """Muon for the blocks' matrices (joined ones apart), AdamW for the embedding and the norms."""

    def __init__(self, model):
        shape = model.shape
        head, kv = shape.head, shape.kv_heads * shape.head
        parts = {'qkv': [shape.heads * head, kv, kv], 'gate_up': [shape.feed_forward] * 2}
        self.muon = Muon(
            [
                (weight, parts.get(name.rsplit('.')[-1], weight.shape[0]))
                for name, weight in model.blocks.named_parameters()
                if weight.dim() == 2
            ]
        )
        matrices = {id(weight) for weight, _ in self.muon.weights}
        self.rest = [weight for weight in model.parameters() if id(weight) not in matrices]
        self.adam = torch.optim.AdamW(self.rest, betas=(0.9, 0.95), eps=1e-10, weight_decay=0)

    def step(self, rate):
        torch.nn.utils.clip_grad_norm_(self.rest, 1.0)
        self.adam.param_groups[0]['lr'] = rate * ADAM_SHARE
        self.adam.step()
        self.muon.step(rate)

    def state(self):
        return {'momenta': self.muon.momenta, 'adam': self.adam.state_dict()}

    def load(self, state):
        for momentum, saved in zip(self.muon.momenta, state['momenta']):
            momentum.copy_(saved)
        self.adam.load_state_dict(state['adam'])


class Run:
    """Where a training stands: what is needed to go on with it."""

    def __init__(self, folder, model, optimiser):
        self._file, self._log = folder / 'checkpoint.pt', folder / 'training.jsonl'
        self._model, self._optimiser = model, optimiser
        self.steps, self.tokens, self.trained, self.seconds, self.loss = 0, 0, 0, 0.0, None
        if self._file.exists():
            saved = torch.load(self._file, map_location=model.embedding.device)
            model.load_state_dict(saved['model'])
            optimiser.load(saved['optimiser'])
            self.__dict__.update(saved['counts'])

    def counts(self):
        return {name: getattr(self, name) for name in ('steps', 'tokens', 'trained', 'seconds', 'loss')}

    def add(self, loss, tokens, trained):
        """A step's mean loss, and its tokens; the loss is kept as a moving average."""
        self.steps, self.tokens, self.trained = self.steps + 1, self.tokens + tokens, self.trained + trained
        self.loss = loss if self.loss is None else 0.98 * self.loss + 0.02 * loss

    def save(self):
        """Never leaves half a file: a run may be killed at any time."""
        state = {
            'model': self._model.state_dict(),
            'optimiser': self._optimiser.state(),
            'counts': self.counts(),
        }
        torch.save(state, self._file.with_suffix('.new'))
        os.replace(self._file.with_suffix('.new'), self._file)

    def log(self, **more):
        line = json.dumps({**{key: round(value, 4) for key, value in self.counts().items()}, **more})
        print(line, flush=True)
        with self._log.open('a') as file:
            file.write(line + '\n')


class HeldOut:
    """Documents of the other side of the split; `loss` is the mean cross-entropy of their trained tokens."""

    def __init__(self, path):
        self._documents = batches.Documents([path])
        self._groups = list(
            itertools.islice(batches.endless(self._documents.lengths, MICRO_BATCH, SEED), HELD_OUT_BATCHES)
        )

    @torch.no_grad()
    def loss(self, model):
        total = tokens = 0
        for group in self._groups:
            ids, targets = (x.to(model.embedding.device) for x in batches.padded(self._documents, group))
            total += model.loss(ids, targets, 1).item()
            tokens += int((targets >= 0).sum())
        return total / tokens


def train(run, options, model, optimiser, held_out):
    """Until the budget is used up, or SIGTERM comes; whether it was the latter."""
    documents = batches.Documents(options.data)
    print(f'{model.parameter_count()} parameters, {documents.lengths.sum()} tokens', flush=True)
    on_gpu = model.embedding.is_cuda
    workers = OneDevice(model, documents) if on_gpu else GradientWorkers(model, documents, os.cpu_count())
    groups = batches.endless(documents.lengths, MICRO_BATCH, SEED)
    groups = itertools.islice(groups, run.steps * STEP, None)
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    started, saved = time.monotonic() - run.seconds, time.monotonic()
    while not stopped:
        progress = max(run.tokens / options.tokens, run.seconds / 60 / options.minutes)
        if progress >= options.until:
            break
        step = list(itertools.islice(groups, STEP))
        trained = sum(int(documents[i][1][1:].sum()) for group in step for i in group)
        loss = workers.step(step, trained)
        optimiser.step(options.peak_rate * rate_at(progress))
        run.add(loss, sum(int(documents.lengths[i]) for group in step for i in group), trained)
        run.seconds = time.monotonic() - started
        if run.steps % LOGGED_STEPS == 0:
            run.log(rate=round(rate_at(progress), 3))
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            run.save()
            run.log(held_out=round(held_out.loss(model), 4))
            saved = time.monotonic()
    workers.close()
    return bool(stopped)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument('--data', nargs='+', required=True)
    parser.add_argument('--held-out', required=True)
    parser.add_argument('--out', type=pathlib.Path, required=True)
    parser.add_argument('--tokens', type=float, default=60e6)
    parser.add_argument('--minutes', type=float, default=600)
    parser.add_argument(
        '--until', type=float, default=1, help='share of the budget, to go on with other data'
    )
    parser.add_argument('--start', type=pathlib.Path, help='a GGUF of f16, whose weights the run begins with')
    parser.add_argument('--peak-rate', type=float, default=PEAK_RATE)
    return parser.parse_args()


def main():
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    model = Decoder(CHAT, Kernels(options.out) if device == 'cpu' else None).to(device)
    if options.start:
        model.load_state_dict(export.state(options.start, CHAT))
    optimiser, held_out = Optimiser(model), HeldOut(options.held_out)
    run = Run(options.out, model, optimiser)
    stopped = train(run, options, model, optimiser, held_out)
    run.save()
    run.log(held_out=round(held_out.loss(model), 4), ended=True)
    if stopped:
        sys.exit(128 + signal.SIGTERM)  # what comes after a whole training must not follow


if __name__ == '__main__':
    main()
