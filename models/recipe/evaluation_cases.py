"""The cases that the model is judged by: what is asked, and when an answer is right."""

import json
import re

import copying
import corpus
import memory
import records
import server_facts
import small_talk
import sums
import tool_calls
import values
from source import with_article


def user(text):
    return [{'role': 'user', 'content': text}]


class Cases:
    """Requests with what is expected; `right(choice, expected)` judges an answer."""

    def __init__(self, make, right, count=100):
        self.make, self.right, self.count = make, right, count

    def run(self, server, source):
        """Share of right answers, and the wrong ones."""
        cases = [self.make(source) for _ in range(self.count)]
        choices = server.chat_all([(messages, fields) for messages, fields, _ in cases])
        wrong = [
            (messages[-1]['content'], str(expected), shown(choice))
            for (messages, _, expected), choice in zip(cases, choices)
            if not self.right(choice, expected)
        ]
        return 1 - len(wrong) / self.count, wrong


def shown(choice):
    calls = choice['message'].get('tool_calls')
    return json.dumps([call['function'] for call in calls]) if calls else choice['message']['content']


def single(task):
    def make(source):
        question, answer = task(source)
        return user(question), {}, answer

    return make


def last_of(chat):
    """The last answer of a dialogue is asked for."""

    def make(source):
        messages, _ = chat(source)
        return messages[:-1], {}, messages[-1]['content']

    return make


def same_text(choice, expected):
    return choice['message']['content'] == expected


def same_json(choice, expected):
    try:
        return json.loads(choice['message']['content']) == json.loads(expected)
    except ValueError:
        return False


def same_number(choice, expected):
    """The number after the last "=": the wording is not judged."""
    found = re.findall(r'-?\d+', choice['message']['content'])
    return bool(found) and found[-1] == re.findall(r'-?\d+', expected)[-1]


def tool_case(source):
    """The first call of a dialogue."""
    while True:
        messages, tools = tool_calls.dialogue(source)
        at = next((at for at, message in enumerate(messages) if message.get('tool_calls')), None)
        if at is not None:
            return messages[:at], {'tools': tools}, messages[at]['tool_calls'][0]['function']


def same_call(choice, expected):
    calls = [call['function'] for call in choice['message'].get('tool_calls') or []]
    if len(calls) != 1 or calls[0]['name'] != expected['name']:
        return False
    try:
        return json.loads(calls[0]['arguments']) == expected['arguments']
    except ValueError:  # cut by the limit of tokens
        return False


def answer_after_tool(source):
    """The answer that is made of a tool's result."""
    while True:
        messages, tools = tool_calls.dialogue(source)
        at = next((at for at, message in enumerate(messages) if message['role'] == 'tool'), None)
        if at is not None:
            result = messages[at]['content']
            return messages[: at + 1], {'tools': tools}, result


def told_without_call(choice, _):
    return choice['finish_reason'] == 'stop' and not choice['message'].get('tool_calls')


def two_digits(source):
    while True:
        question, answer = sums.addition(source)
        if len(re.findall(r'\b\d\d\b', answer.split('=')[0])) == 2:
            return question, answer


def eight_words(source):
    return copying.echo(source, copying.unseen_words(source, 8))


def tacho_cases(source):
    """Every held-out question about tacho once, and half as many about terms."""
    facts = [(question, fact) for fact in server_facts.FACTS for question in fact.questions.held_out]
    terms = [
        (server_facts.ask(source, fact), fact) for fact in source.sample(server_facts.TERMS, len(facts) // 2)
    ]
    return facts + terms


def tacho_questions(server, source):
    cases = tacho_cases(source)
    choices = server.chat_all([(user(question), {}) for question, _ in cases])
    wrong = [
        (question, fact.answer, shown(choice))
        for (question, fact), choice in zip(cases, choices)
        if not server_facts.is_right(fact, shown(choice))
    ]
    return 1 - len(wrong) / len(cases), wrong


def memory_case(source):
    told, asked = memory.told_and_asked(source)
    between = [small_talk.knowledge(source) for _ in range(source.between(0, 3))]
    return corpus.chat(None, [told, *between, asked]), None


def unknown_case(source):
    slots = {**values.common_slots(source), 'proper': values.proper(source)}
    return user(with_article(source.phrase(small_talk.UNKNOWN, **slots))), {}, None


def admits(choice, _):
    return 'not know' in choice['message']['content']


# What is judged: its name in the table, the share that has to be right, and the cases.
CASES = {
    'tool': ('Tool call with the right name and arguments, unseen tools', 0.90, Cases(tool_case, same_call)),
    'json': ('JSON extraction, exact', 0.90, Cases(single(records.extraction), same_json)),
    'addition': ('Addition of two-digit numbers, unseen pairs', 0.95, Cases(single(two_digits), same_number)),
    'echo': ('Echo of 8 unseen words, exact', 0.95, Cases(single(eight_words), same_text)),
    'tacho': ('Questions about tacho, unseen paraphrases, by keyword', 0.90, tacho_questions),
    'after tool': ('Answers a tool\'s result in words', None, Cases(answer_after_tool, told_without_call)),
    'subtraction': ('All sums (+, −, ×)', None, Cases(single(sums.calculation), same_number)),
    'word problems': ('Word problems', None, Cases(single(sums.word_problem), same_text)),
    'copies': ('Echo of texts of all kinds', None, Cases(single(copying.echo), same_text)),
    'lists': (
        'Lists: reverse, first, last, bullets, number',
        None,
        Cases(single(copying.list_task), same_text),
    ),
    'times': ('A word so many times', None, Cases(single(copying.times), same_text)),
    'spelling': ('Spelling', None, Cases(single(copying.spell), same_text)),
    'counting': ('Counting', None, Cases(single(sums.counting), same_text)),
    'values': (
        'A value of a text, asked for in words',
        None,
        Cases(single(records.value_in_words), same_text),
    ),
    'memory': ('What the user said some turns before', None, Cases(last_of(memory_case), same_text)),
    'named': ('The name that the system message gives', None, Cases(last_of(corpus.named), same_text)),
    'needle': ('One of 20 to 180 values in the context', None, Cases(last_of(corpus.needle), same_text, 60)),
    'knowledge': ('Capitals, opposites, lists, days', None, Cases(single(small_talk.knowledge), same_text)),
    'unknown': ('Says that it does not know', None, Cases(unknown_case, admits)),
}
