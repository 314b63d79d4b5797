"""Learns tokenizer.json from texts of the corpus. The weights belong to it: learned anew, they have to be
trained anew.
"""

import corpus
from source import Source
from tokenizer import learn

SEED, TEXTS = 7, 24000


def texts():
    """Documents of all kinds, of each as many as its share, so short ones count less than in training."""
    source = Source(SEED)
    weights = [(kind, kind.early) for kind in corpus.KINDS if kind.name not in ('needle', 'long chat')]
    for _ in range(TEXTS):
        kind = source.weighted(weights)
        yield ''.join(text for text, _ in corpus.parts_of(source, kind.name, kind.make))


if __name__ == '__main__':
    tokenizer = learn(texts())
    tokenizer.save()
    print(len(tokenizer.tokens), 'tokens, the last', tokenizer.tokens[-40:])
