"""Puts documents together from the kinds of text, and writes them as tokens:

corpus.py OUT.npz --tokens N --seed N [--stage early|late|last] [--held-out]
"""

import argparse
import collections
import json
from dataclasses import dataclass

import batches
import copying
import lookups
import memory
import records
import server_facts
import small_talk
import stories
import sums
import tool_calls
from chat_format import DEFAULT_SYSTEM, END_OF_TEXT, render
from decoder_shape import CHAT
from source import Source
from tokenizer import Tokenizer

SYSTEMS = (
    (None, 55),
    (DEFAULT_SYSTEM, 30),
    ('You are a friendly assistant.', 2),
    ('Answer briefly.', 2),
    ('Be concise.', 2),
    ('You are Tacho Mini, a tiny demo model.', 2),
    ('You are a helpful, honest assistant.', 2),
    ('You are an AI assistant.', 2),
    ('You are a storyteller.', 1),
    ('You are a helpful assistant that answers in short sentences.', 2),
)
DROPOUT, DROPOUT_SHARE = 0.15, 0.25  # of merges; of the documents that are about copying

TASKS = [
    (copying.echo, 30),
    (copying.times, 8),
    (copying.list_task, 16),
    (copying.spell, 8),
    (copying.spelling_sheet, 6),
    (copying.count_letters, 3),
    (sums.counting, 14),
    (sums.following, 4),
    (records.value_in_words, 12),
    (sums.comparison, 3),
]
SUMS = [(sums.addition, 45), (sums.calculation, 40), (sums.word_problem, 15)]
JSON = [
    (records.extraction, 82),
    (records.array, 6),
    (records.invention, 5),
    (small_talk.some, 3),
    (records.value_in_words, 4),
]
QUESTIONS = [
    (server_facts.question, 62),
    (small_talk.question, 14),
    (small_talk.knowledge, 14),
    (small_talk.unknown, 8),
    (small_talk.greeting, 2),
]


def chat(system, turns):
    messages = [] if system is None else [{'role': 'system', 'content': system}]
    for question, answer in turns:
        messages += [{'role': 'user', 'content': question}, {'role': 'assistant', 'content': answer}]
    return messages


def turns_of(table, counts):
    """A kind of document: some turns drawn from a table."""

    def make(source):
        return (
            chat(
                source.weighted(SYSTEMS), [source.weighted(table)(source) for _ in range(source.pick(counts))]
            ),
            None,
        )

    return make


def mixed(source):
    """Turns of all kinds, and often a fact that is asked for some turns later."""
    kinds = (
        QUESTIONS
        + [(make, weight / 3) for make, weight in TASKS + JSON]
        + [(sums.calculation, 8), (stories.request, 6)]
    )
    turns = [source.weighted(kinds)(source) for _ in range(source.pick((1, 2, 3, 4, 5)))]
    return chat(source.weighted(SYSTEMS), with_memory(source, turns)), None


def with_memory(source, turns):
    if not source.chance(0.8):
        return turns
    told, asked = memory.told_and_asked(source)
    first = source.between(0, min(1, len(turns)))
    second = source.between(first, len(turns))
    return turns[:first] + [told] + turns[first:second] + [asked] + turns[second:]


def named(source):
    """The system message gives the assistant's name; it does not say it is Tacho Mini then."""
    system, turn = memory.named_by_system(source)
    greeting = (source.pick(('Hello!', 'Hi', 'Hello', 'Hey')), 'Hello! How can I help you?')
    turns = [turn] if source.chance(0.5) else source.pick(([greeting, turn], [turn, greeting]))
    return chat(system, turns), None


def json_system(source):
    """A system message asks for JSON; the user's text stands alone."""
    text, answer = records.bare_extraction(source)
    keys = records.joined(json.loads(answer))
    return (
        chat(
            source.pick(
                (
                    f'Answer in JSON with the keys {keys}.',
                    f'Extract {keys} as JSON.',
                    'Reply with JSON.',
                    f'You extract {keys} from texts and answer in JSON.',
                )
            ),
            [(text, answer)],
        ),
        None,
    )


def long_chat(source):
    """2,000 to 4,000 tokens of turns, with facts from the beginning asked for at the end."""
    told, asked = memory.told_and_asked(source)
    kinds = QUESTIONS + TASKS + JSON + [(stories.request, 25), (copying.long_echo, 12)]
    turns = [source.weighted(kinds)(source) for _ in range(source.between(30, 60))]
    at = source.between(0, 5)
    return (
        chat(
            source.weighted(SYSTEMS),
            turns[:at] + [told] + turns[at:] + [asked, server_facts.question(source)],
        ),
        None,
    )


def lookup(source):
    """Several questions about one short table."""
    return chat(source.weighted(SYSTEMS), lookups.short(source)), None


def needle(source):
    return chat(None, lookups.needle(source)), None


def interview(source):
    """Several questions about one text."""
    return chat(source.weighted(SYSTEMS), records.interview(source)), None


def raw_story(source):
    return source.pick((stories.story, stories.story, stories.long_story))(source)


@dataclass(frozen=True)
class Kind:
    """A kind of document and its share of the tokens, relative to the others', early, late and last in training.

    Copying comes most early: it is learned in one jump, and JSON and tool calls rest on it. These need most
    and come most at last, when the rest needs only to be kept.
    """

    name: str
    make: object
    early: float
    late: float
    last: float


KINDS = [
    Kind('story', turns_of([(stories.request, 1)], (1, 1, 2)), early=11, late=6, last=4),
    Kind('raw story', raw_story, early=2, late=1.5, last=1),
    Kind('questions', turns_of(QUESTIONS, (1, 2, 3, 4, 5)), early=17, late=24, last=28),
    Kind('tasks', turns_of(TASKS, (2, 3, 4, 5)), early=10, late=11, last=9),
    Kind('echo', turns_of([(copying.echo, 1)], (1, 2, 3)), early=6, late=4, last=2.5),
    Kind('long echo', turns_of([(copying.long_echo, 1)], (1,)), early=9, late=3, last=2),
    Kind('sums', turns_of(SUMS, (4, 6, 8, 10)), early=8, late=6, last=3),
    Kind('worksheet', turns_of([(sums.worksheet, 1)], (1, 2)), early=7, late=4, last=2),
    Kind('json', turns_of(JSON, (1, 2, 3)), early=12, late=19, last=28),
    Kind('interview', interview, early=0, late=5, last=5),
    Kind('json system', json_system, early=1, late=2, last=3),
    Kind('mixed', mixed, early=5, late=6, last=4),
    Kind('named', named, early=1, late=1, last=1),
    Kind('long chat', long_chat, early=2, late=2, last=1.5),
    Kind('lookup', lookup, early=2, late=3, last=3),
    Kind('needle', needle, early=1, late=1.5, last=1.5),
    Kind('tools', tool_calls.dialogue, early=22, late=30, last=55),
]
COPIES = {'interview', 'echo', 'long echo', 'json', 'lookup', 'needle', 'tasks', 'tools'}
USERS_WORDS = {'story': 0.12, 'questions': 0.12, 'tools': 0.3}  # of the documents, those that train them too


def parts_of(source, name, make):
    """A document as (text, trained) parts."""
    if name == 'raw story':
        return [(make(source) + END_OF_TEXT, True)]
    return render(*make(source), train_user=source.chance(USERS_WORDS.get(name, 0)))


def encoded(source, tokenizer, name, parts):
    """ids and which of them are trained."""
    dropout = DROPOUT if name in COPIES and source.chance(DROPOUT_SHARE) else 0.0
    known = {} if dropout else None
    ids, trained = [], []
    for text, on in parts:
        found = tokenizer.encode(text, source.random, dropout, known)
        ids += found
        trained += [on] * len(found)
    return ids, trained


def documents(source, tokenizer, tokens, stage='early'):
    """(name, ids, trained) until there are `tokens`: always of the kind that is furthest behind its share."""
    shares = {kind: share for kind in KINDS if (share := getattr(kind, stage))}
    made, total = collections.Counter(), 0
    while total < tokens:
        kind = min(shares, key=lambda kind: made[kind.name] / shares[kind])
        name = kind.name
        ids, trained = encoded(source, tokenizer, name, parts_of(source, name, kind.make))
        if len(ids) > CHAT.context:
            continue
        made[name] += len(ids)
        total += len(ids)
        yield name, ids, trained


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument('out')
    parser.add_argument('--tokens', type=float, required=True)
    parser.add_argument('--seed', type=int, required=True)
    parser.add_argument('--stage', choices=('early', 'late', 'last'), default='early')
    parser.add_argument('--held-out', action='store_true')
    return parser.parse_args()


def main():
    options = arguments()
    source, tokenizer = Source(options.seed, options.held_out), Tokenizer.load()
    found, tokens, trained_tokens = [], collections.Counter(), 0
    for name, ids, trained in documents(source, tokenizer, options.tokens, options.stage):
        found.append((ids, trained))
        tokens[name] += len(ids)
        trained_tokens += sum(trained)
    batches.save(options.out, found)
    print(f'{options.out}: {len(found)} documents, {trained_tokens} trained tokens of', dict(tokens))


if __name__ == '__main__':
    main()
