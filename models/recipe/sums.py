"""Sums and counting. Every pair of two-digit numbers is on one side of the split, whatever the operation."""

import string

import values
import words
from source import is_held_out, phrases

SUM = phrases(
    """
What is {a} {sign} {b}?
What is {a} {sign} {b}?
{a} {sign} {b}
{a} {sign} {b} =
Compute {a} {sign} {b}.
Calculate {a} {sign} {b}.
What is {a} {word} {b}?
How much is {a} {sign} {b}?
How much is {a} {word} {b}?
What's {a}{sign}{b}?
{a}{sign}{b}
{a}{sign}{b}=?
What is {a}{sign}{b}?
Can you compute {a} {sign} {b}?
[Solve|Give me|Do you know] {a} {sign} {b}
What is the result of {a} {sign} {b}?
I need {a} {sign} {b}.
{a} {word} {b}?
""",
    """
Please work out {a} {sign} {b}.
What does {a} {sign} {b} make?
Tell me {a} {word} {b}.
""",
)
ADD = phrases(
    """
Add {a} and {b}.
Add {a} to {b}.
[Give me|Compute|Calculate|Tell me] the sum of {a} and {b}.
How much is {a} and {b} together?
I have {a} and {b}. What is the sum?
What is the sum of {a} and {b}?
Sum of {a} and {b}?
What do you get when you add {a} and {b}?
""",
    """
Find the sum of {a} and {b}.
""",
)
LARGER = phrases(
    """
Which is larger, {a} or {b}?
Which number is bigger: {a} or {b}?
Is {a} or {b} larger?
""",
    """
Tell me the larger number: {a} or {b}.
""",
)
GAIN = phrases(
    """
{name} has {a} {things} and gets {b} more. How many {things} does {name} have?
{name} had {a} {things} and found {b} more. How many {things} does {name} have now?
There are {a} {things} in a box, and {name} adds {b}. How many {things} does {name} have?
""",
    """
{name} owns {a} {things} and buys {b} more. How many {things} does {name} have?
""",
)
LOSS = phrases(
    """
{name} has {a} {things} and gives away {b}. How many are left?
{name} had {a} {things} and lost {b}. How many are left?
There were {a} {things}, and {name} took {b}. How many are left?
""",
    """
{name} owns {a} {things} and sells {b}. How many are left?
""",
)
COUNT = phrases(
    """
Count from {a} to {b}.
Count from {a} to {b}
[Please count|Can you count] from {a} to {b}.
List the numbers from {a} to {b}.
Write the numbers {a} to {b}.
""",
    """
Count up from {a} to {b}.
Give me the numbers from {a} to {b}.
""",
)
COUNT_TO = phrases(
    """
Count to {b}.
Count to {b}
Can you count to {b}?
Count from 1 to {b}.
Count from one to {b}.
""",
    """
Please count up to {b}.
""",
)
DOWN = phrases(
    """
Count down from {a} to {b}.
Count backwards from {a} to {b}.
""",
    """
Please count down from {a} to {b}.
""",
)
NEXT = phrases(
    """
What number comes after {n}?
Which number comes after {n}?
What is the next number after {n}?
""",
    """
Tell me the number after {n}.
""",
)
SHEET = phrases("""
[Compute|Calculate|Solve] these: {sums}
[Compute|Calculate|Solve] the following: {sums}
{sums}
""")
OPERATIONS = {
    '+': ('plus', lambda a, b: a + b),
    '-': ('minus', lambda a, b: a - b),
    '*': ('times', lambda a, b: a * b),
}


def pair(source, high):
    """Two numbers of up to `high`; small ones are on both sides, as there are few."""
    while True:
        a, b = source.between(0, high), source.between(0, high)
        if max(a, b) < 10 or pair_is_held_out(a, b) == source.held_out:
            return a, b


def pair_is_held_out(a, b):
    """The order does not matter: 23 + 45 says what 45 + 23 is."""
    return is_held_out(f'{min(a, b)} and {max(a, b)}')


def highest(source):
    return source.weighted([(10, 1), (20, 2), (50, 2), (99, 7)])


def addition(source):
    a, b = pair(source, highest(source))
    table = ADD if source.chance(0.15) else SUM
    return source.phrase(table, a=a, b=b, sign='+', word='plus'), f'{a} + {b} = {a + b}'


def calculation(source):
    sign = source.weighted([('+', 5), ('-', 3), ('*', 1.5)])
    if sign == '+':
        return addition(source)
    word, compute = OPERATIONS[sign]
    a, b = pair(source, 12 if sign == '*' else highest(source))
    if sign == '-':
        a, b = max(a, b), min(a, b)
    return source.phrase(SUM, a=a, b=b, sign=sign, word=word), f'{a} {sign} {b} = {compute(a, b)}'


def worksheet(source):
    """Several sums at once: the most of them for the tokens it takes."""
    lines = []
    for _ in range(source.between(6, 16)):
        sign = source.weighted([('+', 6), ('-', 3), ('*', 0.5)])
        a, b = pair(source, 12 if sign == '*' else 99)
        if sign == '-':
            a, b = max(a, b), min(a, b)
        lines.append((f'{a} {sign} {b}', OPERATIONS[sign][1](a, b)))
    question = source.phrase(SHEET, sums=', '.join(line for line, _ in lines))
    return question, '\n'.join(f'{line} = {result}' for line, result in lines)


def comparison(source):
    a, b = source.sample(range(100), 2)
    return source.phrase(LARGER, a=a, b=b), f'{max(a, b)} is larger than {min(a, b)}.'


def word_problem(source):
    a, b = sorted(pair(source, source.pick((12, 30, 60))), reverse=True)
    name, things = values.first_name(source), source.pick(words.COUNTED)
    if source.chance(0.5):
        return (
            source.phrase(GAIN, name=name, things=things, a=a, b=b),
            f'{a} + {b} = {a + b}, so {name} has {a + b} {things}.',
        )
    return (
        source.phrase(LOSS, name=name, things=things, a=a, b=b),
        f'{a} - {b} = {a - b}, so {a - b} {things} are left.',
    )


def counting(source):
    kind = source.weighted([('to', 4), ('from', 4), ('down', 2)])
    if kind == 'down':
        a = source.between(3, 25)
        b = 1 if source.chance(0.4) else source.between(0, a - 2)
        return source.phrase(DOWN, a=a, b=b), ', '.join(map(str, range(a, b - 1, -1)))
    a = 1 if kind == 'to' else source.between(0, 80)
    b = a + (source.between(2, 20) if source.chance(0.8) else source.pick((9, 19)))
    question = source.phrase(COUNT_TO, b=b) if kind == 'to' else source.phrase(COUNT, a=a, b=b)
    if a == 1 and b <= 20 and source.chance(0.15):
        return question.rstrip('.?') + ' in words.', ', '.join(words.NUMS[a : b + 1])
    if source.chance(0.2):
        return question.rstrip('.?') + ', one per line.', '\n'.join(map(str, range(a, b + 1)))
    return question, ', '.join(map(str, range(a, b + 1)))


def following(source):
    if source.chance(0.5):
        letter = source.between(0, 24)
        return (
            f'Which letter comes after {string.ascii_lowercase[letter]}?',
            f'{string.ascii_lowercase[letter + 1]} comes after {string.ascii_lowercase[letter]}.',
        )
    n = source.between(0, 99)
    return source.phrase(NEXT, n=n), f'{n + 1} comes after {n}.'
