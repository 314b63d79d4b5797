"""What slots are filled with: names, cities, made-up words, numbers, ids. Each takes the source and returns
a value.
"""

import string

import words
from source import capitalised, with_article

ONSETS = 'b c d f g h j k l m n p r s t v w z br dr fl gr kl pl qu sh sk st th tr ch'.split()
VOWELS = 'a e i o u a e i o u ai ea ee ia io oa ou y'.split()
CODAS = [''] * 14 + 'l m n r s t x n r l rn nd st ck lt m ng d k'.split()


def word(source):
    """A made-up word: it can only be copied, not recalled."""

    def make():
        parts = [
            source.pick(ONSETS) + source.pick(VOWELS) + source.pick(CODAS)
            for _ in range(source.pick((1, 2, 2, 2, 3, 3)))
        ]
        return (source.pick('aeiou') if source.chance(0.12) else '') + ''.join(parts)

    return source.on_this_side(make)


def proper(source):
    return capitalised(word(source))


def letters(source):
    """A string without any pattern."""
    alphabet = source.pick(
        (
            string.ascii_lowercase,
            string.ascii_uppercase,
            string.ascii_lowercase + string.digits,
            string.ascii_letters,
        )
    )
    return ''.join(source.pick(alphabet) for _ in range(source.between(3, 9)))


def first_name(source):
    if source.held_out:
        return source.pick(words.NAMES_HELD_OUT) if source.chance(0.5) else proper(source)
    return source.pick(words.NAMES) if source.chance(0.45) else proper(source)


def name(source):
    return first_name(source) + (' ' + proper(source) if source.chance(0.3) else '')


def city(source):
    if source.held_out:
        return source.pick(words.CITIES_HELD_OUT) if source.chance(0.6) else proper(source)
    return source.pick(words.CITIES) if source.chance(0.55) else proper(source)


def thing(source):
    """Something that can be bought or painted."""
    if source.held_out:
        return source.pick(words.OBJECTS_HELD_OUT)
    return source.pick(words.OBJECTS + words.FRUITS) if source.chance(0.7) else word(source)


def identifier(source):
    capitals = ''.join(source.pick('ABCDEFGHKMNPRSTX') for _ in range(source.between(1, 3)))
    return source.pick(
        [
            str(source.between(100, 99999)),
            capitals + str(source.between(10, 9999)),
            capitals + '-' + str(source.between(10, 999)),
            word(source) + '-' + str(source.between(1, 99)),
        ]
    )


def code(source):
    """An identifier that JSON writes as a string, whoever reads it."""
    while (found := identifier(source)).isdigit():
        pass
    return found


def email(source):
    user = source.pick([first_name(source).lower(), word(source)])
    if source.chance(0.25):
        user += source.pick(['.', '_', '']) + source.pick([word(source), str(source.between(1, 99))])
    return user + '@' + source.pick(['example.com', 'mail.com', word(source) + '.com', word(source) + '.org'])


def file_name(source):
    stem = source.pick([word(source), thing(source).replace(' ', '_'), word(source) + '_' + word(source)])
    return stem + source.pick(['.txt', '.md', '.json', '.csv', '.log', '.pdf', '.png'])


def topic(source):
    return source.pick(
        [
            source.pick(words.ANIMALS),
            thing(source),
            f'{source.pick(words.COLORS)} {thing(source)}s',
            f'trains to {city(source)}',
            word(source),
            source.pick(words.FOODS),
            f'{word(source)} {word(source)}',
        ]
    )


def message(source):
    return source.fill(
        source.pick(
            (
                'I am late',
                'See you on {day}',
                'The {thing} is ready',
                'Hello {name}',
                'I will bring {food}',
                'Meet me in {city}',
                'Call me at {time}',
                'The {thing} is {color}',
                'Happy birthday {name}',
                '{word} {word2}',
                'I am at the {place}',
                'The code is {number}',
            )
        ),
        **common_slots(source),
    )


def errand(source):
    return source.fill(
        source.pick(
            (
                'buy {food}',
                'call {name}',
                'clean the {place}',
                'bring the {thing}',
                'meet {name} at the {place}',
                'water the garden',
                'pay {number} dollars',
                'write to {name}',
                'fix the {thing}',
                '{word} {word2}',
                'travel to {city}',
            )
        ),
        **common_slots(source),
    )


def sentence(source):
    """A plain statement."""
    return with_article(
        source.fill(
            source.pick(
                (
                    'The {animal} is in the {place}.',
                    'I like {food} and {color} {thing}s.',
                    '{name} has a {color} {thing}.',
                    'My {thing} is {color}.',
                    'See you on {day} in {city}.',
                    '{name} and {other} went to {city}.',
                    'The {adjective} {thing} is {color}.',
                    '{name} lives in {city}.',
                    'On {day} we saw {number} {animal}s near the {place}.',
                    'The {role} gave {name} a {thing}.',
                    'There is a {word} in the {place}.',
                    'Please bring the {thing} to {name} at {time}.',
                )
            ),
            **common_slots(source),
        )
    )


def common_slots(source):
    """Slots that sentences of any kind use."""
    return {
        'name': first_name(source),
        'other': first_name(source),
        'city': city(source),
        'thing': thing(source),
        'color': source.pick(words.COLORS),
        'day': source.pick(words.DAYS),
        'time': time(source),
        'food': source.pick(words.FOODS),
        'place': source.pick(words.PLACES),
        'animal': source.pick(words.ANIMALS),
        'role': source.pick(words.ROLES),
        'adjective': source.pick(words.OBJADJ),
        'number': source.between(2, 99),
        'word': word(source),
        'word2': word(source),
    }


def time(source):
    return f"{source.between(0, 23):02d}:{source.pick(('00', '15', '30', '45', '10', '20'))}"


def date(source):
    return f'{source.between(2020, 2030)}-{source.between(1, 12):02d}-{source.between(1, 28):02d}'


def symbol(source):
    return source.on_this_side(
        lambda: ''.join(source.pick(string.ascii_uppercase) for _ in range(source.pick((3, 4))))
    )


def phone(source):
    return f'{source.between(100, 999)}-{source.between(1000, 9999)}'


def song(source):
    return source.pick(
        [
            capitalised(source.pick(words.OBJADJ)) + ' ' + thing(source),
            proper(source),
            proper(source) + ' ' + proper(source),
            source.pick(words.COLORS).capitalize() + ' ' + source.pick(words.PLACES),
        ]
    )


def amount(source):
    return source.pick(
        [source.between(1, 500), source.between(1, 99), round(source.random.uniform(1, 99), 2)]
    )


def day(source):
    return source.pick(words.DAYS)


def color(source):
    return source.pick(words.COLORS)


def job(source):
    return source.pick(words.JOBS)


def whole(low, high):
    return lambda source: source.between(low, high)


def one_of(*items):
    return lambda source: source.pick(items)
