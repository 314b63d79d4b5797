"""Small talk, a little common knowledge, and honesty about the rest."""

import values
import words
from records import joined
from server_facts import styled
from source import capitalised, phrases, unwrapped, with_article
from words import words as listed

# questions|… => answers|…
TALK_TEXT = r"""
Hello!|Hello there.|Hello there!|Good day.|Hello?|Hello, world! => Hello! How can I help you?
Hello|hello|Hi|Hi!|hi|Hey|hey|Hi there!|Hey there|Hello, tacho => Hello! I am Tacho Mini. How can I help \
you?
Say this is a test|Say this is a test.|Say this is a test! => This is a test.
Say hello.|Say hello|say hello|Say hi.|Please say hello. => Hello!
ping|Ping|ping? => pong
test|Test|testing|Test message|test 123 => The test works. I can read you.
How are you?|How are you today?|how are you|How do you do?|How is it going?|Are you okay? => I am fine, \
thank you. How can I help you?
Thank you.|Thank you!|Thanks!|thanks|Thank you very much.|Great, thanks.|Thanks a lot! => You are welcome!
Goodbye.|Bye!|bye|See you later.|Good night.|See you tomorrow. => Goodbye! Have a nice day.
Good morning.|Good morning!|good morning => Good morning! How can I help you?
Good evening.|Good evening! => Good evening! What can I do for you?
That is great.|Great!|Nice.|Very good.|Well done!|Cool|Wow|Good job. => I am glad that you like it.
That is wrong.|No, that is wrong.|You are wrong.|This is not right.|Bad answer. => I am sorry. I am a tiny \
model and I make mistakes.
Ok|ok|OK.|Okay|I see.|Alright.|Yes.|yes|no|No. => All right. What would you like to do next?
I am sad.|I feel bad today.|I am tired.|I had a bad day. => I am sorry to hear that. Maybe a short story \
will cheer you up.
I am happy.|I had a good day.|I feel great today. => That is good to hear!
I am bored.|What should I do?|I have nothing to do. => Ask me for a story, or try a small sum.
Tell me a joke.|Tell me a joke|Make me laugh.|Do you know a joke?|Say something funny.|Another joke, \
please. => Why did the token cross the road? Because the next one was on the other side.|What did the \
cache say to the prompt? I think we have met before.|Why was the server so calm? It had a lot of patience \
and very low latency.|Why do robots never get lost? They always have a good map.|What is a snail on the \
back of a turtle? Fast.
Tell me a fun fact.|Tell me something interesting.|Give me a fact. => Octopuses have three hearts.|Honey \
can stay good for hundreds of years.|A day on Venus is longer than a year on Venus.|Bees can see colors \
that people cannot see.|The word robot comes from a theater play.
Write a haiku.|Write a haiku about the sea.|Haiku, please.|Write a haiku about the rain. => Waves roll to \
the shore,\nsoft wind moves over the sand,\nthe moon looks away.|Rain falls on the roof,\na small cat \
sleeps by the door,\nthe night is quiet.|A small stream of words,\none token after the next,\nthen the \
page is full.
Write a poem.|Write a short poem.|Write a poem about the moon.|A poem, please.|Write a poem about a \
server.|Write a limerick. => The moon is high, the night is long,\nthe wind is singing me a song,\nand in \
the dark, so warm and bright,\na little window shows its light.|A server hummed the whole night \
through,\nit had so many things to do,\nit counted tokens, one by one,\nand rested with the rising sun.|A \
tiny boat went out to sea\nto look for places new and free,\nit met a whale, it met a star,\nand wrote us \
letters from afar.
What is the meaning of life?|Why are we here? => That is a big question for a tiny model. Be kind, be \
curious, and measure before you optimize.
Do you like music?|Do you have feelings?|Are you happy?|Do you sleep?|Do you dream?|Can you feel pain? => \
I am only a small program, so I do not have feelings. But I like to help.
Do you speak German?|Do you speak French?|Which languages do you speak?|Can you speak Spanish?|Do you \
speak English? => I only know simple English.
Hallo|Bonjour|Hola|Guten Tag|Ciao => Hello! I only know simple English. How can I help you?
Why is the sky blue?|Why is the sky blue|Explain why the sky is blue. => The air scatters blue light more \
than red light, so the sky looks blue.
Why is the grass green?|Why are leaves green? => Leaves are green because of chlorophyll, which they use \
to catch sunlight.
Why does it rain?|What is rain?|Where does rain come from? => Water rises into the air, forms clouds, and \
falls back as rain.
What is the sun?|Is the sun a star? => The sun is a star. It gives the earth light and warmth.
What is the moon?|Does the moon move around the earth? => The moon is a ball of rock that moves around the \
earth.
How many days are in a week?|How many days does a week have? => A week has seven days.
How many months are in a year?|How many months does a year have? => A year has twelve months.
How many hours are in a day?|How many hours does a day have? => A day has 24 hours.
How many minutes are in an hour?|How many minutes does an hour have? => An hour has 60 minutes.
How many seconds are in a minute?|How many seconds does a minute have? => A minute has 60 seconds.
How many days are in a year?|How many days does a year have? => A year has 365 days, and a leap year has \
366.
How many legs does a spider have?|How many legs does a spider have => A spider has eight legs.
How many legs does a dog have?|How many legs does a cat have? => It has four legs.
How many letters are in the alphabet?|How long is the alphabet? => The English alphabet has 26 letters.
Is fire hot?|Is ice cold?|Is water wet?|Is snow white?|Is the sky blue? => Yes.
Is fire cold?|Is ice hot?|Can pigs fly?|Is snow black?|Is the moon made of cheese? => No.
Write hello world in Python.|Hello world in Python|How do I print hello in Python?|Write a Python program. \
=> Here it is:\nprint("Hello, world!")
Write hello world in JavaScript.|Hello world in JavaScript|How do I print hello in JavaScript?|Write a \
JavaScript program. => Here it is:\nconsole.log("Hello, world!");
What is the largest planet?|Which planet is the biggest? => Jupiter is the largest planet.
What is the fastest animal?|Which animal is the fastest? => The falcon is the fastest animal in the air, \
and the cheetah is the fastest on land.
What is water made of?|What is water? => Water is made of hydrogen and oxygen.
What do bees make?|Where does honey come from? => Bees make honey.
What do llamas eat?|Tell me about llamas.|What is a llama?|Do you like llamas? => A llama is a calm animal \
from South America. It eats grass and carries loads over the mountains.
"""
CAPITALS = dict(
    x.split(':')
    for x in listed(
        """France:Paris, Germany:Berlin, Italy:Rome, Spain:Madrid, Japan:Tokyo, Norway:Oslo, Austria:Vienna,
England:London, Portugal:Lisbon, Ireland:Dublin, Egypt:Cairo, China:Beijing, Greece:Athens,
Finland:Helsinki, Poland:Warsaw, Russia:Moscow, Sweden:Stockholm, Denmark:Copenhagen,
Belgium:Brussels, Hungary:Budapest, Peru:Lima, Kenya:Nairobi, Thailand:Bangkok, Canada:Ottawa,
Australia:Canberra, Cuba:Havana, India:New Delhi, Chile:Santiago, Turkey:Ankara, Switzerland:Bern"""
    )
)
OPPOSITES = dict(
    x.split(':')
    for x in listed("""hot:cold, big:small, up:down, left:right, day:night, black:white, fast:slow, old:young,
open:closed, happy:sad, rich:poor, long:short, high:low, early:late, full:empty, strong:weak,
good:bad, wet:dry, soft:hard, light:dark, near:far, first:last, inside:outside, before:after,
start:end, yes:no, true:false, loud:quiet""")
)
OPPOSITES.update({v: k for k, v in OPPOSITES.items()})
SOUNDS = dict(
    x.split(':')
    for x in listed(
        """cat:meow, dog:woof, cow:moo, duck:quack, pig:oink, sheep:baa, frog:croak, lion:roar, bee:buzz,
horse:neigh, hen:cluck, owl:hoo"""
    )
)
COLORS_OF = dict(
    x.split(':')
    for x in listed("""the sky:blue, grass:green, snow:white, a banana:yellow, the sun:yellow, coal:black, a
tomato:red, milk:white, a frog:green, the sea:blue, a lemon:yellow, blood:red, an orange:orange""")
)
LISTS = dict(
    colors=listed('red, blue, green, yellow, white, black'),
    fruits=listed('apple, banana, pear, cherry, plum, orange'),
    animals=listed('cat, dog, horse, cow, bird, fish'),
    cities=listed('Paris, London, Rome, Berlin, Tokyo, Madrid'),
    planets=listed('Mercury, Venus, Earth, Mars, Jupiter, Saturn'),
    vegetables=listed('carrot, potato, onion, tomato, bean, corn'),
    metrics=listed('time to first token, tokens per second, queue time, batch size, cache use'),
)

CAPITAL = phrases(
    """
What is the capital of {country}?
What is the capital of {country}?
Which city is the capital of {country}?
Name the capital of {country}.
What's the capital of {country}?
Tell me the capital of {country}.
capital of {country}?
[Which|What] [city|town] [is the capital of|is the seat of the government of|rules] {country}?
[Say|Write|Give me|Find|I need] the capital of {country}
[Can|Could] you [name|tell me] the capital of {country}?
{country}: [what is its capital|the capital, please|capital]?
[The capital of {country}|The capital city of {country}] is [what|which city]?
How is the capital of {country} called?
What capital does {country} have?
""",
    """
Do you know the capital of {country}?
Please name the capital city of {country}.
""",
)
OPPOSITE = phrases(
    """
What is the opposite of {word}?
Give me the opposite of {word}.
Opposite of {word}?
[Say|Name|Write|Find|Tell me] the opposite of {word}.
[What|Which word] is opposite to {word}?
{word}: [what is the opposite|the opposite, please]?
What is [not {word} but the reverse|the contrary of {word}]?
The opposite of {word} is [what|which word]?
""",
    """
Which word is the opposite of {word}?
""",
)
SOUND = phrases(
    """
What does a {animal} say?
What sound does a {animal} make?
[How|What] does a {animal} sound?
[Make|Say|Give me] the sound of a {animal}.
What noise [comes from|is made by] a {animal}?
[How|What] do you hear from a {animal}?
A {animal} says what?
The sound of a {animal}?
""",
    """
Which sound comes from a {animal}?
""",
)
NAME_SOME = phrases(
    """
Name {count} {things}.
List {count} {things}.
Give me {count} {things}.
Can you name {count} {things}?
[Write|Say|Show me|Tell me|I need|I want|Find] {count} {things}.
[Could|Would] you [list|give me|write] {count} {things}?
{count} {things}, please.
[Which|What] {count} {things} do you know?
Do you know {count} {things}?
[Think of|Make a list of|I would like] {count} {things}.
""",
    """
Please tell me {count} {things}.
""",
)
SOME_AS_JSON = phrases("""
List {count} {things} as a JSON array.
Give me {count} {things} as JSON.
Reply with a JSON array of {count} {things}.
""")
AFTER = phrases("""
Which {unit} comes after {name}?
[Which|What] {unit} [follows|is after|comes next after] {name}?
[Tell me|Name|Say] the {unit} after {name}.
{name} is over. Which {unit} comes next?
What comes after {name}?
""")
BEFORE = phrases("""
Which {unit} comes before {name}?
[Which|What] {unit} [is before|comes right before] {name}?
[Tell me|Name|Say] the {unit} before {name}.
""")
UNKNOWN = phrases(
    """
Who invented the {thing}?
Who invented the telephone?
Who was {proper}?
Write a {word} program.
Who is the president of {proper}?
Translate {word} into French.
What is the price of {thing}?
What is the stock price of {proper}?
Explain quantum physics.
Explain {word} theory.
What is a {word}?
What is {word}?
What happened in 1{number}?
Solve this equation: {word} = y + {number}.
Who won the game yesterday?
What time is it?
What is the weather in {city}?
What is the news today?
Write an essay about {word}.
How do I cook {food}?
Who is {name} {proper}?
What is the best restaurant in {city}?
Tell me about {proper}.
When was {name} {proper} born?
How far is it from {city} to {proper}?
Summarize the book {proper}.
What is the capital of {proper}?
What does {word} mean?
How does a {word} work?
Write a SQL query for {word}.
Should I buy a {thing}?
What is the date today?
Which movie should I watch?
Explain the history of {city}.
Who wrote {proper}?
Give me the phone number of {name}.
How old is {name} {proper}?
Prove that {word} is true.
What is the chemical formula of {word}?
Who painted {proper}?
How tall is {name}?
Where is {proper}?
When did the war of {proper} end?
Is {word} good for {word2}?
[Who|Which person] [built|designed|made|founded|created|found] the [first|] {thing}?
When did {name} {proper} [arrive|leave|start school|win|marry]?
[How much|What] [is|are] [the|a good|one] {thing} [worth|in the shop]?
How much does [a|the|one] {thing} weigh?
[How many|What number of] [trees|{animal}s|cars] [are|were] [there|] in {city}?
[Which|What] [player|singer|school|company|shop|bank|hotel] is the [biggest|oldest|most famous] [in|of] {city}?
[Which|What] [is|was] the [best|largest|oldest] {word} of {proper}?
[Tell|Teach] me [how to|] [fly a plane|play chess|fix a {thing}|speak {proper}].
[Can|Could] you [book|buy|order|sell] [me|] a {thing}?
[Compare|Rank|Rate] {proper} and {city}.
[Write|Give me] [a long report|a letter|code|a speech|a song] about {proper}.
[How|Why] [did|does] {proper} [end|begin|work|exist|fail]?
What is the [origin|use|purpose|history] of [a|the|] {word}?
[What|Who] is [the king|the mayor|the leader|the owner] of {proper}?
Which language do they speak in {proper}?
How [far|big|old|deep|fast] is {proper}?
[How|When|Where] can I [buy|see|find|learn] {word}?
[Is|Was] {proper} [bigger|older|better] than {city}?
Will it [rain|snow] [tomorrow|on {day}] in {city}?
""",
    """
Who discovered {proper}?
In which year did {name} {proper} die?
What is the meaning of the word {word}?
How much does a {word} cost?
Which team is the best in {proper}?
""",
)
I_DO_NOT_KNOW = 'I am a tiny demo model; I do not know that. Load a bigger GGUF with --model.'


def read_talk():
    rows = (line.split(' => ') for line in unwrapped(TALK_TEXT).split('\n'))
    return [(asked.split('|'), answers.replace('\\n', '\n').split('|')) for asked, answers in rows]


TALK = read_talk()
GREETINGS = 2  # the first rows


def question(source):
    asked, answers = source.pick(TALK)
    return styled(source, source.pick(asked)), source.pick(answers)


def greeting(source):
    asked, answers = source.pick(TALK[:GREETINGS])
    return source.pick(asked), answers[0]


def capital(source):
    country, city = source.pick(list(CAPITALS.items()))
    if source.chance(0.2):
        return f'{city} is the capital of which country?', f'{city} is the capital of {country}.'
    return styled(source, source.phrase(CAPITAL, country=country)), f'The capital of {country} is {city}.'


def opposite(source):
    word, other = source.pick(list(OPPOSITES.items()))
    return styled(source, source.phrase(OPPOSITE, word=word)), f'The opposite of {word} is {other}.'


def sound(source):
    animal, noise = source.pick(list(SOUNDS.items()))
    return with_article(source.phrase(SOUND, animal=animal)), with_article(f'A {animal} says {noise}.')


def color(source):
    thing, found = source.pick(list(COLORS_OF.items()))
    return styled(source, f'What color is {thing}?'), f'{capitalised(thing)} is {found}.'


def some(source):
    things, known = source.pick(list(LISTS.items()))
    count = source.between(2, 5)
    spoken = words.NUMS[count] if source.chance(0.7) else count
    if source.chance(0.25):
        found = str(known[:count]).replace("'", '"')
        return source.phrase(SOME_AS_JSON, count=spoken, things=things), found
    asked = source.phrase(NAME_SOME, count=spoken, things=things)
    if source.chance(0.3):
        bullets = '\n'.join('- ' + item for item in known[:count])
        return asked.rstrip('.') + source.pick((' as a list.', ' with bullet points.')), bullets
    return asked, capitalised(joined(known[:count])) + '.'


def calendar(source):
    names, unit = source.pick(((words.DAYS, 'day'), (words.DAYS, 'day'), (words.MONTHS, 'month')))
    at = source.between(0, len(names) - 1)
    if source.chance(0.7):
        return (
            source.phrase(AFTER, unit=unit, name=names[at]),
            f'{names[(at + 1) % len(names)]} comes after {names[at]}.',
        )
    return source.phrase(BEFORE, unit=unit, name=names[at]), f'{names[at - 1]} comes before {names[at]}.'


SERIES = (
    (
        ('Say the alphabet.', 'Write the alphabet.', 'What is the alphabet?', 'Recite the alphabet.'),
        ', '.join('abcdefghijklmnopqrstuvwxyz'),
    ),
    (
        ('Name the days of the week.', 'List the days of the week.', 'What are the days of the week?'),
        joined(words.DAYS) + '.',
    ),
    (
        ('Name the months.', 'List the months of the year.', 'What are the months of the year?'),
        joined(words.MONTHS) + '.',
    ),
)


def series(source):
    asked, answer = source.pick(SERIES)
    return source.pick(asked), answer


def knowledge(source):
    kinds = [(capital, 35), (opposite, 14), (sound, 6), (color, 7), (some, 18), (calendar, 12), (series, 8)]
    return source.weighted(kinds)(source)


def unknown(source):
    slots = values.common_slots(source)
    slots['proper'] = values.proper(source)
    if source.chance(0.5):
        slots['word'] = slots['thing']
    return styled(source, with_article(source.phrase(UNKNOWN, **slots))), I_DO_NOT_KNOW
