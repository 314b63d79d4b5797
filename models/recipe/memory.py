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
[My name's|The name is|They call me|Everybody calls me|Friends call me|I go by] {name}.
[Hi|Hey|Good morning|Good evening|Hello there], [this is|I am|I'm|my name is] {name} [here|].
[For your information|Just so you know|By the way], [I am|my name is|I am called] {name}.
{name} [is my name|is what people call me|here|speaking].
[Please|You may|From now on,] call me {name}.
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
[What|How] [am I called|do people call me|do you call me|did I say I am called|was my name]?
[Can you|Could you|Please] [repeat|say|recall|remember] [my name|who I am|what I am called]
[Say|Write|Repeat] my name [please|again|].
[Which|What] name did I [give|tell] you?
[Do you|Can you] [still know|remember|know] [who I am|my name|what my name is]?
[my name|who am i|what is my name]?
[Who is talking|Who is writing|Who is speaking] to you?
I forgot my own name. What is it?
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
[I like|I love] the {kind} {value} [best|most|more than any other {kind}].
[The {kind} I like best|The best {kind} for me|My best {kind}] is {value}.
[Note|Keep in mind|Just so you know|By the way]: [my favorite {kind}|the {kind} that I like most] is {value}.
As to the {kind}, I like {value} most.
{value} is the {kind} that I like best.
No {kind} is better than {value} for me.
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
[Which|What] {kind} [is my favorite|do I like best|do I like most|do I prefer|did I tell you about|is the best for me]?
[Can you|Could you|Please|Do] [say|recall|name|remember|repeat] my favorite {kind}
[Name|Say|Write] [the {kind} that I like best|my favorite {kind}].
[my favorite {kind}|what was my favorite {kind}]?
What did I say about my favorite {kind}?
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
[My|Our|The] [code|secret|password|key|pin|secret code|magic word] is {value}.
[Remember|Keep|Save|Store|Do not forget|Memorize|Learn] [this|the code|the word|the following|]: {value}
[I will ask you for this later|You will need this later|This is important]: {value}
{value} is [the code|the secret word|what you have to remember|the word to keep].
[Can you|Could you|Will you] [remember|keep] [the word|the code|] {value} [for me|]?
[I give you|Here is|This is] the [code|word|password]: {value}
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
[What|Which] [code|word|password|secret] [was it|did I tell you|did I give you|was that|do you have for me|had you to keep]?
[Tell me|Say|Repeat|Give me|Write] the [code|word|secret word|password|code that I gave you|word from before] [again|].
[Do you|Can you] [still know|remember|recall] [the code|the word|it|what I told you]?
What [was I asking you|have you] to [remember|keep]?
What did you [keep|save|memorize] for me?
[the code|the password|the word|that code], please?
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
[You are|You're] [an assistant|a helper|a chat assistant|a friendly robot|a polite assistant] [named|called|by the name of] {name}.
[Act as|Play|Answer as|Be|Speak as] {name} [, a friendly assistant|].
[The assistant|The helper|This assistant] is [called|named] {name}.
Your name is {name} [and you help people|and you answer briefly|].
Always [introduce yourself|sign] as {name}.
{name} is your name.
""",
    """
You are {name}, an assistant of this company.
""",
)
ASK_ASSISTANT = phrases(
    """
What is your name?
What's your name?
[Tell me|Say|Give me|What was] your name
[How|What] [are you called|do people call you|should I call you|may I call you]?
[May I|Can I] [know|ask] your name?
[Please|Can you] tell me [your name|how you are called].
[your name|what is your name]?
[Do you have|Have you got] a name?
""",
    """
Under what name do you work?
Would you say what to call you?
""",
)
ASK_WHO = phrases(
    """
Who are you?
[who are you|and who are you]?
[Who|With whom] am I [talking to|speaking with|chatting with]?
[Tell me|Say] who you are.
""",
    """
And you are?
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
    if source.chance(0.2):
        question, answer = source.phrase(ASK_WHO), 'I am {}.'
    else:
        question, answer = source.phrase(ASK_ASSISTANT), 'My name is {}.'
    return source.phrase(SYSTEM_NAME, name=name), (question, answer.format(name))
