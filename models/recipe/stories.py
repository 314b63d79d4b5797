"""Short stories put together from the tables of story_plots.py, and requests for them."""

import story_plots
import values
import words
from source import capitalised, phrases, with_article

AWAY = ('river', 'lake', 'bridge', 'attic', 'kitchen', 'cellar', 'station', 'field', 'playground', 'swamp')
HOMES = [place for place in words.PLACES if place not in AWAY]
SHE_OR_HE = {True: ('she', 'her', 'her', 'herself'), False: ('he', 'his', 'him', 'himself')}
SHE = ('queen', 'princess', 'witch', 'girl')
HE = ('king', 'wizard', 'boy', 'postman', 'fisherman')

ASK = phrases(
    """
Tell me a story.
Tell me a story.
Tell me a short story.
Write a short story.
Write a story.
Can you tell me a story?
I want to hear a story.
Please write a very short story.
Another story, please.
Tell me a bedtime story.
Make up a story.
Write a little tale.
Once upon a time
Tell me something.
Write something.
""",
    """
Please entertain me with a story.
""",
)
ASK_ABOUT = phrases(
    """
Tell me a story about a {kind}.
Tell me a short story about a {kind}.
Write a short story about a {kind}.
Write a story about a {kind} named {n}.
Tell me a story about a {kind} called {n}.
Can you write a story about a {kind} and a {fkind}?
Story about a {kind}, please.
Tell me a story about a {kind} who lives in a {place1}.
Write a story about a {kind} and a {o}.
Tell me a short story about {n} the {kind}.
I want a story about a {kind} and a {o}.
Write a story with a {kind} named {n} and a {o}.
Write a story about a {kind} named {n} and a {o}.
Tell me a story about {n}.
Write a tale about {n} and {his} friend {f}.
Write a story about a {o}.
Tell me a story that happens in a {place1}.
Write a {kind} story.
Tell me about a {kind} named {n}.
""",
    """
I would like a story with a {kind} in it.
Invent a story of {n} the {kind}.
""",
)
ASK_LONG = phrases("""
Tell me a long story.
Write a long story.
Write a longer story, please.
Tell me a very long story.
Write a story of many sentences.
Write a story with three parts.
""")


class Cast:
    """Who and what a story is about; `slots` fill its sentences."""

    def __init__(self, source, kind=None, name=None, place=None, thing=None):
        self.source = source
        girl, friend_girl = source.chance(0.5), source.chance(0.5)
        kind = kind or source.pick(words.ANIMALS + words.ROLES + ['girl' if girl else 'boy'] * 20)
        girl = (
            True
            if kind in SHE or name in words.GIRLS
            else False if kind in HE or name in words.BOYS else girl
        )
        name = name or hero_name(source, girl)
        while (friend := hero_name(source, friend_girl)) == name:
            pass
        place = place or source.pick(HOMES)
        he, his, him, himself = SHE_OR_HE[girl]
        he2, his2, him2, _ = SHE_OR_HE[friend_girl]
        self.slots = dict(
            n=name,
            kind=kind,
            f=friend,
            fkind=source.pick(words.ANIMALS + words.ROLES),
            he=he,
            his=his,
            him=him,
            himself=himself,
            he2=he2,
            his2=his2,
            him2=him2,
            o=thing or source.pick(words.OBJECTS),
            o2=source.pick(story_plots.MUSIC),
            food1=source.pick(words.FOODS),
            place1=place,
            place2=source.pick([other for other in words.PLACES if other != place]),
        )

    def tell(self, sentence):
        pick = self.source.pick
        drawn = dict(
            pos=pick(words.POS),
            neg=pick(words.NEG),
            oadj=pick(words.OBJADJ),
            glad=pick(words.GLAD),
            sad=pick(words.SAD),
            weather=pick(words.WEATHER),
            time=pick(words.TIMES),
            food=pick(words.FOODS),
            color=pick(words.COLORS),
            obj=pick(words.OBJECTS),
            place=pick(words.PLACES),
            animal=pick(words.ANIMALS),
            role=pick(words.ROLES),
        )
        return with_article(self.source.fill(sentence, **{**drawn, **self.slots}))


def hero_name(source, girl):
    if source.held_out:
        return values.first_name(source)
    return source.pick(words.GIRLS if girl else words.BOYS) if source.chance(0.9) else values.proper(source)


def introduced(sentence):
    """Once the friend is known, the name is enough."""
    for long in (
        '{f} the {fkind}',
        '{f}, a {pos} {fkind},',
        'a {fkind} named {f}',
        'a tiny {fkind} named {f}',
        '{f}, a {fkind}',
    ):
        sentence = sentence.replace(long, '{f}')
    return sentence


def plot_name(source, unseen):
    return source.pick([name for name in story_plots.PLOTS if (name in story_plots.HELD_OUT_PLOTS) == unseen])


def story(source, cast=None, length=None, unseen_plot=False):
    """A story of about `length` sentences."""
    cast, length = cast or Cast(source), length or source.pick((3, 4, 5, 6, 6, 7))
    told, known = [cast.tell(source.pick(story_plots.OPENINGS))], False
    if length >= 6 or source.chance(0.3):
        told.append(cast.tell(source.pick(story_plots.TRAITS)))
    known = any(cast.slots['f'] in sentence for sentence in told)
    for number, stage in enumerate(story_plots.PLOTS[plot_name(source, unseen_plot)]):
        if length <= 3 and number == 1:
            continue
        both = length > 9 and number in (1, 3, 4)
        for sentence in sorted(source.sample(stage, 2), key=stage.index) if both else [source.pick(stage)]:
            if known:
                sentence = introduced(sentence)
            elif '{f}' in sentence and 'fkind' not in sentence:
                sentence = sentence.replace('{f}', '{f} the {fkind}', 1)
            known = known or '{f}' in sentence
            link = source.pick(story_plots.LINKS) if sentence.startswith('~') else ''
            told.append(
                capitalised(link + cast.tell(sentence.lstrip('~')))
                if link
                else capitalised(cast.tell(sentence.lstrip('~')))
            )
    endings = [line for line in story_plots.ENDINGS if known or ('{f}' not in line and 'hey ' not in line)]
    if not known or source.chance(0.6):
        told.append(cast.tell(source.pick(endings)))
    return ' '.join(told)


def long_story(source):
    """Two or three episodes with the same hero."""
    cast = Cast(source)
    parts = [story(source, cast, 10)]
    for _ in range(source.pick((1, 1, 2))):
        slots = cast.slots
        more = story(source, Cast(source, slots['kind'], slots['n'], slots['place1']), 10)
        parts.append(source.pick(story_plots.MORE) + more.split('. ', 1)[1])
    return '\n\n'.join(parts)


def request(source):
    """A request for a story, and one that holds what the request names."""
    if source.chance(0.1):
        return source.phrase(ASK_LONG), long_story(source)
    if source.chance(0.2):
        return source.phrase(ASK), story(source)
    cast = Cast(source, name=values.proper(source) if source.chance(0.15) else None)
    template = source.pick(ASK_ABOUT.all_of(source.held_out))
    needed = [name for name in ('kind', 'o', 'place1', 'fkind', 'f', 'n') if '{' + name + '}' in template]
    for _ in range(40):
        told = story(source, cast)
        if all(cast.slots[name] in told for name in needed):
            break
    return with_article(source.fill(template, **cast.slots)), told
