"""Whether the file embeds as what was trained:  embedding_parity.py CHECKPOINT.pt MODEL.gguf [BUILT TACHO]

Vectors of torch in float32 beside tacho's; ends with 1 where one points elsewhere.
"""

import sys

import torch

from decoder import Decoder
from decoder_shape import EMBEDDER
from embedding_evaluation import embeddings, held_out_pairs
from tacho_server import REPOSITORY, TachoServer
from tokenizer import Tokenizer
from train_embedder import padded, vectors

LEAST = 0.9999  # of the cosine between the two


def main():
    checkpoint, file, program = *sys.argv[1:3], sys.argv[3] if len(sys.argv) > 3 else REPOSITORY
    torch.set_num_threads(1)
    model = Decoder(EMBEDDER, sees_all=True, precision=torch.float32)
    model.load_state_dict(torch.load(checkpoint, map_location='cpu')['model'])
    texts = [pair.first for pair in held_out_pairs()[:50]] + ['a', 'word ' * 200]
    with torch.no_grad():
        ours = vectors(model, *padded(Tokenizer.load(), texts))
    with TachoServer(file, program=program) as server:
        theirs = torch.tensor(embeddings(server, texts))
    least = (ours * theirs).sum(1).min().item()
    print(f'{len(texts)} vectors, least cosine {least:.6f}, allowed {LEAST}')
    sys.exit(least < LEAST)


if __name__ == '__main__':
    main()
