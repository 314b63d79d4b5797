"""Records told in clauses of their own, put together in any order: far more sentences than a list can hold.

A topic's subject takes clauses of its fields: predicates ("lives in {city}"), what stands after the subject
("from {city}") and what stands before it ("In {city},").
"""

from dataclasses import dataclass

import values
import words
from source import capitalised, with_article


@dataclass(frozen=True)
class Field:
    """A value and the clauses that tell it, by their place in a sentence."""

    key: str
    value: object
    predicates: tuple
    after: tuple
    before: tuple


@dataclass(frozen=True)
class Topic:
    """subjects: how the thing is named, with slots of `named`'s fields or without; fillers: predicates that
    tell nothing.
    """

    kind: str
    subjects: tuple
    named: dict
    pronouns: tuple
    fillers: tuple
    fields: tuple


def choices(text):
    return tuple(part.strip() for part in text.split('|') if part.strip())


def topic(kind, subjects, pronouns, fillers, named, fields):
    """fields: key -> (value, 'predicates / after / before'), each of them alternatives between |."""
    parsed = [
        Field(key, value, *map(choices, (clauses + ' / / ').split('/')[:3]))
        for key, (value, clauses) in fields.items()
    ]
    return Topic(kind, choices(subjects), named, choices(pronouns), choices(fillers), tuple(parsed))


PERSON = 'He|She|This person|The same person'
THING = 'It|This one'
TOPICS = (
    topic(
        'a person',
        '{name}|{name}|{name}|My friend {name}|Our neighbor {name}|A person named {name}|Somebody called {name}',
        PERSON,
        'is here today|came to see us|is very kind|waved from the window|likes apples|sat by the door',
        {'name': values.name},
        {
            'age': (
                values.whole(1, 99),
                'is {age} years old|is {age}|has turned {age}|has lived {age} years|became {age} in spring'
                ' / , {age},|, aged {age},|({age})|, {age} years old,|, who is {age},'
                ' / At {age},|When {age} years old,|In year {age} of a long life,',
            ),
            'city': (
                values.city,
                'lives in {city}|comes from {city}|moved to {city}|grew up in {city}|has a flat in {city}|'
                'is at home in {city}|left {city} never|calls {city} home'
                ' / from {city}|of {city}|, born in {city},|, at home in {city},|, who lives in {city},'
                ' / In {city},|Back in {city},|Near the river of {city},',
            ),
            'job': (
                values.job,
                'works as a {job}|is a {job}|has the job of a {job}|earns money as a {job}|became a {job}|'
                'learned to be a {job}'
                ' / , a {job},|, {job} by trade,|, who works as a {job},'
                ' / As a {job},|Being a good {job},',
            ),
            'email': (
                values.email,
                'has the email {email}|reads mail at {email}|can be written to at {email}|answers from {email}'
                ' / ({email})|, {email},|with the address {email}',
            ),
            'phone': (
                values.phone,
                'can be called at {phone}|has the number {phone}|answers the phone {phone}|picks up at {phone}'
                ' / (phone {phone})|, tel. {phone},|with the number {phone}',
            ),
            'color': (
                values.color,
                'likes {color} best|wears {color}|has a {color} hat|painted the door {color}'
                ' / in {color}|, dressed in {color},',
            ),
            'pet': (
                values.one_of(*words.ANIMALS),
                'has a {pet}|owns a {pet}|keeps a {pet}|walks with a {pet} each day'
                ' / with a {pet}|, owner of a {pet},|and a {pet}',
            ),
            'language': (
                values.one_of(*words.LANGUAGES),
                'speaks {language}|learns {language}|writes letters in {language}|knows some {language}'
                ' / , who speaks {language},',
            ),
            'team': (
                values.proper,
                'plays for {team}|joined the team {team}|belongs to {team}|is new in team {team}'
                ' / of team {team}|, member of {team},',
            ),
            'score': (
                values.whole(0, 999),
                'scored {score}|got {score} points|reached a score of {score}|has {score} points'
                ' / with {score} points|, at {score} points,|(score: {score})',
            ),
        },
    ),
    topic(
        'an order',
        'Order {order_id}|The order {order_id}|An order with the id {order_id}|Number {order_id}',
        'It|The order',
        'is on its way|was checked twice|is in our list|made us happy',
        {'order_id': values.code},
        {
            'item': (
                values.thing,
                'holds a {item}|is for a {item}|contains one {item}|asks for the {item}|was made for a {item}'
                ' / for a {item}|, a {item},|(one {item})',
            ),
            'quantity': (
                values.whole(1, 90),
                'has {quantity} pieces|counts {quantity} pieces|comes as {quantity} boxes|is {quantity} times in the bag'
                ' / with {quantity} pieces|, {quantity} in all,',
            ),
            'price': (
                values.amount,
                'costs {price} euros|was {price} dollars|is worth {price}|comes to {price} euros|makes {price} dollars'
                ' / at {price} euros|for {price} dollars|({price} euros)',
            ),
            'customer': (
                values.name,
                'goes to {customer}|was placed by {customer}|belongs to {customer}|is paid by {customer}|came from {customer}'
                ' / of {customer}|, bought by {customer},|from customer {customer}',
            ),
            'city': (
                values.city,
                'is sent to {city}|travels to {city}|waits in {city}|leaves for {city}'
                ' / to {city}|, bound for {city},| / In {city},',
            ),
            'status': (
                values.one_of(
                    *words.words('sent, packed, delivered, late, paid, waiting, cancelled, open, lost')
                ),
                'is {status}|was marked as {status}|is now {status}|has the status {status}|counts as {status}'
                ' / , {status},|(status: {status})',
            ),
            'day': (
                values.day,
                'arrives on {day}|leaves on {day}|is due on {day} / of {day}| / On {day},|Since {day},',
            ),
        },
    ),
    topic(
        'an event',
        'The {event}|Our {event}|The next {event}|The big {event}|A {event}',
        'It|The event',
        'will be fun|is open for all|was planned long ago|is for everybody',
        {'event': values.one_of(*words.EVENTS)},
        {
            'day': (
                values.day,
                'is on {day}|takes place on {day}|was put on {day}|falls on {day}|happens {day}'
                ' / on {day}|of {day}|, {day},| / On {day},|This {day},|Every {day},',
            ),
            'time': (
                values.time,
                'begins at {time}|is at {time}|opens its doors at {time}|ends at {time}'
                ' / at {time}|, {time},|({time}) / At {time},|From {time},',
            ),
            'place': (
                values.city,
                'is held in {place}|takes us to {place}|happens in {place}|will be in {place}'
                ' / in {place}|, in {place} this time,|near {place} / In {place},|Over in {place},',
            ),
            'date': (
                values.date,
                'is on {date}|was moved to {date}|has the date {date}|takes place on {date}'
                ' / on {date}|of {date}|({date}) / On {date},',
            ),
            'host': (
                values.first_name,
                'is led by {host}|is hosted by {host}|was planned by {host}|is run by {host}'
                ' / with {host}|by {host}|of {host} / Thanks to {host},',
            ),
            'guests': (
                values.whole(2, 400),
                'has {guests} guests|is for {guests} people|brings {guests} people together|seats {guests}'
                ' / with {guests} guests|for {guests} people',
            ),
        },
    ),
    topic(
        'a product',
        'The {product}|This {product}|A new {product}|Our {product}|The last {product}',
        THING,
        'is our best one|sells well|is easy to use|was tested at home',
        {'product': values.thing},
        {
            'color': (
                values.color,
                'is {color}|comes in {color}|was painted {color}|looks {color} / in {color}|, {color},',
            ),
            'price': (
                values.amount,
                'costs {price} euros|is {price} dollars|sells for {price}|can be had for {price} dollars|goes for {price} euros'
                ' / for {price} euros|at {price} dollars|({price} euros) / For {price} euros,|At only {price} dollars,',
            ),
            'brand': (
                values.proper,
                'is made by {brand}|comes from {brand}|carries the name {brand}|was designed by {brand}'
                ' / by {brand}|from {brand}|of the brand {brand}|, a {brand} one,',
            ),
            'weight': (
                values.whole(1, 900),
                'weighs {weight} grams|has a weight of {weight} grams|is {weight} grams heavy'
                ' / of {weight} grams|with {weight} grams / At {weight} grams,',
            ),
            'stock': (
                values.whole(0, 999),
                'is there {stock} times|has {stock} pieces left|lies in stock {stock} times'
                ' / with {stock} pieces in stock|({stock} left)',
            ),
            'code': (
                values.code,
                'has the code {code}|is listed as {code}|carries number {code}|goes by the code {code}'
                ' / (code {code})|, number {code},|with code {code}',
            ),
        },
    ),
    topic(
        'a trip',
        'The trip|My journey|Our trip|The train|The bus|A flight|Our ride',
        'It|The trip',
        'is long|will be nice|was a good idea|is cheap',
        {},
        {
            'from': (
                values.city,
                'starts in {from}|leaves {from}|begins at {from}|departs from {from}'
                ' / from {from}|, starting in {from},|out of {from} / From {from},',
            ),
            'to': (
                values.city,
                'goes to {to}|ends in {to}|takes us to {to}|arrives in {to}|heads for {to}|reaches {to}'
                ' / to {to}|toward {to}|, with {to} as its end,|into {to}',
            ),
            'day': (values.day, 'is on {day}|leaves on {day} / on {day}|, {day}, / On {day},|Next {day},'),
            'traveler': (
                values.name,
                'was booked by {traveler}|is for {traveler}|takes {traveler} along'
                ' / of {traveler}|for {traveler}|with {traveler}',
            ),
            'days': (
                values.whole(2, 60),
                'takes {days} days|lasts {days} days|is {days} days long / of {days} days|, {days} days long,'
                ' / For {days} days,|Within {days} days,',
            ),
            'price': (
                values.amount,
                'costs {price} euros|is {price} dollars / for {price} euros|({price} dollars)',
            ),
        },
    ),
    topic(
        'a book',
        'The book "{title}"|"{title}"|The novel "{title}"|A story called "{title}"',
        'It|The book',
        'is a good read|was sold out|stands on my shelf|made me laugh',
        {'title': values.song},
        {
            'author': (
                values.name,
                'is by {author}|was written by {author}|comes from the pen of {author}|made {author} famous'
                ' / by {author}|of {author}|, by {author},|, written by {author},',
            ),
            'year': (
                values.whole(1900, 2026),
                'came out in {year}|was printed in {year}|is from {year}|dates from {year}|appeared in {year}'
                ' / from {year}|({year})|of {year} / In {year},|Back in {year},|Since {year},',
            ),
            'pages': (
                values.whole(20, 900),
                'has {pages} pages|is {pages} pages long|fills {pages} pages / with {pages} pages|, {pages} pages,',
            ),
            'language': (
                values.one_of(*words.LANGUAGES),
                'is in {language}|was first told in {language} / in {language}|, written in {language},',
            ),
            'publisher': (
                values.proper,
                'was published by {publisher}|is sold by {publisher} / from the house {publisher}|({publisher})',
            ),
        },
    ),
    topic(
        'a book',
        '{author}|The writer {author}|Our author {author}|A friend, {author},',
        'The writer|The author',
        'likes to write|sat at the desk all day|is well known|drinks a lot of tea',
        {'author': values.name},
        {
            'title': (
                values.song,
                'wrote "{title}"|finished "{title}"|is known for "{title}"|read from "{title}"'
                ' / , the author of "{title}",| / With "{title}",',
            ),
            'year': (
                values.whole(1900, 2026),
                'became famous in {year}|won a prize in {year} / / In {year},|By {year},',
            ),
            'city': (values.city, 'lives in {city}|works in {city} / from {city}|of {city} / In {city},'),
            'pages': (values.whole(20, 900), 'filled {pages} pages|wrote {pages} pages / with {pages} pages'),
        },
    ),
    topic(
        'an order',
        '{customer}|Our customer {customer}|A buyer, {customer},|The shop of {customer}',
        'The customer|The buyer',
        'came in the morning|was in a hurry|was glad|asked many things',
        {'customer': values.name},
        {
            'item': (
                values.thing,
                'bought a {item}|wants a {item}|took the {item}|paid for a {item}|asked for one {item}'
                ' / with a {item}|, who took the {item}, / For a {item},',
            ),
            'price': (
                values.amount,
                'paid {price} euros|spent {price} dollars|gave us {price} euros / with {price} dollars / For {price} euros,',
            ),
            'day': (values.day, 'came on {day}|will be back on {day} / / On {day},|Last {day},'),
            'order_id': (
                values.code,
                'has order {order_id}|got the number {order_id} / (order {order_id})|, number {order_id},',
            ),
        },
    ),
    topic(
        'a server',
        'The server {host}|Server {host}|Host {host}|The machine {host}',
        'It|The server|The machine',
        'hums in the cellar|runs well|was cleaned last week|blinks',
        {'host': values.word},
        {
            'model': (
                values.word,
                'serves the model {model}|runs {model}|has loaded {model}|works with {model}'
                ' / with {model}|, which runs {model},|(model {model}) / For {model},',
            ),
            'port': (
                values.whole(1000, 9999),
                'listens on port {port}|uses port {port}|answers at port {port} / on port {port}|, port {port},',
            ),
            'status': (
                values.one_of('ready', 'loading', 'failed', 'busy', 'idle', 'offline'),
                'is {status}|was {status}|reports {status}|shows the status {status}|went {status}'
                ' / , {status},|(now {status})',
            ),
            'tokens': (
                values.whole(10, 9000),
                'wrote {tokens} tokens|has made {tokens} tokens|counted {tokens} tokens'
                ' / with {tokens} tokens / After {tokens} tokens,|At {tokens} tokens,',
            ),
            'errors': (
                values.whole(0, 99),
                'had {errors} errors|counts {errors} errors|saw {errors} errors / with {errors} errors',
            ),
            'owner': (values.name, 'belongs to {owner}|is kept by {owner} / of {owner}|, owned by {owner},'),
        },
    ),
    topic(
        'a pet',
        'The {pet} {name}|{name} the {pet}|A {pet} called {name}|A {pet} with the name {name}',
        'It|The animal',
        'sleeps a lot|ran into the garden|is very friendly|eats too much',
        {'pet': values.one_of(*words.ANIMALS[:30]), 'name': values.proper},
        {
            'owner': (
                values.name,
                'belongs to {owner}|lives with {owner}|obeys {owner}|was found by {owner}'
                ' / of {owner}|, which {owner} owns,|, friend of {owner},',
            ),
            'age': (values.whole(1, 30), 'is {age} years old|has lived {age} years / , {age} years old,'),
            'color': (
                values.color,
                'is {color}|has a {color} coat|looks {color} / in {color}|, {color} all over,',
            ),
            'weight': (
                values.whole(1, 900),
                'weighs {weight} kilograms|brings {weight} kilograms / of {weight} kilograms',
            ),
            'city': (values.city, 'lives in {city}|was born in {city} / from {city}| / In {city},'),
        },
    ),
    topic(
        'a room',
        'Room {room}|The room {room}|Hall {room}|The office {room}',
        'It|The room',
        'is bright|has a view|smells of paint|is quiet',
        {'room': values.code},
        {
            'floor': (
                values.whole(1, 40),
                'is on floor {floor}|lies on floor {floor} / on floor {floor} / On floor {floor},',
            ),
            'seats': (
                values.whole(2, 300),
                'seats {seats} people|has {seats} chairs / with {seats} chairs|for {seats} people',
            ),
            'manager': (
                values.name,
                'is kept by {manager}|is looked after by {manager} / of {manager}|, in the care of {manager},',
            ),
            'temperature': (
                values.whole(5, 35),
                'is {temperature} degrees warm|shows {temperature} degrees / at {temperature} degrees|({temperature} degrees)',
            ),
            'building': (
                values.proper,
                'belongs to {building}|is part of house {building} / in house {building} / In {building},',
            ),
        },
    ),
    topic(
        'a payment',
        'The payment {id}|Invoice {id}|Bill {id}|The transfer {id}',
        'It|The payment',
        'is in the files|came by mail|was seen by the bank',
        {'id': values.code},
        {
            'amount': (
                values.amount,
                'is over {amount} euros|amounts to {amount}|says {amount} dollars / of {amount} euros|over {amount} dollars',
            ),
            'sender': (
                values.name,
                'comes from {sender}|was sent by {sender}|is signed by {sender} / from {sender}|by {sender}',
            ),
            'receiver': (
                values.name,
                'goes to {receiver}|is meant for {receiver}|was received by {receiver} / to {receiver}|for {receiver}',
            ),
            'date': (
                values.date,
                'is due on {date}|was made on {date} / of {date}|dated {date} / On {date},',
            ),
            'status': (
                values.one_of('open', 'paid', 'late', 'refused', 'booked'),
                'is {status}|counts as {status} / , {status},',
            ),
        },
    ),
)
LOWERED = {*'The A An Our This My It He She Somebody Order Room Hall Server Host Number Invoice Bill'.split()}
ASIDES = (
    'It rained all day.',
    'Please read this with care.',
    'We will see how it goes.',
    'That is all for now.',
    'Nobody knew why.',
    'More will follow soon.',
    'This was told to me by a friend.',
    'The rest does not matter.',
    'Some of us were tired.',
    'It is a long story.',
)
# What comes before a subject that something is done to.
MEETINGS = (
    'I met',
    'You know',
    'They invited',
    'Everybody asked for',
    'Look at',
    'This is',
    'There is',
    'Nobody saw',
)
OPENINGS = ('News: ', 'Hello! ', 'Note: ', 'As you know: ', 'Look: ', 'Today we learned this. ', 'So: ')


def told(source):
    """A kind, its fields and a text that tells all of them, sometimes among things that do not matter."""
    chosen = source.pick(TOPICS)
    fields = {key: value(source) for key, value in chosen.named.items()}
    subject = source.fill(source.pick(chosen.subjects), **fields)
    wanted = source.sample(chosen.fields, source.between(1, min(4, len(chosen.fields))))
    for field in wanted:
        fields[field.key] = field.value(source)
    text = ' '.join(sentences(source, chosen, subject, wanted, fields))
    if source.chance(0.12):
        text = source.pick(OPENINGS) + text
    if source.chance(0.15):
        text = source.pick((f'{text} {source.pick(ASIDES)}', f'{source.pick(ASIDES)} {text}'))
    return chosen.kind, fields, with_article(text)


def sentences(source, chosen, subject, wanted, values_of):
    """The fields spread over one sentence or several, of which the later ones may begin with a pronoun."""
    while wanted:
        count = source.between(1, min(3, len(wanted)))
        yield sentence(source, chosen, subject, wanted[:count], values_of)
        wanted = wanted[count:]
        subject = source.pick(chosen.pronouns) if source.chance(0.7) else subject


def sentence(source, chosen, subject, wanted, values_of):
    """Each field goes to one of the places that it has clauses for; only one stands before the subject."""
    before, after, predicates = '', '', []
    for field in wanted:
        clauses = {
            'predicate': field.predicates,
            'after': field.after,
            'before': () if before else field.before,
        }
        place = source.weighted(
            [(place, 2 if place == 'predicate' else 1) for place in clauses if clauses[place]]
        )
        clause = source.fill(source.pick(clauses[place]), **values_of)
        if place == 'predicate':
            predicates.append(clause)
        elif place == 'before':
            before = clause + ' '
        else:
            after += clause if clause[0] == ',' else ' ' + clause
    if after and not predicates and not before and subject not in chosen.pronouns and source.chance(0.5):
        return f'{source.pick(MEETINGS)} {lowered(subject)}{after}'.replace(',,', ',').rstrip(',') + '.'
    told_by = ' and '.join(predicates) or source.pick(chosen.fillers)
    subject = lowered(subject) if before else subject
    return capitalised(f'{before}{subject}{after} {told_by}'.replace(',,', ',')).rstrip(',') + '.'


def lowered(subject):
    """As it is within a sentence."""
    return subject[0].lower() + subject[1:] if subject.split()[0] in LOWERED else subject
