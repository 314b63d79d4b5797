"""Muon: momentum whose matrix is made orthogonal before it is applied (Jordan et al., 2024)."""

import collections

import torch

MOMENTUM, WEIGHT_DECAY = 0.95, 0.02


def orthogonal(matrices):
    """matrices[N, rows, columns]: the nearest ones with singular values of about 1, by Newton and Schulz's
    iteration.
    """
    x = matrices.bfloat16()
    tall = x.shape[1] > x.shape[2]
    if tall:
        x = x.transpose(1, 2)
    x = (x / (x.float().norm(dim=(1, 2), keepdim=True) + 1e-7)).bfloat16().contiguous()
    for _ in range(5):
        a = torch.bmm(x, x.transpose(1, 2))
        b = torch.baddbmm(a, a, a, beta=-4.7750, alpha=2.0315)
        x = torch.baddbmm(x, b, x, beta=3.4445)
    return (x.transpose(1, 2) if tall else x).float()


class Muon:
    """For matrices. Parts of a weight that are matrices of their own are made orthogonal one by one; those
    of one shape together, which is faster.
    """

    def __init__(self, weights):
        """weights: (parameter, its parts' rows) pairs; see torch.split."""
        self.weights = weights
        self.momenta = [torch.zeros_like(weight) for weight, _ in weights]

    @torch.no_grad()
    def step(self, rate):
        by_shape = collections.defaultdict(list)
        for (weight, parts), momentum in zip(self.weights, self.momenta):
            momentum.lerp_(weight.grad, 1 - MOMENTUM)
            direction = torch.lerp(weight.grad, momentum, MOMENTUM)
            weight.mul_(1 - rate * WEIGHT_DECAY)
            for pair in zip(weight.split(parts), direction.split(parts)):
                by_shape[pair[0].shape].append(pair)
        for shape, pairs in by_shape.items():
            changes = orthogonal(torch.stack([direction for _, direction in pairs]))
            for (part, _), change in zip(pairs, changes):
                part.add_(change, alpha=-rate * max(1, shape[0] / shape[1]) ** 0.5)
