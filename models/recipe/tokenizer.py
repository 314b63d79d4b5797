"""Byte-level BPE that llama.cpp reads as `gpt2`, and how its merges are learned.

Two rules make copying easy. Digits are never merged. And the merges that take in the blank before a word
come last and are for whole words only: a rare word has the same pieces at the start of an answer, in quotes
and after a blank.
"""

import collections
import heapq
import json
import pathlib
import re

FILE = pathlib.Path(__file__).with_name('tokenizer.json')
CONTROL = ['<|endoftext|>', '<|im_start|>', '<|im_end|>']
SPECIAL = CONTROL + ['<tool_call>', '</tool_call>', '<tool_response>', '</tool_response>']
# GPT-2's pre-tokenizer in terms of Python's re.
WORD = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")
SPLIT = re.compile('(' + '|'.join(map(re.escape, SPECIAL)) + ')')
SIZE, BLANK_MERGES = 4096, 1100
MOST_COUNTED, LEAST_COUNTED = 20000, 5  # no word decides much, and made-up words take no vocabulary


def byte_names():
    """GPT-2's printable character for each byte."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    names = {byte: chr(byte) for byte in plain}
    for number, byte in enumerate(byte for byte in range(256) if byte not in names):
        names[byte] = chr(256 + number)
    return names


NAMES = byte_names()
BYTES = {name: byte for byte, name in NAMES.items()}
BLANK = NAMES[32]


def spelled(text):
    return [NAMES[byte] for byte in text.encode()]


class Tokenizer:
    def __init__(self, tokens, merges):
        self.tokens, self.merges = tokens, merges
        self.ids = {token: number for number, token in enumerate(tokens)}
        self._rank = {tuple(pair): number for number, pair in enumerate(merges)}
        self._known = {}

    @classmethod
    def load(cls):
        return cls(**json.loads(FILE.read_text()))

    def save(self):
        FILE.write_text(json.dumps({'tokens': self.tokens, 'merges': self.merges}))

    def encode(self, text, random=None, dropout=0.0, known=None):
        """The ids of a text, special tokens among them. With `dropout`, merges are left out at random, the
        same ones wherever a word comes again, in all texts encoded with one `known`: so rare pieces are
        learned, and a copy stays a copy.
        """
        known = self._known if known is None else known
        ids = []
        for part in SPLIT.split(text):
            if part in SPECIAL:
                ids.append(self.ids[part])
                continue
            for word in WORD.findall(part):
                if word not in known and len(known) < 300_000:
                    known[word] = [self.ids[piece] for piece in self._pieces(word, known, random, dropout)]
                ids += (
                    known[word]
                    if word in known
                    else [self.ids[piece] for piece in self._pieces(word, {}, random, dropout)]
                )
        return ids

    def _pieces(self, word, known, random, dropout):
        if not dropout:
            return self._merged(spelled(word))
        bare = word[1:] if word[0] == ' ' and len(word) > 1 else word
        pieces = known.setdefault(('bare', bare), self._merged(spelled(bare), random, dropout))
        if bare is word:
            return pieces
        whole = (BLANK, pieces[0]) in self._rank
        return [BLANK + pieces[0], *pieces[1:]] if whole else [BLANK, *pieces]

    def _merged(self, pieces, random=None, dropout=0.0):
        pieces = list(pieces)
        while len(pieces) > 1:
            ranks = [(self._rank.get(pair, 1 << 30), at) for at, pair in enumerate(zip(pieces, pieces[1:]))]
            ranks = [(rank, at) for rank, at in ranks if rank < 1 << 30]
            if dropout:
                ranks = [found for found in ranks if random.random() >= dropout]
            if not ranks:
                break
            at = min(ranks)[1]
            pieces[at : at + 2] = [pieces[at] + pieces[at + 1]]
        return pieces

    def decode(self, ids):
        tokens = (self.tokens[number] for number in ids)
        return b''.join(
            token.encode() if token in SPECIAL else bytes(BYTES[name] for name in token) for token in tokens
        ).decode('utf-8', 'replace')


def count_words(texts):
    counts = collections.Counter()
    for text in texts:
        for part in SPLIT.split(text):
            if part not in SPECIAL:
                counts.update(WORD.findall(part))
    return {word: min(count, MOST_COUNTED) for word, count in counts.items() if count >= LEAST_COUNTED}


def learn(texts):
    """A tokenizer of SIZE tokens for such texts."""
    counts = count_words(texts)
    bare = collections.Counter()
    for word, count in counts.items():
        bare[word[1:] if word[0] == ' ' and word.strip() else word] += count
    merges = learn_merges(bare, SIZE - len(SPECIAL) - 256 - BLANK_MERGES)
    tokens = SPECIAL + list(NAMES.values()) + [first + second for first, second in merges]
    after_blank = collections.Counter()
    for word, count in counts.items():
        if word[0] == ' ' and word.strip() and not word[1].isdigit():
            pieces = (
                Tokenizer(tokens, merges)._merged(spelled(word[1:])) if len(word) > 2 else spelled(word[1:])
            )
            if len(pieces) == 1:
                after_blank[pieces[0]] += count
    blank_merges = [[BLANK, piece] for piece, _ in after_blank.most_common(BLANK_MERGES)]
    return Tokenizer(tokens + [BLANK + piece for _, piece in blank_merges], merges + blank_merges)


def learn_merges(counts, number):
    """The `number` most useful merges: the most frequent pair, again and again (Sennrich et al., 2016)."""
    words = [[spelled(word), count] for word, count in counts.items()]
    unmerged = set('0123456789' + BLANK)
    pairs, places = collections.Counter(), collections.defaultdict(set)
    for index, (pieces, count) in enumerate(words):
        for pair in zip(pieces, pieces[1:]):
            pairs[pair] += count
            places[pair].add(index)

    def may_merge(pair):
        return not unmerged & set(pair[0] + pair[1])

    heap = [(-count, pair) for pair, count in pairs.items() if may_merge(pair)]
    heapq.heapify(heap)
    merges = []
    while len(merges) < number:
        count, pair = heapq.heappop(heap)
        if -count != pairs[pair]:
            if pairs[pair] > 0:
                heapq.heappush(heap, (-pairs[pair], pair))
            continue
        merges.append(list(pair))
        changed = set()
        for index in sorted(places.pop(pair)):
            changed |= replace_pair(words[index], index, pair, pairs, places)
        for other in sorted(changed):
            if may_merge(other):
                heapq.heappush(heap, (-pairs[other], other))
    return merges


def replace_pair(entry, index, pair, pairs, places):
    """Merges a pair in one word and counts its pairs anew; the pairs that changed."""
    pieces, count = entry
    for old in zip(pieces, pieces[1:]):
        pairs[old] -= count
        if old != pair:
            places[old].discard(index)
    merged, at = [], 0
    while at < len(pieces):
        both = tuple(pieces[at : at + 2]) == pair
        merged.append(pieces[at] + pieces[at + 1] if both else pieces[at])
        at += 2 if both else 1
    entry[0] = merged
    for new in zip(merged, merged[1:]):
        pairs[new] += count
        places[new].add(index)
    return set(zip(merged, merged[1:]))
