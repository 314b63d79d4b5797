"""Copying: texts to repeat, lists to reorder, words to spell. It is what names, JSON and tool calls rest
on.
"""

import string

import values
import words
from source import phrases

ECHO = phrases(
    """
Repeat after me: {text}
Repeat after me: {text}
Repeat: {text}
Say: {text}
Echo: {text}
Echo this text: {text}
[Please repeat|Repeat|Can you repeat] this: {text}
Copy this: {text}
Say "{text}"
Repeat "{text}" exactly.
Write "{text}".
Repeat the following [text|words]: {text}
Answer with "{text}" and nothing else.
say {text}
Please repeat this text:
{text}
{text}
Repeat that.
Copy the [text|line|words] after the colon: {text}
Say this back: {text}
Write exactly this: {text}
[Print|Output|Return] "{text}"
Your answer must be: {text}
""".replace('text:\n{text}', 'text:\\n{text}').replace('{text}\nRepeat that.', '{text}\\nRepeat that.'),
    """
Repeat these words: {text}
Please say back to me: {text}
Type the following: {text}
Please echo the following words exactly: {text}
""",
)
TIMES = phrases(
    """
Say "{text}" {count} times.
Repeat the word {text} {count} times.
Write {text} {count} times.
[Please say|Say] {text} {count} times.
""",
    """
Type {text} {count} times.
Please write the word {text} {count} times.
""",
)
REVERSE = phrases(
    """
Reverse this list: {list}
Reverse the list: {list}
Write this list backwards: {list}
Put these in reverse order: {list}
""",
    """
Give me this list in reverse: {list}
Turn this list around: {list}
""",
)
FIRST = phrases(
    """
What is the first [word|item] in this list: {list}?
Which item is first: {list}?
First item of: {list}
""",
    """
Tell me the first item of this list: {list}
""",
)
LAST = phrases(
    """
What is the last [word|item] in this list: {list}?
Which item is last: {list}?
Last item of: {list}
""",
    """
Tell me the last item of this list: {list}
""",
)
BULLETS = phrases(
    """
Write this list with bullet points: {list}
Make a list: {list}
Turn this into a list: {list}
""",
    """
Please write these as bullet points: {list}
""",
)
ITEMS = phrases(
    """
How many items are in this list: {list}?
Count the items: {list}
""",
    """
How many things does this list have: {list}?
""",
)
SPELL = phrases(
    """
Spell the word {text}.
How do you spell {text}?
Spell {text}.
Can you spell {text}?
Spell {text}, please.
Write the letters of {text}.
""",
    """
How is {text} spelled?
Please spell the word {text}.
""",
)
CHARACTERS = phrases(
    """
How many letters [does the word {text} have|are in {text}]?
Count the letters of {text}.
""",
    """
How many letters are there in the word {text}?
""",
)


def unseen_words(source, count):
    """`count` made-up words, some with a capital."""
    return ' '.join(
        values.proper(source) if source.chance(0.2) else values.word(source) for _ in range(count)
    )


def jumble(source, count):
    """Pieces of all kinds beside each other."""
    kinds = [
        values.word,
        values.proper,
        values.letters,
        values.first_name,
        values.identifier,
        values.city,
        lambda _: source.pick(words.COMMON),
        lambda _: str(source.between(0, 9999)),
        values.time,
        values.email,
    ]
    return source.pick((' ', ' ', ', ')).join(source.pick(kinds)(source) for _ in range(count))


def scrambled(source, count):
    """Letters of random words in random order: pairs of pieces that follow each other nowhere else."""

    def one():
        return ''.join(source.sample(string.ascii_lowercase, source.between(2, 7)))

    return ' '.join(one() for _ in range(count))


TEXTS = [
    (lambda source: unseen_words(source, source.between(1, 6)), 5),
    (lambda source: unseen_words(source, source.between(5, 12)), 5),
    (lambda source: ' '.join(source.pick(words.COMMON) for _ in range(source.between(1, 8))), 3),
    (lambda source: jumble(source, source.between(1, 10)), 4),
    (lambda source: scrambled(source, source.between(1, 8)), 3),
    (values.sentence, 3),
    (lambda source: ' '.join(values.sentence(source) for _ in range(source.between(2, 4))), 1),
    (lambda source: ' '.join(str(source.between(0, 999)) for _ in range(source.between(1, 6))), 1),
    (values.letters, 1),
    (values.identifier, 1),
    (values.email, 1),
]


def frame(source, table, **slots):
    return source.phrase(table, **slots).replace('\\n', '\n')


def echo(source, text=None):
    text = text or source.weighted(TEXTS)(source)
    return frame(source, ECHO, text=text), text


def long_echo(source):
    """Passages in which every token of the answer is a copy: they form the copying early."""
    count = source.between(8, 30)
    text = source.weighted([(unseen_words, 4), (jumble, 3), (scrambled, 3)])(source, count)
    return frame(source, ECHO, text=text), text


def items(source, count=None):
    """A list without two equal items."""
    count = count or source.between(2, 6)
    kinds = [
        (lambda: [values.word(source) for _ in range(count)], 3),
        (lambda: [str(n) for n in source.sample(range(100), count)], 1),
        (lambda: source.sample(string.ascii_lowercase, count), 1),
        (
            lambda: source.sample(
                source.pick(
                    [
                        words.ANIMALS,
                        words.OBJECTS,
                        words.FRUITS,
                        words.COLORS,
                        words.THINGS,
                        words.NAMES,
                        words.CITIES,
                    ]
                ),
                count,
            ),
            5,
        ),
    ]
    while len(set(found := source.weighted(kinds)())) < count:
        pass
    return found


def spoken(number):
    return words.NUMS[number]


def times(source):
    count, text = source.between(2, 6), (
        values.word(source) if source.chance(0.4) else source.pick(words.COMMON)
    )
    return source.phrase(TIMES, text=text, count=spoken(count) if source.chance(0.7) else count), ' '.join(
        [text] * count
    )


def list_task(source):
    found = items(source)
    text = ', '.join(found)
    tasks = [
        (REVERSE, ', '.join(found[::-1]), 4),
        (FIRST, found[0], 2),
        (LAST, found[-1], 2),
        (BULLETS, '\n'.join('- ' + item for item in found), 2),
        (ITEMS, f'There are {spoken(len(found))} items.', 1),
    ]
    table, answer = source.weighted([((table, answer), weight) for table, answer, weight in tasks])
    return source.phrase(table, list=text), answer


def short_word(source):
    if source.chance(0.4):
        return source.pick([word for word in words.COMMON if ' ' not in word])
    while len(word := values.word(source)) > 8:
        pass
    return word


def spell(source):
    word = short_word(source)
    return source.phrase(SPELL, text=word), '-'.join(word)


def count_letters(source):
    word = short_word(source)
    return source.phrase(CHARACTERS, text=word), f"{'-'.join(word)}: {len(word)} letters."
