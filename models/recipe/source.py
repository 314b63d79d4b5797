"""Where the corpus draws from: seeded chance, and one side of the split between training and held-out
evaluation.

Nothing that is written for one side can be drawn on the other: a `Phrases` table has a list for each,
made-up words fall to a side by their hash, and the word lists that evaluation uses are lists of their own.
"""

import hashlib
import random
import re
from dataclasses import dataclass

ALTERNATIVES = re.compile(r'\[([^][]*\|[^][]*)\]')
EMPTY_CHOICE = re.compile(r'(?<=\S) +(?=[ ,.?!:](?:\s|$)|  |$)|(?<= ) +(?=\S)')
SLOT = re.compile(r'\{(\w+)\}')
HELD_OUT_SHARE = 8  # of this many made-up words, one is held out


@dataclass(frozen=True)
class Phrases:
    r"""Templates, one a line: {slots} are filled, [one|another] is chosen from, \n is a new line."""

    train: tuple
    held_out: tuple

    def all_of(self, held_out):
        return self.held_out if held_out else self.train


def unwrapped(text):
    """A table as text: its lines, of which one that ends with a backslash goes on in the next."""
    return text.strip().replace('\\\n', '')


def phrases(train, held_out=''):
    """Without lines of its own the evaluation uses the training's: where wording is not what is tested."""
    lines = tuple(line.strip() for line in train.strip().split('\n'))
    others = tuple(line.strip() for line in held_out.strip().split('\n') if line.strip())
    return Phrases(lines, others or lines)


def is_held_out(text):
    """Which side of the split a made-up word, a pair of numbers or the like is on."""
    return hashlib.sha256(text.encode()).digest()[0] % HELD_OUT_SHARE == 0


def expansions(template):
    """Every text that a template with [alternatives] stands for."""
    match = ALTERNATIVES.search(template)
    if not match:
        return [template]
    return [
        text
        for choice in match[1].split('|')
        for text in expansions(template[: match.start()] + choice + template[match.end() :])
    ]


def capitalised(text):
    return text[:1].upper() + text[1:]


def with_article(text):
    """ "a apple" as "an apple"."""
    return re.sub(r'\b([Aa]) (?=[AEIOaeio]|[Uu]mb|unh)', r'\1n ', text)


class Source:
    def __init__(self, seed, held_out=False):
        self.random, self.held_out = random.Random(seed), held_out
        self.pick, self.between = self.random.choice, self.random.randint

    def chance(self, share):
        return self.random.random() < share

    def weighted(self, table):
        """table: (value, weight) pairs."""
        return self.random.choices([value for value, _ in table], [weight for _, weight in table])[0]

    def sample(self, items, count):
        return self.random.sample(list(items), count)

    def phrase(self, table, **slots):
        """A template of this side, its alternatives chosen and its slots filled from `slots`."""
        return self.fill(self.pick(table.all_of(self.held_out)).replace('\\n', '\n'), **slots)

    def fill(self, template, **slots):
        """{Slot} is {slot} with a capital."""
        while match := ALTERNATIVES.search(template):
            template = template[: match.start()] + self.pick(match[1].split('|')) + template[match.end() :]

        template = EMPTY_CHOICE.sub('', template)

        def filled(match):
            name = match[1]
            return str(slots[name]) if name in slots else capitalised(str(slots[name[0].lower() + name[1:]]))

        return SLOT.sub(filled, template)

    def on_this_side(self, make):
        """What make() returns, made again until it is on this side of the split."""
        while is_held_out(str(value := make())) != self.held_out:
            pass
        return value
