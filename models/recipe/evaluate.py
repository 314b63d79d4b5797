"""What the models can do with wordings, names, tools and pairs of numbers that they have never seen.

evaluate.py CHAT.gguf EMBEDDER.gguf [BUILT TACHO] [--only NAME] [--failures N]

Asks tacho, greedily, and writes evaluation.json beside this file and the table into MODEL.md.
"""

import argparse
import json
import math
import pathlib

import copying
import corpus
import embedding_evaluation
import records
import stories
import sums
from evaluation_cases import CASES, Cases, shown, user
from source import Source
from tacho_server import REPOSITORY, TachoServer

SEED = 4242
SAMPLES, SAMPLE_TOKENS = 200, 1200  # a long story of the corpus has up to 520
STORIES = 60
RESULTS = pathlib.Path(__file__).with_name('evaluation.json')
CARD = pathlib.Path(__file__).resolve().parent.parent / 'MODEL.md'
MARKS = '<!-- evaluation -->', '<!-- end of evaluation -->'


def judged(server, name):
    """A row of the table, and the answers that were wrong."""
    label, target, cases = CASES[name]
    run = cases.run if isinstance(cases, Cases) else cases
    share, wrong = run(server, Source(SEED, held_out=True))
    return {'label': label, 'target': target, 'share': round(share, 4)}, wrong


def unfinished(server):
    """Of 200 answers at temperature 0.7, those that did not end by themselves."""
    source = Source(SEED, held_out=True)
    kinds = corpus.QUESTIONS + [
        (stories.request, 60),
        (copying.echo, 15),
        (records.extraction, 15),
        (sums.counting, 10),
    ]
    asked = [source.weighted(kinds)(source)[0] for _ in range(SAMPLES)]
    fields = {'temperature': 0.7, 'max_tokens': SAMPLE_TOKENS}
    choices = server.chat_all([(user(text), {**fields, 'seed': seed}) for seed, text in enumerate(asked)])
    wrong = [(text, '', shown(it)) for text, it in zip(asked, choices) if it['finish_reason'] != 'stop']
    label = f'Unfinished answers of {SAMPLES} at temperature 0.7'
    return {'label': label, 'target': 0, 'count': len(wrong)}, wrong


def perplexity(server, unseen_plot):
    """A token's, over stories; the first token has no context and is left out."""
    source = Source(SEED, held_out=True)
    total = tokens = 0
    for _ in range(STORIES):
        body = {'prompt': stories.story(source, length=6, unseen_plot=unseen_plot), 'max_tokens': 0}
        answer = server.post('/v1/completions', {**body, 'echo': True, 'logprobs': 0})
        found = [value for value in answer['choices'][0]['logprobs']['token_logprobs'] if value is not None]
        total, tokens = total - sum(found), tokens + len(found)
    label = 'Perplexity of stories, unseen names' + (' and plots' if unseen_plot else '')
    return {'label': label, 'target': None, 'perplexity': round(math.exp(total / tokens), 2)}, []


EVALUATIONS = {
    **{name: lambda server, name=name: judged(server, name) for name in CASES},
    'loops': unfinished,
    'stories': lambda server: perplexity(server, unseen_plot=False),
    'unseen plots': lambda server: perplexity(server, unseen_plot=True),
}


def shown_result(result):
    """Target and result, as the table shows them."""
    if 'share' in result:
        return f"≥ {result['target']:.0%}" if result['target'] else '', f"{result['share']:.1%}"
    return '' if result['target'] is None else str(result['target']), str(
        result.get('count', result.get('perplexity'))
    )


def table(results):
    rows = [f"| {result['label']} | {' | '.join(shown_result(result))} |" for result in results.values()]
    return '\n'.join(['| | target | reached |', '|---|---:|---:|', *rows])


def write_card(results):
    before, rest = CARD.read_text().split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    CARD.write_text(f'{before}{MARKS[0]}\n\n{table(results)}\n\n{MARKS[1]}{after}')


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument('chat')
    parser.add_argument('embedder', nargs='?')
    parser.add_argument('program', nargs='?', default=REPOSITORY)
    parser.add_argument('--only', choices=EVALUATIONS)
    parser.add_argument('--failures', type=int, default=0, help='wrong answers to print of each kind')
    return parser.parse_args()


def main():
    options = arguments()
    results = {}
    with TachoServer(options.chat, '--parallel', '8', program=options.program) as server:
        for name in [options.only] if options.only else EVALUATIONS:
            results[name], wrong = EVALUATIONS[name](server)
            print(results[name]['label'], *shown_result(results[name]), sep=' | ', flush=True)
            for line in wrong[: options.failures]:
                print('    ', *map(repr, line), sep=' | ')
    if options.only is None and options.embedder:
        results.update(embedding_evaluation.results(options.embedder, options.program))
        RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + '\n')
        write_card(results)


if __name__ == '__main__':
    main()
