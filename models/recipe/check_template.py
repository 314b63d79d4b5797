"""Whether tacho reads prompts as the training wrote them:  check_template.py MODEL.gguf [BUILT TACHO]

The Jinja template of the file beside chat_format.render, and llama.cpp's tokens beside tokenizer.py's.
"""

import sys

import corpus
from chat_format import as_sent, render
from source import Source
from tacho_server import REPOSITORY, TachoServer
from tokenizer import Tokenizer

SEED, CONVERSATIONS = 5, 60


def main():
    file, program = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else REPOSITORY
    source, tokenizer, wrong = Source(SEED), Tokenizer.load(), 0
    chats = [kind for kind in corpus.KINDS if kind.name != 'raw story']
    with TachoServer(file, program=program) as server:
        for _ in range(CONVERSATIONS):
            messages, tools = source.pick(chats).make(source)
            messages = messages[:-1]
            ours = ''.join(text for text, _ in render(messages, tools, answer_next=True))
            body = {'messages': as_sent(messages), **({'tools': tools} if tools else {})}
            theirs = server.post('/apply-template', body)['prompt']
            ids = server.post('/tokenize', {'content': theirs, 'parse_special': True})['tokens']
            if theirs != ours or ids != tokenizer.encode(ours):
                wrong += 1
                at = next(
                    (i for i, pair in enumerate(zip(theirs, ours)) if pair[0] != pair[1]),
                    min(len(theirs), len(ours)),
                )
                print(
                    f'differs at {at}: expected {ours[at - 40:at + 60]!r}, '
                    f'received {theirs[at - 40:at + 60]!r}'
                )
    print(f'{CONVERSATIONS} conversations, {wrong} differences')
    sys.exit(wrong > 0)


if __name__ == '__main__':
    main()
