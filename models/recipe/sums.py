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
[Work|Figure|Find] [this|] out: {a} {sign} {b}
[What|How much] [do you get for|is the value of|comes out of|results from|do I get for] {a} {sign} {b}?
[Tell me|Say|Write|Show me|Find|Get me] [what|how much] {a} {sign} {b} is.
[Tell me|Say|Write|Show me|Find|Get me] [the result|the answer|the value|the outcome] of {a} {sign} {b}.
[Can|Could|Would] you [tell me|work out|calculate|solve|answer] {a} {sign} {b}?
[Quick|Fast|Easy|Hard|A sum|Math|Maths|Homework]: {a} {sign} {b}
I [want|would like|have|need] to know {a} {sign} {b}.
I [do not know|forgot|cannot find] [what|how much] {a} {word} {b} is.
{a} {word} {b} [makes|is|gives|equals] [what|how much]?
{a} {sign} {b} [makes|is|gives|equals] [what|how much]?
[The result of|The value of|The answer to] {a} {sign} {b}?
[Do|Take] {a} {sign} {b}.
[Please|Now|Next|Then] {a} {sign} {b}
[compute|calc|calculate|solve] {a}{sign}{b}
[Use|Take] your head: what is {a} {word} {b}?
What would {a} {word} {b} be?
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
[Put|Take|Count] {a} and {b} together.
[Add|Sum|Sum up|Add up|Total] the numbers {a} and {b}.
[Sum|Sum up|Add up|Total] {a} and {b}.
[What is|What's|Say|Write|Show me|Work out|I need|I want] the [sum|total] of {a} and {b}
[What|How much|How many] [do|will|would] {a} and {b} [make|give|add up to|come to] [together|in all|in total|]?
[Can|Could|Would] you add {a} [and|to] {b} [for me|please|]?
Adding {a} and {b} [makes|gives] what?
{a} and {b}: [what is their sum|add them|the sum, please|how much in all]?
[First|Here is] {a}, then {b}. Add them.
The total of {a} and {b} is [what|how much]?
I add {b} to {a}. [What do I get|What comes out|How much is it]?
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
[Which one|Which|What] is [larger|bigger|greater|more|the larger number|the bigger one|the greater number], {a} or {b}?
{a} or {b}: [which|which number|which one] is [larger|bigger|greater|more]?
[Name|Give me|Write|Pick|Choose|Find|Say] the [larger|bigger|greater] [one|of the two|number|of these]: {a}, {b}
[Compare|Look at] {a} and {b}. Which is [larger|greater|bigger]?
Of {a} and {b}, which is [larger|greater|bigger]?
Is {a} more than {b}?
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
{name} [has|keeps|holds|carries|starts with] {a} {things}. [Then|Later|After that|And then] {name} [gets|finds|receives|wins|collects|picks up] {b} [more|others|new ones]. How many [are there|is that|in all|{things} are there|does {name} have] now?
{name} [collected|found|counted|baked|brought] {a} {things} in the morning and {b} in the evening. How many [{things} is that|in all|{things} in total]?
[With|Having] {a} {things}, {name} gets {b} [more|from a friend|as a gift]. How many {things} [has {name} now|does {name} have then|are there]?
A friend gives {name} {b} {things}. Before, {name} had {a}. How many are there now?
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
{name} [has|keeps|holds|carries|starts with] {a} {things}. [Then|Later|After that|And then] {name} [loses|drops|breaks|gives away|throws away|uses|misses] {b} [of them|]. How many [are left|remain|does {name} still have|are still there]?
{name} [bought|baked|found|counted|had] {a} {things} and [ate|used|lost|sent away|gave a friend] {b}. How many [remain|are left|does {name} still have]?
Of {a} {things}, {name} [takes|uses|loses|gives away] {b}. How many [remain|are left|stay]?
{a} {things} are on the table. {name} takes {b} away. How many are [left|still there]?
A friend takes {b} of the {a} {things} of {name}. How many are left?
After {name} gave away {b} of {a} {things}, how many are left?
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
[Say|Print|Show me|Tell me|Type|Name|I want] [all|] the numbers from {a} to {b}
[Say|Print|Show me] [all|] the numbers between {a} and {b}, with both of them
[Write|List|Say|Print|Show] [all|every|the] [numbers|number] from {a} [up to|until|through|to] {b}.
[Can|Could|Would] you [write|list|say] the numbers from {a} to {b}?
[Start|Begin] at {a} and [count|go] [on|up|] to {b}.
[Numbers|Counting|Count|Sequence] from {a} to {b}, please.
From {a} to {b}, [count|all numbers|every number], please.
[Which|What] numbers are there from {a} to {b}?
Count [on|] from {a} until you are at {b}.
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
[Count|Please count|Now count|Start counting] [for me|aloud|] [to|until] {b}
[Count|Go] from one up to {b}.
[Say|Write|List|Give me|Show me] [all|] the numbers [up|] to {b}.
[Say|Write|List|Give me] the first {b} numbers.
[Numbers|Counting] from one to {b}, please.
I want you to count to {b}.
How do you count to {b}?
""",
    """
Please count up to {b}.
""",
)
DOWN = phrases(
    """
Count down from {a} to {b}.
Count backwards from {a} to {b}.
[Now|Can you] count [backwards|back] from {a} to {b}
[Write|List|Say|Give me] the numbers from {a} [down|back] to {b}.
[Start|Begin] at {a} and count down to {b}.
[Countdown|Count down|A countdown] from {a} to {b}, please.
From {a} down to {b}: count.
Go backwards from {a} to {b}.
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
[Which|What] [number|one] [follows|comes after|is right after|comes next to|is next after] {n}?
[Say|Write|Give me|Name] the [next number|number that comes] after {n}.
{n}: [what comes next|which number is next|the next one, please]?
After {n} comes which number?
I counted to {n}. What is next?
""",
    """
Tell me the number after {n}.
""",
)
SHEET = phrases("""
[Compute|Calculate|Solve] these: {sums}
[Compute|Calculate|Solve] the following: {sums}
{sums}
[Work out|Do|Answer|Find|Fill in] [these|all of these|the following|these sums|this list of sums]: {sums}
[What are|Give me|Write|Tell me] the results of [these|these sums|]: {sums}
[Here are some sums|My homework|Sums|Worksheet]: {sums}
{sums}\\n[Solve|Compute|Calculate] [them|all|these].
I need [all of|] these: {sums}
[Can|Could] you [solve|compute|do] these: {sums}
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
