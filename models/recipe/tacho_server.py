"""A tacho server for the checks: started on a free port, asked with Python's own HTTP client."""

import concurrent.futures
import json
import pathlib
import re
import subprocess
import threading
import urllib.error
import urllib.request

from chat_format import as_sent

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


class TachoServer:
    """`program` is the folder of a built tacho. Ends with the `with` block."""

    def __init__(self, model, *flags, program=REPOSITORY):
        command = [
            'node',
            str(pathlib.Path(program, 'dist', 'main.js')),
            'serve',
            '--port',
            '0',
            '--gpu',
            'off',
            '--model',
            str(model),
            *flags,
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        output = ''
        for line in self._process.stdout:
            output += line
            if address := re.search(r'address +(http:\S+)', output):
                break
        else:
            raise RuntimeError(f'expected a server for {model}, but it ended: {output}')
        self._url = address[1]
        threading.Thread(target=self._process.stdout.read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(60)

    def post(self, path, body):
        request = urllib.request.Request(
            self._url + path, json.dumps(body).encode(), {'content-type': 'application/json'}
        )
        try:
            with urllib.request.urlopen(request, timeout=600) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f'{path} answered {error.code}: {error.read().decode()}') from error

    def post_all(self, path, bodies, at_once=8):
        """The answers in order."""
        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(lambda body: self.post(path, body), bodies))

    def chat(self, messages, **fields):
        """The first choice, greedy unless the fields say otherwise."""
        body = {'messages': as_sent(messages), 'temperature': 0, 'max_tokens': 200, **fields}
        return self.post('/v1/chat/completions', body)['choices'][0]

    def chat_all(self, requests):
        """requests: (messages, fields) pairs."""
        bodies = [
            {'messages': as_sent(messages), 'temperature': 0, 'max_tokens': 200, **fields}
            for messages, fields in requests
        ]
        return [answer['choices'][0] for answer in self.post_all('/v1/chat/completions', bodies)]
