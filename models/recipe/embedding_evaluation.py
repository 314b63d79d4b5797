"""Retrieval by the embedding model: wordings, names and words that its training has never seen."""

import re

import paraphrases
import server_facts
from source import Source
from tacho_server import TachoServer

SEED, SENTENCES = 77, 200
PAIRS = [(paraphrases.scene, 70), (paraphrases.same_record, 20), (paraphrases.same_request, 10)]


def held_out_pairs():
    """Paraphrases that retrieval is judged by; no questions: few have two held-out wordings."""
    source = Source(SEED, held_out=True)
    return paraphrases.different_pairs(source, SENTENCES, lambda source: source.weighted(PAIRS)(source))


def embeddings(server, texts):
    answer = server.post('/v1/embeddings', {'input': texts})
    return [item['embedding'] for item in answer['data']]


def cosine(first, second):
    return sum(a * b for a, b in zip(first, second))  # tacho's vectors have length 1


def overlap(first, second):
    """Of their words, the share that both have: what no model is needed for."""
    a, b = (set(re.findall(r'\w+', text.lower())) for text in (first, second))
    return len(a & b) / len(a | b)


def accuracy(queries, candidates, similarity):
    """The share of queries whose own candidate, at the same place, is the most similar one."""
    best = [
        max(range(len(candidates)), key=lambda at: similarity(query, candidates[at])) for query in queries
    ]
    return sum(at == own for own, at in enumerate(best)) / len(queries)


def answers_found(server):
    """The share of held-out questions about tacho whose answer is the most similar one of all answers."""
    facts = server_facts.FACTS + server_facts.TERMS
    answers = list(dict.fromkeys(fact.answer for fact in facts))
    questions = [
        (question, fact.answer) for fact in server_facts.FACTS for question in fact.questions.held_out
    ]
    vectors = embeddings(server, [question for question, _ in questions])
    candidates = embeddings(server, answers)
    right = sum(
        answers[max(range(len(answers)), key=lambda at: cosine(vector, candidates[at]))] == answer
        for vector, (_, answer) in zip(vectors, questions)
    )
    return right / len(questions)


def results(file, program):
    pairs = held_out_pairs()
    first, second = [pair.first for pair in pairs], [pair.second for pair in pairs]
    with TachoServer(file, program=program) as server:
        found = accuracy(embeddings(server, first), embeddings(server, second), cosine)
        answers = answers_found(server)
    return {
        'paraphrases': {
            'label': f'Embeddings: the paraphrase among {SENTENCES} sentences, accuracy@1',
            'target': 0.9,
            'share': found,
        },
        'overlap': {
            'label': 'the same by shared words, without a model',
            'target': None,
            'share': accuracy(first, second, overlap),
        },
        'answers': {
            'label': 'Embeddings: the answer to an unseen question about tacho, accuracy@1',
            'target': None,
            'share': round(answers, 4),
        },
    }


if __name__ == '__main__':
    import sys

    for result in results(sys.argv[1], sys.argv[2]).values():
        print(result)
