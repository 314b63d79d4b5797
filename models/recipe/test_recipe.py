"""What the recipe promises of itself; needs no trained model.  /usr/bin/python3 -m unittest test_recipe"""

import random
import re
import tempfile
import unittest

import numpy as np
import torch

import batches
import copying
import corpus
import export
import gguf
import mean
import memory
import paraphrases
import records
import server_facts
import small_talk
import story_plots
import sums
import tool_calls
import tool_catalog
import values
import words
from decoder import Decoder
from decoder_shape import CHAT
from source import Phrases, Source, expansions, is_held_out
from tokenizer import SPECIAL, Tokenizer


def tables(module):
    return [
        value
        for value in vars(module).values()
        if isinstance(value, Phrases) and value.train != value.held_out
    ]


MODULES = (copying, sums, records, memory, small_talk, server_facts)


def wordings(templates):
    """What templates say, whatever their slots are called, and however they are written."""
    texts = {text for template in templates for text in expansions(template)}
    return {' '.join(re.findall(r'[a-z]+|\{\}', re.sub(r'\{\w+\}', '{}', text).lower())) for text in texts}


class HeldOut(unittest.TestCase):
    def test_no_wording_is_on_both_sides(self):
        found = [table for module in MODULES for table in tables(module)]
        found += [record.sentences for record in records.RECORDS]
        found += [fact.questions for fact in server_facts.FACTS + server_facts.TERMS] + paraphrases.SCENES
        self.assertGreater(len(found), 150)
        for table in found:
            self.assertFalse(wordings(table.train) & wordings(table.held_out))

    def test_words_and_names_are_on_one_side(self):
        for train, held_out in (
            (words.NAMES, words.NAMES_HELD_OUT),
            (words.CITIES, words.CITIES_HELD_OUT),
            (words.OBJECTS, words.OBJECTS_HELD_OUT),
        ):
            self.assertFalse(set(train) & set(held_out))
        for held_out in (False, True):
            made = {values.word(Source(seed, held_out)) for seed in range(300)}
            self.assertEqual({is_held_out(word) for word in made}, {held_out})

    def test_tools_are_on_one_side(self):
        train = {name for tool in tool_calls.KNOWN for name in tool.names}
        self.assertFalse(train & {name for tool in tool_catalog.HELD_OUT for name in tool.names})

    def test_requests_for_tools_are_on_one_side(self):
        held_out = wordings(ask for tool in tool_catalog.HELD_OUT for ask in tool.asks.train)
        self.assertFalse(held_out & wordings(ask for tool in tool_calls.KNOWN for ask in tool.asks.train))
        self.assertFalse(held_out & wordings(small_talk.UNKNOWN.train))

    def test_pairs_of_numbers_are_on_one_side(self):
        train, held_out = (
            {tuple(sorted(sums.pair(from_, 99))) for _ in range(3000)}
            for from_ in (Source(1), Source(1, held_out=True))
        )
        self.assertFalse({pair for pair in train & held_out if pair[1] > 9})

    def test_plots_of_the_evaluation_are_not_told(self):
        self.assertTrue(set(story_plots.HELD_OUT_PLOTS) < set(story_plots.PLOTS))


class Corpus(unittest.TestCase):
    def test_a_seed_gives_the_same_documents(self):
        tokenizer = Tokenizer.load()
        first, second = (list(corpus.documents(Source(3), tokenizer, 20_000)) for _ in range(2))
        self.assertEqual(first, second)

    def test_only_answers_are_trained_on_in_a_chat(self):
        parts = corpus.render([{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'b'}])
        self.assertEqual([text for text, trained in parts if trained], ['b<|im_end|>'])

    def test_every_fact_is_judged_right_by_its_own_answer(self):
        for fact in server_facts.FACTS + server_facts.TERMS:
            self.assertTrue(server_facts.is_right(fact, fact.answer), fact.answer)

    def test_a_text_holds_all_that_is_extracted_from_it(self):
        for held_out in (False, True):
            from_ = Source(5, held_out)
            for _ in range(2000):
                _, fields, text = records.told(from_)
                for value in fields.values():
                    self.assertIn(str(value).lower(), text.lower())

    def test_a_request_for_a_tool_holds_its_arguments(self):
        for held_out in (False, True):
            from_ = Source(6, held_out)
            for _ in range(1000):
                for tool, _, names in tool_calls.offered(from_):
                    request, arguments, _, _ = tool_calls.use(from_, tool, names)
                    for value in arguments.values():
                        self.assertIn(str(value).lower(), request.lower())

    def test_every_kind_can_be_made(self):
        for held_out in (False, True):
            from_ = Source(4, held_out)
            for kind in corpus.KINDS:
                for _ in range(60):
                    text = ''.join(text for text, _ in corpus.parts_of(from_, kind.name, kind.make))
                    self.assertTrue(text.rstrip().endswith(('<|im_end|>', '<|endoftext|>')), text[-80:])


class TokenizerTest(unittest.TestCase):
    def setUp(self):
        self.tokenizer = Tokenizer.load()

    def test_bytes_round_trip(self):
        for text in (
            'Hello, wörld!\n\n  {"a": [1, 23]}\t',
            'emoji 🦙 and 漢字',
            ''.join(map(chr, range(32, 127))),
            *SPECIAL,
        ):
            self.assertEqual(self.tokenizer.decode(self.tokenizer.encode(text)), text)

    def test_the_server_relies_on_the_special_tokens_ids(self):
        self.assertEqual(self.tokenizer.tokens[:7], SPECIAL)

    def test_a_rare_word_has_the_same_pieces_after_a_blank(self):
        alone, after = self.tokenizer.encode('Bolfenzi'), self.tokenizer.encode(' Bolfenzi')
        self.assertEqual(after[1:], alone)

    def test_dropout_keeps_the_text_and_repeats_its_pieces(self):
        ids = self.tokenizer.encode('wonderland and wonderland', random.Random(1), 0.5, {})
        self.assertEqual(self.tokenizer.decode(ids), 'wonderland and wonderland')

    def test_digits_are_single_tokens(self):
        self.assertEqual(len(self.tokenizer.encode('1234')), 4)


class Files(unittest.TestCase):
    def test_q8_0_is_within_half_a_step(self):
        numbers = np.random.default_rng(1).normal(size=(4, 64)).astype(np.float32)
        data = np.frombuffer(gguf.encoded(numbers, 'q8_0'), dtype=[('scale', '<f2'), ('numbers', 'i1', 32)])
        read = (data['scale'].astype(np.float32)[:, None] * data['numbers']).reshape(4, 64)
        self.assertLess(np.abs(read - numbers).max(), np.abs(numbers).max() / 127 * 0.6)

    def test_the_weights_of_a_written_file_are_read_back(self):
        state = Decoder(CHAT).state_dict()
        with tempfile.NamedTemporaryFile() as file:
            metadata = export.metadata('chat', Tokenizer.load(), 'f16')
            gguf.write(file.name, metadata, export.tensors(state, CHAT), 'f16')
            read = export.state(file.name, CHAT)
            keys, _ = gguf.read(file.name)
        self.assertEqual(
            keys,
            {key: value for key, (_, value) in metadata.items()}
            | {'llama.attention.layer_norm_rms_epsilon': np.float32(CHAT.epsilon)},
        )
        self.assertEqual(list(read), list(state))
        for name, weight in state.items():
            self.assertTrue(
                torch.equal(read[name], weight.half().float() if weight.dim() == 2 else weight), name
            )

    def test_a_mean_lies_between_both_by_its_share(self):
        with tempfile.TemporaryDirectory() as folder:
            first, second, out = (f'{folder}/{name}' for name in ('first.gguf', 'second.pt', 'out.pt'))
            weights = [Decoder(CHAT).state_dict() for _ in range(2)]
            metadata = export.metadata('chat', Tokenizer.load(), 'f16')
            gguf.write(first, metadata, export.tensors(weights[0], CHAT), 'f16')
            torch.save({'model': weights[1]}, second)
            mean.write(first, second, out)
            found = torch.load(out)['model']
        for name, weight in weights[0].items():
            wanted = weight / 4 + weights[1][name] * 3 / 4
            self.assertTrue(torch.allclose(found[name], wanted, atol=1e-3), name)

    def test_batches_hold_every_document_once_an_epoch(self):
        lengths = np.random.default_rng(2).integers(5, 300, 500)
        groups = batches.endless(lengths, 1024, 1, pool=500)
        seen = []
        while len(seen) < 500:
            seen += next(groups)
        self.assertEqual(sorted(seen), list(range(500)))


if __name__ == '__main__':
    unittest.main()
