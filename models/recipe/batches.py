"""Documents of tokens on disk, and the micro-batches that they are trained in."""

import numpy as np
import torch


def save(path, documents):
    """documents: (ids, trained) pairs of equally long lists; the loss is taken of the trained tokens."""
    np.savez(
        path,
        ids=np.concatenate([np.array(ids, np.uint16) for ids, _ in documents]),
        trained=np.concatenate([np.array(trained, bool) for _, trained in documents]),
        lengths=np.array([len(ids) for ids, _ in documents], np.int64),
    )


class Documents:
    """The documents of several files; `documents[i]` is (ids, trained), arrays of one length."""

    def __init__(self, paths):
        files = [np.load(path) for path in paths]
        self._ids = np.concatenate([file['ids'] for file in files])
        self._trained = np.concatenate([file['trained'] for file in files])
        self.lengths = np.concatenate([file['lengths'] for file in files])
        self._ends = np.cumsum(self.lengths)

    def __len__(self):
        return len(self.lengths)

    def __getitem__(self, index):
        span = slice(self._ends[index] - self.lengths[index], self._ends[index])
        return self._ids[span], self._trained[span]


def padded(documents, indexes):
    """ids and targets, int64 [documents, longest - 1]; a target is -1 where there is no loss."""
    rows = [documents[i] for i in indexes]
    shape = len(rows), max(len(ids) for ids, _ in rows) - 1
    x, y = np.zeros(shape, np.int64), np.full(shape, -1, np.int64)
    for row, (ids, trained) in enumerate(rows):
        x[row, : len(ids) - 1] = ids[:-1]
        y[row, : len(ids) - 1] = np.where(trained[1:], ids[1:].astype(np.int64), -1)
    return torch.from_numpy(x), torch.from_numpy(y)


def grouped(lengths, order, tokens, random):
    """Groups of document numbers, in random order: of similar length, so that there is hardly any padding,
    and of at most `tokens` with it (a longer document is a group alone). Attention never crosses documents.
    """
    jitter = random.random(len(order)) * 4
    groups, group, width = [], [], 0
    for i in order[np.argsort(lengths[order] + jitter)]:
        wider = max(width, lengths[i])
        if group and wider * (len(group) + 1) > tokens:
            groups.append(group)
            group, wider = [], lengths[i]
        group.append(int(i))
        width = wider
    groups.append(group)
    return [groups[i] for i in random.permutation(len(groups))]


def endless(lengths, tokens, seed, pool=4000):
    """Groups for ever: each epoch has all documents in another order. The same seed gives the same groups."""
    random = np.random.default_rng(seed)
    while True:
        order = random.permutation(len(lengths))
        for start in range(0, len(order), pool):
            yield from grouped(lengths, order[start : start + pool], tokens, random)
