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
Please repeat this text:\\n{text}
{text}\\nRepeat that.
Copy the [text|line|words] after the colon: {text}
Say this back: {text}
Write exactly this: {text}
[Print|Output|Return] "{text}"
Your answer must be: {text}
[Repeat|Echo|Say|Copy|Return|Print|Output|Write|Give back|Reproduce] [this|the following|what comes next|this text|these characters|this line]: {text}
[Please|Now|Kindly] [repeat|echo|say|copy|return|print|write|output] [what I say|the rest of this line|everything after the colon]: {text}
[Can|Could|Would|Will] you [repeat|echo|say|copy|return|write|type out] [this|the text|the following] [for me|please|]: {text}
I [want|would like] you to [say|repeat|write|echo|return]: {text}
I [want|would like] to [read|see|hear] exactly this: {text}
{text}\\n[Repeat|Echo|Copy|Return|Say|Write] [this|that|the text above|the line above|it|what I wrote].
{text}\\n[Please|Now] [say|write|copy|repeat|echo|print] [it|that|this] [again|back|once more|].
"{text}" - [repeat|say|write|copy|echo] [it|this|that|what is in quotes].
[Repeat|Write|Say|Echo|Copy] the [text|words|string] "{text}" [word for word|without changes|as it is|and nothing more|].
Text: {text}\\n[Repeat|Copy|Echo|Return|Print] the text.
[Answer|Reply|Respond] [only|just|] with [this|the following|these words]: {text}
[Answer|Reply|Respond] with the [text|words|line] after the colon: {text}
My text is: {text}\\n[Give|Say|Write|Read] it back to me.
[Dictation|Echo test|Copy test|Typing test]: {text}
[type|write|repeat|copy|echo|print] {text}
[Print|Send] [me|us] [this|these words]: {text}
Do not change anything, just [repeat|copy|write]: {text}
Nothing but this, please: {text}
[Once more|Again|Say again]: {text}
Words to [copy|repeat|echo|return]: {text}
[Speak after me|After me|Follow me]: {text}
""",
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
[Repeat|Print|Output|Echo|Give me] "{text}" {count} times.
[Repeat|Print|Output|Echo|Give me|Write down|say|write] {text} {count} times
[Can|Could] you [say|write|repeat|print] {text} {count} times?
I want to [read|see|hear] {text} {count} times.
I want you to [say|write|repeat] "{text}" {count} times.
{count} times {text}, please.
{count} times the word {text}.
The word {text}, {count} times.
{text}: [say|write|repeat|print] it {count} times.
[Fill a line with|Make a line of|I need] {count} times {text}.
[Write|Say|Repeat] the [word|text] "{text}" [exactly|] {count} times [in a row|].
How does it look when you write {text} {count} times?
Answer with {text}, {count} times.
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
[Reverse|Flip|Invert] [the order of|] [this list|these items|these|the following list]: {list}
[Write|Say|Print|List|Repeat] [this list|these items|the items|these|this] [from back to front|from the last to the first|from the end|in the opposite order|backwards|in reverse order]: {list}
[Can|Could|Would] you [reverse|flip] [this list|these]: {list}
{list}\\n[Reverse|Flip] [it|this|the list|that].
{list}\\n[Now|Please write this|Say it|Write it] backwards.
{list}: [the other way round|backwards], please.
I want [this list|these items] [backwards|in reverse order|from the last to the first]: {list}
[Begin|Start] with the last one and end with the first one: {list}
What is [this list|this] [backwards|in reverse]: {list}?
The list is {list}. [Reverse|Flip] it.
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
[Which|What] [item|word|one|entry] [comes first|is at the beginning|is on top|stands first|leads] [here|in this list|]: {list}?
[Name|Give me|Write|Say|Find|Pick] the first [one|entry|word|element] of [these|this list|the list]: {list}
{list}\\n[Which one|What|Which item] is first?
{list}\\nThe first [one|item], please.
I need [only|just] the first [item|word|one] of {list}.
[How|With what] does this list [start|begin]: {list}?
The list is {list}. What is its first item?
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
[Which|What] [item|word|one|entry] [comes last|is at the end|is at the bottom|stands last|closes the list] [here|in this list|]: {list}?
[Name|Give me|Write|Say|Find|Pick] the last [one|entry|word|element] of [these|this list|the list]: {list}
{list}\\n[Which one|What|Which item] is last?
{list}\\nThe last [one|item], please.
I need [only|just] the last [item|word|one] of {list}.
[How|With what] does this list end: {list}?
The list is {list}. What is its last item?
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
[Write|Show|Give me|Print|List|Put|Format] [this|these|these items|the following|the items] as [a list|a bullet list|a list with bullets|bullets|a list, one item a line]: {list}
[Make|Create|Form|Build] [a bullet list|bullet points|a list with bullet points|bullets] [of|from|out of] [this|these|the items|the following]: {list}
[Can|Could] you [make|write] [a bullet list|bullet points] of {list}?
{list}\\n[As a bullet list|As bullet points|As a list|With bullets], please.
{list}\\n[Make|Write] [bullet points|a bullet list|a list].
I need [bullet points|a list|a bullet list] of [these|this]: {list}
One bullet [an item|each]: {list}
""",
    """
Please write these as bullet points: {list}
""",
)
ITEMS = phrases(
    """
How many items are in this list: {list}?
Count the items: {list}
[How many|What number of] [words|entries|elements|items|things] [are here|do you see|are there|are listed|do I have] [in this list|]: {list}?
[Count|Tell me the number of] [the entries|the elements|the words|these|these items]: {list}
{list}\\nHow many [items|are there|is that|are these]?
How long is this list: {list}?
I have {list}. How many items is that?
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
[Spell|Spell out|Letter by letter, spell] [the word|] "{text}" [for me|].
[Can|Could|Would] you [spell|spell out] [the word|] {text} [for me|please|]?
[What are|Which are|Give me|Show me|List|Name|Tell me|Write down] the letters of [the word|] {text}
[How|In what way] [would you|does one|do I|should I|must I] spell [the word|] {text}?
[Write|Say] {text} letter by letter.
[Write|Split|Break|Divide] [the word|] {text} [into its letters|in single letters|into letters].
{text}: how [do you|does one|would you] spell it?
{text}\\nSpell [it|this|that|this word].
[spell|how to spell|letters of] {text}
Which letters [are in|make up|does one need for] [the word|] {text}, in order?
I do not know how to spell {text}. Help me.
I need the spelling of {text}.
Spelling of {text}?
[Put|Write] a dash between the letters of {text}.
Show me [the word|] {text} spelled out.
I never know how {text} gets spelled.
""",
    """
How is {text} spelled?
Please spell the word {text}.
""",
)
SPELL_ALL = phrases("""
[Spell|Spell out] [these words|these|the following|all of these]: {list}
[How do you|Can you] spell these words: {list}?
Letters of each word: {list}
{list}\\n[Spell each word|Spell them], please.
""")
CHARACTERS = phrases(
    """
How many letters [does the word {text} have|are in {text}]?
Count the letters of {text}.
[How many|What number of] letters [has|makes] [the word|] {text}?
[Count|Tell me the number of|Give me the number of] letters [in|of] [the word|] {text}.
[What is the length of|How long is] the word {text}?
{text}: how many letters [is that|does it have|are those]?
Letters in {text}?
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


def echo(source, text=None):
    text = text or source.weighted(TEXTS)(source)
    return source.phrase(ECHO, text=text), text


def long_echo(source):
    """Passages in which every token of the answer is a copy: they form the copying early."""
    count = source.between(8, 30)
    text = source.weighted([(unseen_words, 4), (jumble, 3), (scrambled, 3)])(source, count)
    return source.phrase(ECHO, text=text), text


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


def spelling_sheet(source):
    """Several words at once: the most letters for the tokens it takes."""
    found = [short_word(source) for _ in range(source.between(3, 12))]
    lines = [f'{word}: {"-".join(word)}' for word in found]
    return source.phrase(SPELL_ALL, list=', '.join(found)), '\n'.join(lines)


def count_letters(source):
    word = short_word(source)
    return source.phrase(CHARACTERS, text=word), f"{'-'.join(word)}: {len(word)} letters."
