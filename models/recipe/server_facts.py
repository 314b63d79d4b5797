"""Questions about tacho and its terms, answered with what the README and docs/ say.

FACTS: an answer (=>), the words by which an answer is judged right (all of them, | between alternatives),
questions of the training, and after >> those of the evaluation. TERMS: names of a term, its words, its
explanation.
"""

import pathlib
import re
from dataclasses import dataclass

from source import Phrases, phrases, unwrapped

HERE = pathlib.Path(__file__).parent
TERM_QUESTIONS = phrases(
    """
What is {term}?
What is {term}?
What is {term}?
What does {term} mean?
What does {term} do?
Explain {term}.
Can you explain {term}?
Explain {term} in one sentence.
Define {term}.
Tell me about {term}.
what is {term}
what's {term}?
I do not know what {term} is. Can you help?
Please explain {term}.
What do you know about {term}?
What is meant by {term}?
In short, what is {term}?
Help me understand {term}.
What are {term}?
Why do I need {term}?
Could you tell me what {term} is?
Give me a short definition of {term}.
I have never heard of {term}. What is it?
Describe {term} for a beginner.
[What|Which thing] is {term} for?
[Give|Show] me the meaning of {term}.
I want to learn what {term} is.
How would you [explain|describe] {term} [to me|to a child|]?
[What exactly|What kind of thing] is {term}?
{term}, what is that?
{term}: what does it mean?
I saw {term} in the docs. What does it stand for?
Meaning of {term}?
[Is there|Do you have] an explanation of {term}?
Teach me about {term}.
""",
    """
I keep reading about {term}. What is it?
Please explain {term} in simple words.
What do people mean when they say {term}?
I do not understand what {term} is.
Help me understand the term {term}.
Tell me in one sentence what {term} means.
""",
)


@dataclass(frozen=True)
class Fact:
    """judged: all of these have to be in the answer, each a tuple of alternatives."""

    answer: str
    judged: tuple
    questions: Phrases


def judgement(text, between):
    return tuple(tuple(part.strip() for part in words.split('|')) for words in text.split(between))


def read_facts():
    facts = []
    for block in (HERE / 'tacho_facts.txt').read_text().strip().split('\n\n'):
        answer, judged, *lines = block.split('\n')
        train, held_out = '\n'.join(lines).split('\n>>\n')
        facts.append(Fact(answer[3:], judgement(judged[3:], ','), phrases(train, held_out)))
    return facts


def read_terms():
    """A fact for each term: its questions are the frames, filled with its names."""
    facts = []
    for line in (HERE / 'tacho_terms.txt').read_text().strip().split('\n'):
        names, judged, answer = line.split(' = ', 2)
        sides = [
            [frame.replace('{term}', name) for frame in lines for name in names.split('|')]
            for lines in (TERM_QUESTIONS.train, TERM_QUESTIONS.held_out)
        ]
        facts.append(Fact(answer, judgement(judged, '&'), Phrases(*map(tuple, sides))))
    return facts


FACTS, TERMS = read_facts(), read_terms()
# How people differ in writing: what is done to a question, and how often.
STYLES = (
    ('lower', 7),
    ('bare', 7),
    ('lower bare', 5),
    ('opened', 11),
    ('closed', 5),
    ('other words', 16),
    ('other words lower', 3),
    ('keywords', 7),
    ('', 39),
)
OPENINGS = (
    *('Hey, ', 'Hello, ', 'Quick question: ', 'Please tell me: ', 'One more question: ', 'I am new here. '),
    *(
        'Tell me, ',
        'Say, ',
        'Can you tell me this: ',
        'I would like to know: ',
        'I wonder: ',
        'Do you know? ',
    ),
    *('Could you help me? ', 'I have a question. ', 'Please explain: ', 'Excuse me, ', 'Dear tacho, '),
)
CLOSINGS = (
    ' Thanks.',
    ' Please be brief.',
    ' Thank you!',
    ' Please.',
    ' Can you explain that?',
    ' I need to know.',
)
# Words that may stand for each other in a question.
SYNONYMS = [group.split('/') for group in unwrapped("""
start/launch/run/boot/bring up, stop/end/quit/shut down/terminate, use/employ/work with/make use of,
change/set/configure/adjust/alter/modify, get/receive/obtain/fetch, see/view/look at/watch/find,
show/tell/display/give, explain/describe/clarify, make/create/build/produce, choose/select/pick,
need/require/want, many/several/multiple, big/large/huge, bigger/larger, small/little/tiny,
fast/quick/rapid, slow/sluggish, faster/quicker, server/program/service, answer/response/reply,
answers/responses/replies, request/query/call, requests/queries/calls, add/insert/attach,
turn on/enable/activate/switch on, turn off/disable/switch off, load/open/read in, allowed/possible/permitted,
path/route/endpoint/address, flag/option/setting/switch, happens/occurs/takes place, possible/feasible,
machine/computer/host, error/problem/failure/fault, text/message, number/count/amount,
send/submit/post, list/enumerate, called/named, works/functions, support/handle/allow,
high/large, limit/maximum, free/without cost, docs/documentation/manual/guide, wait/stay, measure/record/track
""").replace('\n', ' ').split(', ')]
ALTERNATIVES = {word: group for group in SYNONYMS for word in group}
STOP_WORDS = set(
    """how do does i can you what which is are the a an to of in for my it this that where why who your me
please be there on with by as tell about when one not""".split()
)


def other_words(source, question):
    """Some words replaced by others of about the same meaning."""
    return re.sub(
        r"[A-Za-z][A-Za-z']*(?: up| on| off)?",
        lambda found: (
            source.pick(ALTERNATIVES[found[0]])
            if found[0] in ALTERNATIVES and source.chance(0.5)
            else found[0]
        ),
        question,
    )


def keywords(question):
    """What people type into a search field."""
    kept = [word for word in question.rstrip('?.!').split() if word.lower() not in STOP_WORDS]
    return ' '.join(kept)


def styled(source, question):
    """The evaluation's questions stay as they are."""
    if source.held_out or len(question) < 12:
        return question
    style = source.weighted(STYLES)
    if 'other words' in style:
        question = other_words(source, question)
    if style == 'keywords' and len(keywords(question).split()) > 1:
        question = keywords(question)
    if 'lower' in style:
        question = question.lower()
    if 'bare' in style:
        question = question.rstrip('?.!')
    if style == 'opened':
        question = source.pick(OPENINGS) + question
    return question + source.pick(CLOSINGS) if style == 'closed' else question


def fact(source):
    return source.pick(FACTS) if source.chance(0.6) else source.pick(TERMS)


def plain(question):
    return ' '.join(re.findall(r'[\w/.+-]+', question.lower()))


HELD_OUT = {plain(question) for fact in FACTS + TERMS for question in fact.questions.held_out}


def ask(source, known):
    """A question of this side, however it is written."""
    question = styled(source, ' '.join(source.phrase(known.questions).split()))
    return ask(source, known) if not source.held_out and plain(question) in HELD_OUT else question


def question(source):
    known = fact(source)
    return ask(source, known), known.answer


def is_right(known, answer):
    """Whether an answer holds what it is judged by."""
    lower = answer.lower()
    return all(any(word.lower() in lower for word in words) for words in known.judged)
