"""A mean of the weights of two trainings, the second of which began with the first:

mean.py FIRST.gguf SECOND.pt OUT.pt

It keeps what either of them does better than the other (Wortsman et al., 2022).
"""

import sys

import torch

import export
from decoder_shape import CHAT

SHARE = 0.75  # of the second; at 0.5 an answer in 200 did not end


def write(first, second, out):
    weights = torch.load(second, map_location='cpu')['model']
    mean = {
        name: torch.lerp(weight, weights[name].float(), SHARE)
        for name, weight in export.state(first, CHAT).items()
    }
    torch.save({'model': mean}, out)


if __name__ == '__main__':
    write(*sys.argv[1:])
