"""The decoder in torch. Master weights are float32; see operations.py for what is computed in which
precision.
"""

import math

import torch
from torch import nn
import torch.nn.functional as F

import operations


def rope_tables(shape, length):
    """cosine and sine, each [length, head / 2]: of the angles that the pairs of a head are turned by."""
    frequencies = shape.rope_base ** (-torch.arange(0, shape.head, 2).float() / shape.head)
    angles = torch.arange(length).float()[:, None] * frequencies
    return angles.cos(), angles.sin()


class Block(nn.Module):
    def __init__(self, shape):
        super().__init__()
        width, head = shape.width, shape.head
        heads, joined = shape.heads * head, (shape.heads + 2 * shape.kv_heads) * head
        self.attention_norm = nn.Parameter(torch.ones(width))
        self.qkv = nn.Parameter(torch.empty(joined, width))
        self.output = nn.Parameter(torch.empty(width, heads))
        self.feed_forward_norm = nn.Parameter(torch.ones(width))
        self.gate_up = nn.Parameter(torch.empty(2 * shape.feed_forward, width))
        self.down = nn.Parameter(torch.empty(width, shape.feed_forward))


class Decoder(nn.Module):
    """With `kernels` on a CPU, in bfloat16. With `sees_all` attention is not causal, as embedders need."""

    def __init__(self, shape, kernels=None, sees_all=False, precision=torch.bfloat16):
        super().__init__()
        self.shape, self.kernels, self.sees_all, self.precision = shape, kernels, sees_all, precision
        self.embedding = nn.Parameter(torch.empty(shape.vocabulary, shape.width))
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.Parameter(torch.ones(shape.width))
        cosine, sine = rope_tables(shape, shape.context)
        self.register_buffer('cosine', cosine, persistent=False)
        self.register_buffer('sine', sine, persistent=False)
        self._initialise()

    def _initialise(self):
        nn.init.normal_(self.embedding, std=0.02)
        for name, weight in self.blocks.named_parameters():
            if weight.dim() == 2:
                residual = name.endswith(('output', 'down'))
                nn.init.normal_(
                    weight,
                    std=weight.shape[1] ** -0.5 / (math.sqrt(2 * self.shape.layers) if residual else 1),
                )

    def hidden(self, ids, lengths=None):
        """ids[B, T] int64, lengths[B] int64 for models that see all: the last norm's output [B, T, W]."""
        time = ids.shape[1]
        cosine, sine = self.cosine[:time].contiguous(), self.sine[:time].contiguous()
        limits = lengths if self.sees_all else None
        x, added = F.embedding(ids, self.embedding), None
        for block in self.blocks:
            x, normed = self._normed(x, added, block.attention_norm)
            qkv = F.linear(normed, block.qkv.to(self.precision))
            mixed = operations.attention(self.kernels, qkv, cosine, sine, self.shape, limits)
            added = F.linear(mixed, block.output.to(self.precision))
            x, normed = self._normed(x, added, block.feed_forward_norm)
            both = F.linear(normed, block.gate_up.to(self.precision))
            added = F.linear(operations.swiglu(self.kernels, both), block.down.to(self.precision))
        return self._normed(x, added, self.norm)[1]

    def _normed(self, x, added, weight):
        return operations.add_rms_norm(self.kernels, x, added, weight, self.shape.epsilon, self.precision)

    def logits(self, ids):
        """ids[B, T]: [B, T, V]."""
        x = self.hidden(ids)
        return F.linear(x, self.embedding.to(x.dtype))

    def loss(self, ids, targets, count):
        """The cross-entropy summed over targets[B, T] that are not negative, divided by `count`."""
        x = self.hidden(ids).flatten(0, 1)
        return operations.cross_entropy(self.kernels, x, self.embedding, targets.flatten(), count)

    def parameter_count(self):
        return sum(weight.numel() for weight in self.parameters())
