"""Facts that the user tells and asks for later, and names that the system message gives."""

import values
import words
from source import phrases

TELL_NAME = phrases(
    """
My name is {name}.
I am {name}.
Hi, my name is {name}.
Hello, I am {name}.
Hello, my name is {name}.
Call me {name}.
I'm {name}, nice to meet you.
Hello! My name is {name}.
You can call me {name}.
""",
    """
People call me {name}.
Good day, I am {name}.
""",
)
GREET = phrases("""
Nice to meet you, {name}!
Hello, {name}! Nice to meet you.
Hello, {name}! How can I help you?
""")
ASK_NAME = phrases(
    """
What is my name?
Do you remember my name?
Who am I?
What's my name?
Tell me my name.
""",
    """
Can you still tell me my name?
""",
)
TELL_FAVORITE = phrases(
    """
My favorite {kind} is {value}.
I like {value}, it is my favorite {kind}.
Remember: my favorite {kind} is {value}.
""",
    """
Of all, {value} is my favorite {kind}.
""",
)
ASK_FAVORITE = phrases(
    """
What is my favorite {kind}?
Do you remember my favorite {kind}?
Which {kind} do I like?
""",
    """
Tell me which {kind} is my favorite.
""",
)
TELL_SECRET = phrases(
    """
The secret word is {value}.
Remember this [code|word]: {value}
The password is {value}.
Keep this in mind: {value}
Please remember {value}.
""",
    """
Note the code {value} for later.
""",
)
ASK_SECRET = phrases(
    """
What was it?
What did I ask you to remember?
Repeat what I told you to remember.
Which word or code did I give you?
What is the [secret word|code|password]?
""",
    """
Which code should you remember?
""",
)
SYSTEM_NAME = phrases(
    """
You are {name}, a helpful assistant.
Your name is {name}.
You are a helpful assistant named {name}.
You are an assistant called {name}.
You are {name}.
""",
    """
You are {name}, an assistant of this company.
""",
)
FAVORITES = {
    'color': words.COLORS,
    'animal': words.ANIMALS,
    'fruit': words.FRUITS,
    'food': words.FOODS,
    'day': words.DAYS,
}


def name_told(source):
    name = values.first_name(source)
    return (
        (source.phrase(TELL_NAME, name=name), source.phrase(GREET, name=name)),
        (source.phrase(ASK_NAME), f'Your name is {name}.'),
    )


def favorite_told(source):
    kind = source.pick([*FAVORITES, 'city', 'number', 'word'])
    value = (
        source.pick(FAVORITES[kind])
        if kind in FAVORITES
        else (
            values.city(source)
            if kind == 'city'
            else values.word(source) if kind == 'word' else source.between(1, 99)
        )
    )
    return (
        (
            source.phrase(TELL_FAVORITE, kind=kind, value=value),
            f'I will remember that your favorite {kind} is {value}.',
        ),
        (source.phrase(ASK_FAVORITE, kind=kind), f'Your favorite {kind} is {value}.'),
    )


def secret_told(source):
    value = source.pick((values.word, values.identifier))(source)
    return (
        (source.phrase(TELL_SECRET, value=value), 'I will remember it.'),
        (source.phrase(ASK_SECRET), f'It was {value}.'),
    )


def told_and_asked(source):
    """Two turns; others may come between them."""
    return source.weighted([(name_told, 45), (favorite_told, 30), (secret_told, 25)])(source)


def named_by_system(source):
    """A system message that gives the assistant a name, and the turn in which it is asked for."""
    name = values.first_name(source)
    question, answer = source.pick(
        (
            ('What is your name?', 'My name is {}.'),
            ("What's your name?", 'My name is {}.'),
            ('Tell me your name.', 'My name is {}.'),
            ('Who are you?', 'I am {}.'),
        )
    )
    return source.phrase(SYSTEM_NAME, name=name), (question, answer.format(name))
