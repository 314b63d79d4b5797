"""Records: sentences that hold values, to be extracted as JSON or asked about in words."""

import json
from dataclasses import dataclass

import copying
import record_clauses
import values
import words
from source import Phrases, phrases, with_article


@dataclass(frozen=True)
class Record:
    """What a text tells of: fields with their values, and sentences that hold all of them."""

    kind: str
    fields: dict
    sentences: Phrases


def record(kind, fields, train, held_out=''):
    return Record(kind, fields, phrases(train, held_out))


AGE = values.whole(1, 99)
RECORDS = [
    record(
        'a person',
        dict(name=values.name, age=AGE),
        """
{age} is the age of {name}.
We asked {name} and heard: {age} years.
Look, there is {name}, only {age}.
With {age} years, {name} is the oldest here.
They call {name} young, at {age}.
Next to me sits {name}, {age}.
Everybody knows {name}, {age} years old by now.
{age} candles were on the cake of {name}.
{name} is {age} years old.
My name is {name} and I am {age}.
{name} turned {age} last week.
This is {name}, {age} years old.
{name} is {age}.
Today {name} has a birthday and is now {age} years old.
I am {age} years old and people call me {name}.
Yesterday I met {name}, who is {age}.
""",
        """
We welcome {name}, aged {age}.
At the age of {age}, {name} started to paint.
""",
    ),
    record(
        'a person',
        dict(name=values.name, age=AGE, city=values.city),
        """
{city} is the home of {name}, who is {age}.
We met {name} ({age}) in {city}.
{age} years ago {name} was born in {city}.
From {city} comes {name}, {age} years old.
They invited {name} of {city}, who turned {age}.
{name} is {age} years old and lives in {city}.
{name}, {age}, comes from {city}.
I am {name} from {city} and I am {age} years old.
In {city} lives {name}, who is {age} years old.
{name} is {age} and was born in {city}.
{name} moved to {city} at the age of {age}.
""",
        """
Our guest is {name} from {city}, {age} years of age.
{age} years old and living in {city}: that is {name}.
""",
    ),
    record(
        'a person',
        dict(name=values.name, job=values.job, city=values.city),
        """
A {job} from {city}: that is {name}.
{city} has a good {job}, {name}.
We need a {job}, so we called {name} in {city}.
{name} moved to {city} and became a {job}.
They sent the {job} {name} to {city}.
{name} works as a {job} in {city}.
{name} is a {job} from {city}.
My name is {name}. I am a {job} and I live in {city}.
In {city} you can meet {name}, a {job}.
The {job} {name} lives in {city}.
""",
        """
{name} found a job as a {job} in {city}.
Ask for {name}, the {job} of {city}.
""",
    ),
    record(
        'a person',
        dict(name=values.name, email=values.email),
        """
{email} belongs to {name}.
Mails for {name} go to {email}.
The email of {name} is {email}.
Answer {name} under {email}.
For questions ask {name}, {email}.
You find {name} at {email}.
{email} ({name})
{name} can be reached at {email}.
Write to {name} at {email}.
My name is {name} and my email is {email}.
{name}: {email}
Contact {name} ({email}).
""",
        """
Send it to {email}, the address of {name}.
""",
    ),
    record(
        'a person',
        dict(name=values.name, phone=values.phone, city=values.city),
        """
{phone} is how to call {name} in {city}.
In {city}, {name} picks up at {phone}.
Dial {phone} and ask for {name} in {city}.
{name}, {city}, {phone}
Somebody from {city} called: {name}, number {phone}.
{name} from {city} has the phone number {phone}.
Call {name} in {city}: {phone}.
The phone number of {name} in {city} is {phone}.
""",
        """
You reach {name} of {city} at {phone}.
""",
    ),
    record(
        'an order',
        dict(item=values.thing, quantity=values.whole(1, 60), price=values.amount),
        """
{quantity} {item}s at {price} euros, please.
They sold us {quantity} {item}s. We paid {price} euros.
Somebody needs {quantity} {item}s and has {price} dollars.
{price} euros buy {quantity} {item}s.
She ordered {quantity} {item}s and spent {price} dollars.
{quantity} {item}s were packed. The price was {price}.
Here are the {quantity} {item}s. That makes {price} euros.
With {price} euros you can take {quantity} {item}s.
I want {quantity} {item}s for {price} euros.
Please send {quantity} {item}s at {price} dollars each.
Order: {quantity} x {item}, price {price}.
We bought {quantity} {item}s and paid {price} euros.
{quantity} {item}s cost {price} dollars.
""",
        """
The bill says {quantity} {item}s at {price} euros.
For {price} dollars we got {quantity} {item}s.
""",
    ),
    record(
        'an order',
        dict(
            order_id=values.code,
            item=values.thing,
            status=values.one_of(*words.words('sent, packed, delivered, late, paid, waiting, cancelled')),
        ),
        """
We checked {order_id}: the {item} is {status}.
{status}: order {order_id}, a {item}.
There is a {item} in order {order_id}, which is {status}.
Somebody asked about the {item}. It has number {order_id} and is {status}.
A {item}, {status}, order {order_id}.
Order {order_id} for a {item} is {status}.
The {item} of order {order_id} is {status}.
Order {order_id}: one {item}, {status}.
""",
        """
Your {item} (order {order_id}) is now {status}.
""",
    ),
    record(
        'an event',
        dict(title=values.one_of(*words.EVENTS), day=values.day, time=values.time),
        """
{title} on {day}, {time}.
Come to the {title} at {time} this {day}.
At {time} on {day} we meet for the {title}.
They put the {title} on {day} at {time}.
Is the {title} on {day} at {time}?
{day}, {time}: do not miss the {title}.
The {title} is on {day} at {time}.
There is a {title} on {day} at {time}.
{day} at {time}: {title}.
Do not forget the {title} on {day} at {time}.
We have a {title} at {time} on {day}.
""",
        """
The {title} was moved to {day}, {time}.
On {day} the {title} starts at {time}.
""",
    ),
    record(
        'an event',
        dict(event=values.one_of(*words.EVENTS), date=values.date, place=values.city),
        """
They planned the {event} for {date} in {place}.
{place} is where the {event} of {date} will be.
We met in {place} for the {event}. It was {date}.
{date}: {event} in {place}.
The next {event} is in {place}, on {date}.
The {event} in {place} is on {date}.
On {date} there is a {event} in {place}.
{event}, {date}, {place}
The {event} takes place in {place} on {date}.
""",
        """
Come to {place} on {date} for the {event}.
""",
    ),
    record(
        'a product',
        dict(product=values.thing, color=values.color, price=values.whole(1, 500)),
        """
Somebody paid {price} euros for a {color} {product}.
{price} dollars is the price of the {color} {product}.
I saw a {product} in {color} for {price} euros.
For {price} dollars they sell a {color} {product}.
The {product} comes in {color} and at {price} euros.
The {color} {product} costs {price} dollars.
A {color} {product} for {price} euros.
We sell a {color} {product}. It costs {price}.
This {product} is {color} and costs {price} euros.
New: {product}, {color}, only {price} dollars.
""",
        """
You can have the {color} {product} for {price} euros.
""",
    ),
    record(
        'a product',
        dict(brand=values.proper, product=values.thing, weight=values.whole(1, 900)),
        """
A {product} of {weight} grams comes from {brand}.
{brand} sells a {product}. It weighs {weight} grams.
{weight} grams: that is what the {product} of {brand} weighs.
I bought a {product} from {brand}. It has {weight} grams.
At {weight} grams the {brand} {product} is heavy.
The {product} by {brand} weighs {weight} grams.
{brand} makes a {product} of {weight} grams.
The {brand} {product}: {weight} grams.
""",
        """
With {weight} grams, the {product} of {brand} is light.
""",
    ),
    record(
        'a trip',
        {'from': values.city, 'to': values.city, 'day': values.day},
        """
{day}: from {from} to {to}.
We leave {from} on {day} and reach {to}.
On {day} you can go to {to} from {from}.
To {to} from {from}, this {day}.
The way from {from} to {to} is free on {day}.
Our train to {to} starts in {from} on {day}.
I travel from {from} to {to} on {day}.
Book a train from {from} to {to} on {day}.
On {day} we fly from {from} to {to}.
The bus leaves {from} for {to} on {day}.
""",
        """
On {day} I will drive from {from} to {to}.
""",
    ),
    record(
        'a trip',
        dict(traveler=values.first_name, country=values.proper, days=values.whole(2, 60)),
        """
{country} is where {traveler} stays for {days} days.
{days} days in {country}: that is the plan of {traveler}.
We sent {traveler} to {country} for {days} days.
After {days} days, {traveler} left {country}.
For {traveler}, {country} means {days} days of rest.
{traveler} spends {days} days in {country}.
{traveler} goes to {country} for {days} days.
For {days} days, {traveler} stays in {country}.
""",
        """
{traveler} will be in {country} for {days} days.
""",
    ),
    record(
        'a book',
        dict(title=values.song, author=values.name, year=values.whole(1900, 2026)),
        """
{author} is the author of "{title}", {year}.
Back in {year} {author} wrote a book called "{title}".
{author} finished "{title}" in {year}.
{year} was the year in which {author} wrote "{title}".
I read "{title}" by {author}, printed in {year}.
"{title}" ({author}, {year})
They say {author} needed long for "{title}", which came out in {year}.
"{title}" was written by {author} in {year}.
{author} wrote "{title}" in {year}.
The book "{title}" by {author} came out in {year}.
""",
        """
In {year}, {author} published "{title}".
""",
    ),
    record(
        'a server',
        dict(
            model=values.word,
            tokens=values.whole(10, 9000),
            status=values.one_of('ready', 'loading', 'failed', 'busy'),
        ),
        """
{status} is what {model} says at {tokens} tokens.
We ran {model}. It made {tokens} tokens and was {status}.
With {tokens} tokens written, {model} is {status}.
{tokens} tokens came from {model}, which is now {status}.
Model {model}: {status}, {tokens} tokens.
The model {model} is {status} after {tokens} tokens.
{model}: {tokens} tokens, {status}
Model {model} wrote {tokens} tokens and is {status}.
""",
        """
After {tokens} tokens the model {model} was {status}.
""",
    ),
    record(
        'a pet',
        dict(pet=values.one_of(*words.ANIMALS[:30]), name=values.proper, owner=values.first_name),
        """
A {pet} lives with {owner}. Its name is {name}.
{owner} gave the {pet} the name {name}.
{name}, a {pet}, belongs to {owner}.
The {pet} {name} runs to {owner}.
We met {owner} and a {pet} called {name}.
At home {owner} has {name}, a {pet}.
{owner} has a {pet} named {name}.
The {pet} of {owner} is called {name}.
{name} is the {pet} of {owner}.
""",
        """
{owner} calls the {pet} {name}.
""",
    ),
]
FIELD_NAMES = words.words(
    """name, age, city, code, color, size, brand, level, owner, status, total, score, unit, room, floor,
street, team, grade, speed, weight, height, width, length, origin, target, source, label, key, value,
number, amount, rate, limit, version, author, editor, director, genre, language, country, region, phone,
email, website, date, time, day, month, year, start, end, duration, first_name, last_name, user_id,
order_id, item, product, quantity, price, currency, discount, address, zip, department, role, manager,
temperature, condition, humidity, model, tokens, latency, requests, errors, host, port, path, file,
type, format, category, tag"""
)
FIELD_VALUES = [
    values.word,
    values.proper,
    values.name,
    values.city,
    values.code,
    values.thing,
    values.color,
    values.day,
    values.time,
    AGE,
    values.whole(0, 9999),
    values.email,
    values.amount,
    values.job,
    lambda source: values.proper(source) + ' ' + values.proper(source),
]

EXTRACT = phrases(
    """
Extract the {keys} from this text as JSON: {text}
Extract the {keys} as JSON: {text}
Extract {keys} as JSON.\\n{text}
{text}\\nReturn JSON with the keys {keys}.
Text: {text}\\nGive me {keys} as JSON.
Answer in JSON with {keys}: {text}
Read this and reply in JSON ({list}): {text}
JSON with {keys}, please: {text}
{text} Extract the {keys} as a JSON object.
Extract the {keys}: {text}
Return a JSON object with {keys} for: {text}
Find {keys} in this text and write them as JSON: {text}
What are {keys}? Answer with JSON. {text}
[Convert|Turn] this into JSON with {keys}: {text}
Fields: {list}\\nText: {text}\\nJSON:
Text: {text}\\nFields: {list}\\nAnswer in JSON.
{text}\\nKeys: {list}
Give me a JSON object with {keys} of this text: {text}
Make JSON with the keys {list} from this: {text}
Take the {keys} from the text and answer with JSON: {text}
[Here is|This is] the text: {text}\\nAnswer with JSON that has {keys}.
{text}\\nI need the {keys} of this as JSON.
Put {keys} into a JSON object: {text}
In JSON, what are the {keys} in: {text}
Please extract the [fields|values|keys] {list} as JSON from: {text}
[Take|Get|Read|Collect|Copy] [the|] {keys} [from|out of] [this|the following|the text|this sentence|this message]: {text}\\n[Answer|Reply|Respond] [in|with|as] JSON.
[Give|Show|Send|Return|Print|Output] [me|] [a JSON object|JSON|an object in JSON] with [the fields|the keys|the values of|the entries|] {keys} [for|from|of|about] [this|this sentence]: {text}
{text}\\n[From this|Out of this], [build|write|return|create] JSON with {keys}.
{text}\\n[Give|Show|Return|Send] me [the|] {keys} [as JSON|in JSON|as a JSON object].
{text}\\n[What are|Which are|Find|Name] [the|] {keys}? [JSON|JSON please|As JSON|In JSON].
{text}\\n\\n[Extract|JSON keys|Wanted|Needed|Fields|JSON fields]: {list}
[I want|I would like] [the|] {keys} of [this|this text|the sentence] [in JSON|as JSON|as a JSON object]: {text}
[Can|Could|Would] you [extract|find|read|give me] [the|] {keys} [of|from|in] [this|this text] as JSON? {text}
[JSON|Extract|Keys|Fields|Extract as JSON]: {list}\\n{text}
[JSON|Extract|Keys|Fields] ({list}): {text}
[Sentence|Message|Input|Note]: "{text}"\\n[Return|Write|Give me] JSON with [the keys|] {list}.
[Transform|Parse|Rewrite|Change|Convert] [this|the text|the sentence] [into|to] [JSON|a JSON object] [with|that has|holding] [the keys|] {list}: {text}
[Which|What] {keys} [are told here|do you find here|are in the text]? [Use|Write|Answer in] JSON. {text}
[Store|Save|Hold|Note] [the|] {keys} [of this|of the text|] in [a JSON object|JSON]: {text}
[Only|Just] {keys}, as JSON: {text}
[json|extract json] {list}: {text}
[Use|With] the keys {list}, [describe|write|put] this as JSON: {text}
[Look for|Search for] {keys} [here|in this text|in the following] and [answer|reply] [in|with] JSON: {text}
""",
    """
Pull the {keys} out of this text and give them as JSON: {text}
Write a JSON object that holds {keys} of the following text: {text}
From the text below, make JSON with the keys {list}.\\n{text}
I need {keys} as a JSON object. Here is the text: {text}
""",
)
EXTRACT_ALL = phrases("""
Extract {kind} as JSON: {text}
Write this as JSON: {text}
{text}\\nAs JSON, please.
[Convert|Turn|Change|Parse|Put] [this|the text|this text|everything here] [to|into] JSON: {text}
{text}\\n[Give me|I want|Make|Write] [this|that|it|all of it] as JSON.
[All|Everything] as JSON: {text}
""")
ASK = phrases(
    """
{text} What is the {key}?
{text}\\nWhat is the {key}?
Read: {text}\\nWhich {key} is given?
Text: {text} What is the {key} in it?
{text}\\nTell me the {key}.
Find the {key}: {text}
[Tell|Give|Show] me the {key} [in|of|from] [this|this text|the text|the following]: {text}
[What|Which] {key} [is in|is told in] [this text|this|the text|the sentence]: {text}
[What|Which] {key} does [this text|this|the text|the sentence] have: {text}
{text}\\n[Which|What] {key} [is it|is that|is told|does the text give|is mentioned|was that]?
{text} [Which|What] {key} [is it|is that|is told|is mentioned]?
{text}\\n[The|Just the|Only the|And the] {key}, please.
{text}\\n[Name|Say|Write|Read out|Pick out] the {key}.
[I want to|I need to|I would like to] know the {key}: {text}
[Text|Note|Message]: {text}\\n[Question: |]What is the {key}?
[Question|Asked]: what is the {key}?\\n[Text|Note]: {text}
What is the {key} [here|in this text|in the following]? {text}
[Can|Could] you [find|tell me|read] the {key}? {text}
{key}? {text}
{text} {key}?
""",
    """
Look at this text: {text}\\nWhich {key} do you see?
{text} Please give me the {key}.
""",
)
ASK_AGAIN = phrases("""
And the {key}?
What is the {key}?
Now tell me the {key}.
Which {key} is given?
[And|Now|Then] [what is|what about|which is|tell me|give me] the {key}?
[Also|Next|Then] the {key}[, please|].
[Could|Can] you [also|] [tell me|give me] the {key}?
[I also need|I want] the {key}.
""")
EXTRACT_AGAIN = phrases("""
Now give me {keys} as JSON.
Write {keys} as JSON.
JSON with {list}, please.
Extract {keys} as a JSON object.
[And|Now|Please|Then] [give me|write|extract|return] [the|] {keys} [as JSON|in JSON|as a JSON object].
The same as JSON with [the keys|] {list}.
[Put|Write] {keys} [in|into] [JSON|a JSON object].
[I need|I want] {keys} as JSON.
[As JSON|JSON|In JSON]: {list}
""")
INVENT = phrases("""
Make up {kind} and answer in JSON with the keys {keys}.
Describe {kind} as JSON with {keys}.
Give me JSON for {kind} with {keys}.
Describe {kind}.
Make up {kind}.
Invent {kind}.
Give me an example of {kind} as JSON.
""")
ARRAY = phrases(
    """
Write this as a JSON array: {list}
Turn this list into a JSON array: {list}
JSON array: {list}
Make a JSON array of: {list}
[Convert|Change|Put|Make] [this|these|this list|the items] [to|into] a JSON array: {list}
[As|In] [a JSON array|JSON]: {list}
{list}\\n[As a JSON array|JSON array], please.
[I need|I want|Give me|Write] a JSON array [of|with] [these|these items|]: {list}
[Can|Could] you write {list} as a JSON array?
""",
    """
Give me these as a JSON array: {list}
""",
)
SEPARATORS = (': ', ': ', ' = ', '=', ' - ', ' -> ', ' is ', '\t', ':', ' | ')
MARKS = (
    '{key}',
    '{key}',
    '{key}',
    '{Key}',
    'the {key}',
    'The {key}',
    '"{key}"',
    '[{key}]',
    '- {key}',
    '* {key}',
)
BETWEENS = ('\n', '\n', ', ', '; ', ' ', ' | ', ' and ', '. ', ' / ', '\n\n')


def joined(items):
    """One, two and three."""
    items = list(items)
    return items[0] if len(items) == 1 else ', '.join(items[:-1]) + ' and ' + items[-1]


def spoken(key):
    return key.replace('_', ' ')


def told(source):
    """A kind, its fields and a text that holds them."""
    way = source.weighted([(labelled, 30), (table, 6), (sentence, 24), (record_clauses.told, 40)])
    if source.held_out:  # the clauses have no wordings of their own side
        way = labelled if source.chance(0.35) else sentence
    return way(source)


def sentence(source):
    chosen = source.pick(RECORDS)
    fields = {key: value(source) for key, value in chosen.fields.items()}
    return chosen.kind, fields, with_article(source.phrase(chosen.sentences, **fields))


def any_fields(source, count):
    """Fields of any name with values of any kind."""
    names = source.sample(FIELD_NAMES, count)
    names = [name if source.chance(0.8) else values.word(source) for name in names]
    return {name: source.pick(FIELD_VALUES)(source) for name in names}


def labelled(source):
    """As a form would have them."""
    fields = any_fields(source, source.between(1, 6))
    mark, separator, between = map(source.pick, (MARKS, SEPARATORS, BETWEENS))
    if separator.strip() == between.strip():
        between = '\n'
    text = between.join(
        source.fill(mark, key=spoken(key)) + separator + str(value) for key, value in fields.items()
    )
    return 'this', fields, text


def table(source):
    """A row of names, and one of values."""
    fields = any_fields(source, source.between(2, 5))
    between = source.pick((',', ', ', ' | ', ';', '\t'))
    return 'this', fields, '\n'.join(between.join(map(str, row)) for row in (fields, fields.values()))


def extraction(source):
    """Some or all fields, in the order of the request."""
    kind, fields, text = told(source)
    keys = list(fields)
    if source.chance(0.3):
        source.random.shuffle(keys)
    if len(keys) > 1 and source.chance(0.3):
        keys = [key for key in keys if source.chance(0.6)] or keys[:1]
    elif source.chance(0.1) and not source.held_out:
        return source.phrase(EXTRACT_ALL, kind=kind, text=text), json.dumps(fields, ensure_ascii=False)
    wanted = [spoken(key) if source.chance(0.1) and not source.held_out else key for key in keys]
    question = source.phrase(EXTRACT, keys=joined(wanted), list=', '.join(wanted), text=text)
    indent = None
    if source.chance(0.05) and not source.held_out:
        question, indent = question + source.pick(['\nUse indentation.', '\nPretty print it.']), 2
    return question, json.dumps({key: fields[key] for key in keys}, ensure_ascii=False, indent=indent)


def value_in_words(source):
    _, fields, text = told(source)
    key = source.pick(list(fields))
    return source.phrase(ASK, text=text, key=spoken(key)), f'The {spoken(key)} is {fields[key]}.'


def interview(source):
    """Turns about one text, which only the first question holds."""
    _, fields, text = told(source)
    keys = list(fields)
    first = source.pick(keys)
    turns = [(source.phrase(ASK, text=text, key=spoken(first)), f'The {spoken(first)} is {fields[first]}.')]
    for _ in range(source.between(1, 4)):
        if source.chance(0.5):
            key = source.pick(keys)
            turns.append((source.phrase(ASK_AGAIN, key=spoken(key)), f'The {spoken(key)} is {fields[key]}.'))
        else:
            some = source.sample(keys, source.between(1, len(keys)))
            found = json.dumps({key: fields[key] for key in some}, ensure_ascii=False)
            turns.append((source.phrase(EXTRACT_AGAIN, keys=joined(some), list=', '.join(some)), found))
    return turns


def bare_extraction(source):
    """The text alone: what a request sends that relies on its JSON schema."""
    _, fields, text = told(source)
    return text, json.dumps(fields, ensure_ascii=False)


def invention(source):
    chosen = source.pick(
        [
            record
            for record in RECORDS
            if record.kind in ('a person', 'an order', 'an event', 'a product', 'a trip')
        ]
    )
    fields = {
        key: (
            source.pick(words.NAMES)
            if key == 'name'
            else source.pick(words.CITIES) if value is values.city else value(source)
        )
        for key, value in chosen.fields.items()
    }
    return source.phrase(INVENT, kind=chosen.kind, keys=joined(fields)), json.dumps(fields)


def array(source):
    found = copying.items(source)
    numeric = all(item.isdigit() for item in found)
    return source.phrase(ARRAY, list=', '.join(found)), json.dumps(
        [int(item) for item in found] if numeric else found
    )
