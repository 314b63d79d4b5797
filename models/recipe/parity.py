"""Whether the file computes what was trained:  parity.py CHECKPOINT.pt MODEL.gguf [BUILT TACHO]

Log-probabilities of torch in float32 beside those of llama.cpp inside tacho; ends with 1 where they differ
by more than rounding to f16 explains.
"""

import sys

import torch

from chat_format import render
from decoder import Decoder
from decoder_shape import CHAT
from tacho_server import REPOSITORY, TachoServer
from tokenizer import BYTES, SPECIAL, Tokenizer

MOST, MOST_ON_AVERAGE = 0.06, 0.01  # between two log-probabilities
QUESTIONS = [
    'Hello!',
    'What is 23 + 45?',
    'Tell me a story about a robot.',
    'Repeat after me: bolfen karu zimex',
    'What is TTFT?',
    'Extract the name and age as JSON: Zorbe is 41 years old.',
    'Repeat after me: ' + ' '.join(f'word{n} bolfen {n * 7}' for n in range(60)),
]


def differences(model, tokenizer, server, question):
    """|torch - llama.cpp| of the 20 likeliest tokens at each of the answer's first positions."""
    messages = [{'role': 'user', 'content': question}]
    choice = server.chat(messages, max_tokens=16, logprobs=True, top_logprobs=20)
    ids = tokenizer.encode(''.join(text for text, _ in render(messages, answer_next=True)))
    numbers, found = by_bytes(tokenizer), []
    for position in choice['logprobs']['content']:
        with torch.no_grad():
            expected = model.logits(torch.tensor([ids]))[0, -1].log_softmax(-1)
        for other in position['top_logprobs']:
            found.append(abs(other['logprob'] - expected[numbers[bytes(other['bytes'])]].item()))
        ids.append(numbers[bytes(position['bytes'])])
    return found


def by_bytes(tokenizer):
    """The token of each sequence of bytes."""
    return {
        token.encode() if token in SPECIAL else bytes(BYTES[name] for name in token): number
        for number, token in enumerate(tokenizer.tokens)
    }


def main():
    checkpoint, file, program = *sys.argv[1:3], sys.argv[3] if len(sys.argv) > 3 else REPOSITORY
    torch.set_num_threads(1)
    tokenizer, model = Tokenizer.load(), Decoder(CHAT, precision=torch.float32)
    state = torch.load(checkpoint, map_location='cpu')['model']
    model.load_state_dict(
        {name: weight.half().float() if weight.dim() == 2 else weight for name, weight in state.items()}
    )
    with TachoServer(file, program=program) as server:
        found = [
            difference
            for question in QUESTIONS
            for difference in differences(model, tokenizer, server, question)
        ]
    most, average = max(found), sum(found) / len(found)
    print(f'{len(found)} log-probabilities: greatest difference {most:.4f}, on average {average:.4f}')
    sys.exit(most > MOST or average > MOST_ON_AVERAGE)


if __name__ == '__main__':
    main()
