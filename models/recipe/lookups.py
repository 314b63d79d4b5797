"""Values to be found among others: a table in the context, and questions about some of its rows."""

import values
import words

ROWS = (
    ('{} lives in {}.', 'Where does {} live?', '{} lives in {}.'),
    ('{}: {}', 'What is the value of {}?', 'The value of {} is {}.'),
    ('{} has the key {}.', 'Which key does {} have?', '{} has the key {}.'),
    ('The code of {} is {}.', 'What is the code of {}?', 'The code of {} is {}.'),
    ('{} likes {}.', 'What does {} like?', '{} likes {}.'),
    ('{} = {}', 'Which value does {} have?', 'The value of {} is {}.'),
    ('{} brought {}.', 'What did {} bring?', '{} brought {}.'),
    ('{} is on line {}.', 'On which line is {}?', '{} is on line {}.'),
)
LEADS = ('{text}\n{question}', '{text}\n\n{question}', 'Read this.\n{text}\n{question}', '{question}\n{text}')


def turns(source, shapes, rows, asked):
    """The first question comes with the table, the others alone."""
    table = {values.proper(source): value(source) for _ in range(rows)}
    shape, question, answer = source.pick(shapes)
    text = source.pick((' ', '\n')).join(shape.format(*row) for row in table.items())
    keys = source.sample(table, min(asked, len(table)))
    found = [(question.format(key), answer.format(key, table[key])) for key in keys]
    first, told = found[0]
    lead = source.pick(LEADS[:3] if len(text) > 500 else LEADS)
    return [(lead.format(text=text, question=first), told), *found[1:]]


def value(source):
    kinds = (values.city, values.word, values.code, values.thing, lambda _: str(source.between(1, 999)))
    return source.pick((*kinds, lambda _: source.pick(words.COLORS)))(source)


def short(source):
    """A few rows and questions about most of them: many answers for the tokens it takes."""
    rows = source.between(3, 24)
    return turns(source, ROWS, rows, source.between(2, min(rows, 10)))


def needle(source):
    """One value out of many, in up to about 3,000 tokens."""
    return turns(source, ROWS[:3], source.between(20, 180), source.between(2, 8))
