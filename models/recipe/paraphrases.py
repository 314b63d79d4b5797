"""Pairs of texts that mean the same, for the embedding model.

A scene is told in several wordings: those of the training, and after >> two that only the evaluation uses.
"""

from dataclasses import dataclass

import records
import server_facts
import tool_catalog
import values
import words
from source import capitalised, phrases, with_article

SCENES_TEXT = """
{name} [bought|purchased] a {color} {thing} in {city}.
In {city}, {name} [got|bought] a {thing} that is {color}.
A {color} {thing} was [bought|purchased] by {name} in {city}.
{name} [paid for|acquired] a {color} {thing} while in {city}.
>>
{name} went shopping in {city} and came home with a {color} {thing}.
The {color} {thing} of {name} was bought in {city}.

{name} sold the {thing} to {other}.
{other} bought the {thing} from {name}.
The {thing} was sold by {name}, and {other} has it now.
{name} got money from {other} for the {thing}.
>>
{other} paid {name} for the {thing}.
The buyer of the {thing} was {other}, the seller was {name}.

{name} lost a {color} {thing} near the {place}.
A {color} {thing} that belongs to {name} went missing near the {place}.
Near the {place}, {name} dropped a {color} {thing} and could not find it.
{name} is [searching|looking] for a {color} {thing}, last seen near the {place}.
>>
Close to the {place}, the {color} {thing} of {name} disappeared.
{name} cannot find the {color} {thing} that was dropped at the {place}.

{name} found a {adjective} {thing} in the {place}.
In the {place}, {name} discovered a {thing} that was {adjective}.
A {adjective} {thing} was found by {name} in the {place}.
{name} came across a {adjective} {thing} in the {place}.
>>
The {place} is where {name} discovered the {adjective} {thing}.
A {adjective} {thing} turned up in the {place}, and {name} found it.

{name} travels to {city} on {day}.
On {day}, {name} [goes|will go] to {city}.
{name} has a trip to {city} on {day}.
{name} leaves for {city} on {day}.
>>
On {day} a journey to {city} begins for {name}.
{name} will be on the way to {city} on {day}.

The train to {city} is {number} minutes late.
There is a delay of {number} minutes for the train to {city}.
The {city} train arrives {number} minutes later than planned.
People who go to {city} by train must wait {number} minutes longer.
>>
A delay: {number} minutes for trains that go to {city}.
{number} minutes late is the train for {city}.

{name} is afraid of the {animal}.
The {animal} scares {name}.
{name} fears the {animal}.
When {name} sees the {animal}, {name} is scared.
>>
{name} gets frightened by the {animal}, a scary one.
It is the {animal} that {name} is scared of.

{name} [likes|loves] {food}.
{food} is what {name} likes [most|best].
The favorite food of {name} is {food}.
{name} is very fond of {food}.
>>
Nothing tastes better to {name} than {food}, the favorite.
What {name} loves to eat is {food}.

{name} hates {food}.
{name} does not like {food} at all.
{name} never eats {food}.
{food} is a food that {name} cannot stand.
>>
{name} refuses to eat {food}.
For {name}, {food} tastes terrible, so never.

{name} is ill and stays in bed.
{name} is sick and has to [rest|stay at home].
Because of an illness, {name} stays at home.
{name} does not feel well and rests in bed.
>>
{name} cannot get up because of being sick.
Since {name} feels unwell, bed rest is needed.

{name} works as a {role} in {city}.
In {city}, {name} has a job as a {role}.
{name} is a {role} and works in {city}.
The {role} {name} is employed in {city}.
>>
{name} earns money as a {role} in {city}.
Employed in {city}: {name}, a {role}.

{name} teaches {other} to play the {instrument}.
{other} learns the {instrument} from {name}.
{name} gives {other} lessons on the {instrument}.
The {instrument} teacher of {other} is {name}.
>>
{other} takes lessons on the {instrument} with {name}.
Thanks to {name}, {other} is learning to play the {instrument}.

It is raining in {city}.
[Rain is falling|The weather is rainy] in {city}.
In {city} it rains.
You need an umbrella in {city}, it is wet.
>>
{city} has rainy weather, take an umbrella.
Wet weather in {city}, rain all over.

It is hot and sunny in {city}.
The sun is shining in {city}, and it is very warm.
In {city} the weather is warm and sunny.
{city} has a hot, sunny day.
>>
Sunshine and heat in {city}.
Today {city} is warm with a lot of sun.

It is cold and snowing in {city}.
Snow is falling in {city}, and it is freezing.
In {city} there is snow and it is very cold.
{city} has cold, snowy weather.
>>
Freezing weather with snow in {city}.
{city} is white with snow, and cold.

The meeting with {name} is at {time}.
At {time} I meet {name}.
I have a meeting with {name} at {time}.
{name} and I meet at {time}.
>>
My appointment with {name} starts at {time}.
I will see {name} at {time} for a meeting.

The meeting on {day} was cancelled by {name}.
{name} cancelled the meeting on {day}.
There will be no meeting on {day}, says {name}.
{name} called off the meeting that was planned for {day}.
>>
On {day} nobody meets, because {name} cancelled.
The {day} meeting will not happen, {name} called it off.

{name} forgot the {thing} at home.
The {thing} is at home, because {name} forgot it.
{name} did not [bring|take] the {thing}, it is still at home.
{name} left the {thing} at home by mistake.
>>
{name} came without the {thing}, which was left at home.
At home lies the {thing} that {name} forgot.

{name} repaired the broken {thing}.
The {thing} was broken, and {name} fixed it.
The broken {thing} works again thanks to {name}.
{name} [fixed|mended] the {thing}.
>>
After {name} mended it, the {thing} worked again.
It was {name} who repaired the {thing}.

{name} broke the {thing} of {other}.
The {thing} of {other} was broken by {name}.
{other} is angry, because {name} destroyed the {thing}.
{name} damaged the {thing} that belongs to {other}.
>>
Because of {name}, the {thing} of {other} is damaged.
{other} has a broken {thing}, and {name} did it.

{name} gave {other} a {thing} as a present.
{other} got a {thing} from {name} as a gift.
{name} presented {other} with a {thing}.
As a gift, {other} received a {thing} from {name}.
>>
The gift that {other} received from {name} was a {thing}.
{name} surprised {other} with the gift of a {thing}.

{name} lent {other} a {thing}.
{other} borrowed a {thing} from {name}.
{other} may use the {thing} of {name} for some time.
{name} let {other} use the {thing} for a while.
>>
{other} has borrowed the {thing} that {name} owns.
For a while, {other} may use a {thing} lent by {name}.

{name} called {other} by phone.
{name} phoned {other}.
{other} got a call from {name}.
{name} spoke to {other} on the phone.
>>
There was a phone call from {name} to {other}.
{other} was phoned by {name}.

{name} wrote a letter to {other}.
{other} received a letter from {name}.
{name} sent {other} a letter.
A letter was written to {other} by {name}.
>>
The letter that {other} received was written by {name}.
{name} put words on paper and mailed the letter to {other}.

{name} waits for {other} at the {place}.
At the {place}, {name} is waiting for {other}.
{name} stands at the {place} until {other} comes.
{other} is expected by {name} at the {place}.
>>
{name} will stay at the {place} until {other} arrives.
Waiting at the {place}: {name}, for {other}.

{name} cooked {food} for {other}.
{other} ate the {food} that {name} made.
{name} made {food} for {other}.
{food} was prepared for {other} by {name}.
>>
{other} had a meal of {food}, cooked by {name}.
The cook {name} prepared {food}, and {other} ate it.

The shop near the {place} is closed on {day}.
On {day} the shop near the {place} does not open.
You cannot buy anything at the shop near the {place} on {day}.
The store by the {place} stays shut on {day}.
>>
Shut on {day}: the store near the {place}.
The shop by the {place} will not be open on {day}.

The {thing} costs {number} dollars.
The price of the {thing} is {number} dollars.
You have to pay {number} dollars for the {thing}.
{number} dollars is what the {thing} costs.
>>
For {number} dollars the {thing} is yours.
To get the {thing}, you need {number} dollars.

The {thing} is too expensive for {name}.
{name} cannot [afford|pay for] the {thing}.
{name} does not have enough money for the {thing}.
The price of the {thing} is too high for {name}.
>>
{name} lacks the money to buy the {thing}.
Such a costly {thing} is more than {name} can pay.

{name} won the race in {city}.
In {city}, {name} was the fastest in the race.
The winner of the race in {city} is {name}.
{name} came first in the race in {city}.
>>
First in the {city} race: {name}.
Nobody was faster than {name} in the race in {city}.

{name} lost the race in {city}.
{name} came last in the race in {city}.
In the race in {city}, {name} was the slowest.
Everybody was faster than {name} in the race in {city}.
>>
The slowest in the {city} race was {name}.
Last in the race in {city}: {name}.

The {animal} sleeps in the {place}.
In the {place} a {animal} is sleeping.
A {animal} lies asleep in the {place}.
The {place} is where the {animal} sleeps.
>>
Asleep in the {place}: the {animal}.
The {animal} takes a nap in the {place}.

The {animal} ran away from the {place}.
The {animal} escaped from the {place}.
From the {place} a {animal} has escaped.
The {place} has lost its {animal}, which ran away.
>>
A {animal} is gone, it escaped from the {place}.
The runaway {animal} came from the {place}.

{name} reads a book about the {animal}.
The book that {name} reads is about a {animal}.
{name} is reading about the {animal}.
A book on the {animal} is being read by {name}.
>>
{name} sits with a book on the {animal}.
About the {animal}: that is what {name} reads.

{name} paints the {thing} {color}.
The {thing} gets {color} paint from {name}.
{name} colors the {thing} {color}.
{name} makes the {thing} {color} with a brush.
>>
With {color} paint, {name} covers the {thing}.
The {thing} turns {color}, since {name} paints it.

{name} is {number} years old.
The age of {name} is {number}.
{name} was born {number} years ago.
{number} years is the age of {name}.
>>
{name} has lived for {number} years.
At {number}, that is the age {name} has.

{name} and {other} got married in {city}.
The wedding of {name} and {other} was in {city}.
In {city}, {name} became the husband of {other}.
{name} married {other} in {city}.
>>
{city} was the place where {name} and {other} had their wedding.
{name} is married to {other} since the day in {city}.

{name} is the boss of {other}.
{other} works for {name}.
{name} tells {other} what to do at work.
The manager of {other} is {name}.
>>
At work, {other} follows what {name} says, the manager.
{name} leads the team in which {other} works, as the boss.

The lights in the {place} went out at {time}.
At {time} it became dark in the {place}.
There has been no light in the {place} since {time}.
The {place} lost its electricity at {time}.
>>
No electricity in the {place} from {time} on.
The {place} was dark after {time}.

{name} hid the {thing} under the {furniture}.
The {thing} of {name} is under the {furniture}.
Under the {furniture}, {name} put the {thing}.
The {thing} was placed below the {furniture} by {name}.
>>
Look below the {furniture}, there {name} put the {thing}.
{name} keeps the {thing} hidden under the {furniture}.

{name} apologised to {other} for being late.
{name} said sorry to {other}, because {name} was late.
{name} came too late and asked {other} to forgive it.
{other} heard an apology from {name} about the delay.
>>
Because of coming late, {name} told {other} sorry.
An apology for the delay was given to {other} by {name}.

The server answers slowly since {day}.
Since {day} the server has been slow.
The responses of the server take long since {day}.
The latency of the server is high since {day}.
>>
From {day} on, the server needs long for responses.
High latency since {day}: the server is slow.

The model {word} does not fit into memory.
There is not enough memory for the model {word}.
The model {word} is too big for the memory.
The GPU has too little memory for the model {word}.
>>
Too big for the GPU memory: the model {word}.
Memory is too small to load the model {word}.

The test of {word} failed on {day}.
On {day} the {word} test did not pass.
The {word} test was not successful on {day}.
{day} brought an error in the test of {word}.
>>
The test of {word} ended with an error on {day}.
On {day} there was a failure in the {word} test.
"""
INSTRUMENTS = words.words('flute, violin, drum, piano, guitar, trumpet, harp')
FURNITURE = words.words('bed, table, chair, sofa, desk, shelf, stairs, carpet')


def read_scenes():
    found = []
    for block in SCENES_TEXT.strip().split('\n\n'):
        train, held_out = block.split('\n>>\n')
        found.append(phrases(train, held_out))
    return found


SCENES = read_scenes()


@dataclass(frozen=True)
class Pair:
    """Two texts; other pairs of a batch with the same `meaning` are no counter-examples."""

    first: str
    second: str
    meaning: str


def two_of(source, texts):
    return source.sample(texts, 2)


def pair_of(texts):
    return Pair(*texts, meaning=texts[0])


def scene(source):
    wordings = source.pick(SCENES).all_of(source.held_out)
    slots = {
        **values.common_slots(source),
        'instrument': source.pick(INSTRUMENTS),
        'furniture': source.pick(FURNITURE),
    }
    while slots['other'] == slots['name']:
        slots['other'] = values.first_name(source)
    return pair_of(
        [with_article(capitalised(source.fill(wording, **slots))) for wording in two_of(source, wordings)]
    )


def same_record(source):
    """Two sentences of one record."""
    record = source.pick(
        [record for record in records.RECORDS if len(record.sentences.all_of(source.held_out)) > 1]
    )
    fields = {key: value(source) for key, value in record.fields.items()}
    wordings = two_of(source, record.sentences.all_of(source.held_out))
    return pair_of([with_article(source.fill(told, **fields)) for told in wordings])


def same_question(source):
    """Two questions about tacho with one answer."""
    facts = [
        fact
        for fact in server_facts.FACTS + server_facts.TERMS
        if len(fact.questions.all_of(source.held_out)) > 1
    ]
    fact = source.pick(facts)
    return Pair(
        *(source.fill(question) for question in two_of(source, fact.questions.all_of(source.held_out))),
        fact.answer
    )


def question_and_answer(source):
    fact = server_facts.fact(source)
    return Pair(server_facts.ask(source, fact), fact.answer, fact.answer)


def same_request(source):
    """Two ways of asking a tool for one thing."""
    tool = source.pick(tool_catalog.HELD_OUT if source.held_out else tool_catalog.TRAIN)
    slots = {kind: tool_catalog.KINDS[kind].value(source) for kind, _, _ in tool.parameters}
    needed = {kind for kind, _, optional in tool.parameters if not optional}
    asks = [
        ask
        for ask in tool.asks.train
        if all('{' + kind + '}' in ask for kind in needed)
        and not any('{' + kind + '}' in ask for kind in slots.keys() - needed)
    ]
    if len(asks) < 2:
        return same_request(source)
    return pair_of([with_article(source.fill(ask, **slots)) for ask in two_of(source, asks)])


KINDS = [(scene, 55), (same_record, 12), (same_question, 12), (question_and_answer, 12), (same_request, 9)]


def pair(source):
    return source.weighted(KINDS)(source)


def different_pairs(source, count, make=pair):
    """Pairs of which no two share a text."""
    seen, found = set(), []
    while len(found) < count:
        made = make(source)
        if not {made.first, made.second} & seen and made.first != made.second:
            seen |= {made.first, made.second}
            found.append(made)
    return found
