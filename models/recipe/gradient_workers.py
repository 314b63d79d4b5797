"""Gradients of a step's micro-batches, by one single-threaded process for each core.

Two processes that take micro-batches from a queue do more than two threads in one: small products are
faster on one core, and a core that others need for a while delays only the micro-batch it has.
"""

import ctypes
import signal

import torch
from torch import multiprocessing

from batches import padded

SET_PARENT_DEATH_SIGNAL = 1  # of Linux' prctl: no worker outlives the run


class GradientWorkers:
    """`step` fills the `grad` of the model's weights. The weights move to shared memory."""

    def __init__(self, model, documents, count):
        model.share_memory()
        self._model = model
        forked = multiprocessing.get_context('fork')
        self._jobs, self._results = forked.SimpleQueue(), forked.SimpleQueue()
        self._gradients = [
            [torch.zeros_like(weight).share_memory_() for weight in model.parameters()] for _ in range(count)
        ]
        self._processes = [
            forked.Process(
                target=_work, daemon=True, args=(model, documents, gradients, self._jobs, self._results)
            )
            for gradients in self._gradients
        ]
        for process in self._processes:
            process.start()

    def step(self, groups, count):
        """groups: document numbers of each micro-batch; count: trained tokens of all. The mean loss."""
        for gradients in self._gradients:
            for gradient in gradients:
                gradient.zero_()
        for group in groups:
            self._jobs.put((group, count))
        loss = sum(self._results.get() for _ in groups)
        for index, weight in enumerate(self._model.parameters()):
            weight.grad = sum(gradients[index] for gradients in self._gradients)
        return loss

    def close(self):
        for _ in self._processes:
            self._jobs.put(None)
        for process in self._processes:
            process.join()


def _work(model, documents, gradients, jobs, results):
    ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the parent decides when a run ends
    torch.set_num_threads(1)
    for weight, gradient in zip(model.parameters(), gradients):
        weight.grad = gradient
    while (job := jobs.get()) is not None:
        group, count = job
        loss = model.loss(*padded(documents, group), count)
        loss.backward()
        results.put(loss.item())


class OneDevice:
    """The same for a model on a GPU, in this process."""

    def __init__(self, model, documents):
        self._model, self._documents = model, documents

    def step(self, groups, count):
        self._model.zero_grad(set_to_none=True)
        total = 0.0
        for group in groups:
            ids, targets = (x.to(self._model.embedding.device) for x in padded(self._documents, group))
            loss = self._model.loss(ids, targets, count)
            loss.backward()
            total += loss.item()
        return total

    def close(self):
        pass
