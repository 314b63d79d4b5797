"""Tools out of the blue, put together at random: what they do and take can only be read in their schema."""

import tool_catalog
import values
import words
from source import Phrases, capitalised, with_article
from tool_catalog import KINDS

# Verbs that may stand for each other in a request.
VERBS = [
    words.words(line)
    for line in """get, fetch, show me, give me, look up, find
create, make, set up, start, open, add
update, change, edit, adjust, correct
delete, remove, drop, clear, throw away
check, test, inspect, verify, look at
send, forward, pass on, submit, hand over
count, add up, number
close, end, stop, finish, shut
move, bring, shift, push, carry
copy, clone, duplicate, repeat
lock, secure, protect
clean, wash, tidy up
measure, weigh, size up, gauge
share, publish, post, announce
rate, score, judge, grade
mark, tag, label, flag
join, merge, combine, connect
split, divide, cut
build, construct, put together
order, ask for, request
plan, schedule, arrange
record, log, write down, note
paint, draw, sketch
repair, fix, mend
hide, cover, store, put away
read, open, go through
hire, borrow
sell, trade, offer""".split(
        '\n'
    )
]
# Alone: that these have to be found again by their letters is the point.
LONE_VERBS = words.words(
    """archive, assign, attach, attend, bake, balance, bookmark, boil, boost, brew, calm, capture,
chase, cheer, classify, climb, collect, color, comment, compress, confirm, cool, crop, crush, debug, decode,
deliver, deploy, dial, dim, dip, discount, display, drain, dry, encode, erase, escort, estimate,
evaluate, exchange, expand, export, extend, fasten, filter, fold, follow, format, fry, fund, glue,
grant, greet, guard, guess, guide, harvest, heat, import, inflate, inform, insert, insure, install, iron,
juggle, knit, launch, lift, limit, load, locate, loosen, mail, mash, match, mix, monitor, mute, notify, number,
nudge, organize, pack, park, patrol, pause, peel, pick, pin, plant, polish, pour, praise, predict, press, promote,
protest, prune, publish, pump, query, quote, raise, rank, refill, refund, register, reject, release, remind, rename,
replace, resize, restart, restore, resume, reward, rinse, roast, roll, rotate, sail, salute, scan, scrub,
seal, search, season, shorten, sign, skip, slice, smooth, solve, sort, spray, squeeze, stamp,
start, steer, stir, stretch, stuff, subscribe, summarize, suspend, swap, tame, tap, taste, test, thank, tighten,
tilt, toast, toggle, track, train, trim, tune, twist, unlock, unpack, untie, upgrade, upload, validate, visit, vote,
walk, warm, warn, wax, weld, wrap, zoom"""
)
DOUBLED = words.words(
    'crop, debug, dim, dip, format, knit, patrol, pin, scan, scrub, skip, stir, swap, tap, trim, wrap'
)
NOUNS = words.words(
    """report, score, level, lamp, door, group, badge, box, plan, page, invoice, sample, sensor,
engine, gate, token, channel, record, profile, chart, contract, course, device, folder, form, game,
garden, image, job, key, lesson, list, lock, machine, map, meeting, menu, package, picture, poll,
project, queue, quiz, room, rule, session, shop, signal, stage, survey, team, test, vote, bill, boat,
bridge, camera, card, cart, chapter, class, club, coat, coin, concert, crane, cup, database, desk,
dish, drawer, drone, fence, field, file, filter, flag, fleet, forest, frame, graph, heater, hall,
index, label, ladder, letter, library, line, loan, market, mask, medal, mill, mirror, motor, movie,
museum, note, office, oven, parade, patch, path, pipe, plate, pool, post, prize, pump, radio, rack,
ramp, receipt, recipe, robot, roof, route, sale, scale, scene, script, seat, shelf, ship, show, song,
stall, stone, store, story, street, switch, task, theme, tower, track, train, tray, trial, truck,
tunnel, valve, video, village, wagon, wall, watch, wheel, window, wire, workshop, account, actor, address, agent, alarm,
album, apple, apron, arrow, article, axle, balcony, ball, balloon, bandage, barn, barrel, basket, bell, belt, bench,
bicycle, bin, blanket, block, board, bolt, book, boot, bottle, bowl, branch, bread, brick, brush, bucket, budget, bus,
button, cabin, cable, cake, calendar, candle, canvas, cargo, carpet, castle, cellar, ceiling, chain, chair, chest,
chimney, clinic, clock, cloud, coffee, collar, column, comet, company, compass, computer, cookie, corridor, cradle,
crystal, curtain, cushion, debt, diary, dinner, diploma, disk, district, dock, doorbell, draft, dress, drill, drum, elevator,
envelope, essay, estate, exam, exhibit, fabric, factory, fan, farm, faucet, feather, festival, fire, fridge, furnace,
fuse, garage, gift, glove, grain, grill, guitar, hammer, handle, harvest, hat, hook, hose, hotel, ink, island, jacket,
jar, jewel, journal, kennel, kettle, keyboard, kitchen, kite, lake, lane, lawn, leaf, lens, lever, license, lift,
lottery, magnet, mailbox, manual, mattress, medicine, memo, message, meter, milk, mine, model, monument, mural, nail,
needle, neighbor, nest, network, newsletter, notebook, orchard, order, organ, oak, paddle, painting, palace, paper,
passport, pasture, pedal, pencil, permit, phone, piano, pier, pillow, pilot, planet, pocket, pond, postcard,
pot, printer, product, puddle, puppet, puzzle, quote, raft, rail, razor, record, refund, rent, ribbon, ring, river, road,
rocket, rope, rug, sail, sauce, saw, scarf, school, screen, screw, seed, server, shed, shield, shirt, shoe, sign, skill,
skirt, sofa, soup, spoon, spring, stable, staircase, stamp, statue, steam, stove, suitcase, summary, sun, survey, swing,
tank, tape, tax, taxi, tea, telescope, tent, terrace, thermostat, thread, throne, tile, toilet, tooth, torch, toy,
tractor, trail, transfer, tree, trumpet, trunk, turbine, umbrella, uniform, vase, vault, vehicle, violin, visa, visitor,
volcano, voucher, wallet, warehouse, waterfall, website, whistle, wing, wood, yard, zone"""
)
# How each kind of argument may be told in a request, and names that a parameter of it may have besides its own.
TAILS = {
    'city': 'in {city}|for {city}|near {city}|at {city}|over in {city}|around {city}',
    'name': 'for {name}|of {name}|with {name}|named {name}|to {name}|from {name}|that {name} wants',
    'day': 'on {day}|for {day}|next {day}|until {day}|before {day}',
    'time': 'at {time}|from {time}|until {time}|not before {time}',
    'date': 'on {date}|for {date}|by {date}|from {date}|until {date}',
    'number': 'of size {number}|with the number {number}|to {number}|of {number} meters|to {number} points|'
    'up to {number}|by {number}|that is {number} high|of {number} kilos',
    'few': 'for {few} people|{few} times|with {few} pieces|for {few} days|in {few} parts|for {few} weeks',
    'minutes': 'for {minutes} minutes|every {minutes} minutes|in {minutes} minutes|after {minutes} minutes',
    'color': 'in {color}|with the color {color}|painted {color}|of {color} color',
    'room': 'in the {room}|for the {room}|from the {room}|next to the {room}',
    'id': 'with the id {id}|number {id}|{id}|listed as {id}|(id {id})',
    'email': 'for {email}|to {email}|of {email}|under the address {email}',
    'topic': 'about {topic}|on {topic}|concerning {topic}|that deals with {topic}',
    'word': 'called {word}|with the label {word}|{word}|under the name {word}|for {word}',
    'file': 'from {file}|in the file {file}|{file}|out of {file}|stored in {file}',
    'thing': 'of the {thing}|with the {thing}|for the {thing}|and the {thing}',
    'phone': 'for {phone}|with the phone {phone}|of the number {phone}',
    'much': 'for {much} dollars|with {much} points|worth {much} euros|over {much} dollars',
    'language': 'in {language}|written in {language}|for readers of {language}',
    'song': 'to the song {song}|with the title {song}|"{song}"',
    'message': 'with the text {message}|saying {message}|that says "{message}"',
    'errand': 'so that I can {errand}|with the note {errand}|to {errand}',
    'food': 'with {food}|for {food}|next to the {food}',
    'switch': 'and turn it {switch}|, switched {switch}|with the power {switch}',
    'symbol': 'for {symbol}|of the stock {symbol}|under {symbol}',
}
ROLES = {
    'city': 'origin|branch|venue|office|stop|home|market',
    'name': 'patient|student|worker|teacher|buyer|seller|driver|speaker|winner|neighbor|boss|doctor|player|coach',
    'day': 'weekday|deadline|start|shift|visit',
    'time': 'hour|begin|alarm|opening|departure',
    'date': 'deadline|birthday|begin|until|issued',
    'number': 'width|depth|price|temperature|pages|points|steps|miles|age|rank|floor|distance|volume',
    'few': 'people|boxes|pieces|rounds|cups|seats|eggs|weeks|players|parts|rows',
    'minutes': 'length|delay|interval|pause|timeout',
    'color': 'shade|ink|background|light',
    'room': 'area|space|floor|corner',
    'id': 'serial|reference|license|ticket|article|machine',
    'email': 'sender|reply_to|login|user',
    'topic': 'interest|field|genre|matter|chapter',
    'word': 'nickname|branch|project|password|brand|group',
    'file': 'source|attachment|log|picture|archive',
    'thing': 'tool|gift|instrument|toy|piece',
    'phone': 'mobile|hotline|caller',
    'much': 'budget|price|cost|points|salary',
    'language': 'tongue|locale|spoken',
    'song': 'melody|tune|record',
    'message': 'words|line|greeting',
    'errand': 'plan|todo|purpose|reminder',
    'food': 'snack|lunch|ingredient',
    'switch': 'power|mode|light',
    'symbol': 'share|code|paper',
}
# How any parameter may be told by its name.
NAMED = (
    'with the {parameter} {value}',
    'where the {parameter} is {value}',
    'with {parameter} {value}',
    'and {value} as the {parameter}',
    'using {value} as {parameter}',
    '({parameter}: {value})',
    ', {parameter} {value}',
)
REQUESTS = (
    '{Verb} the {noun} {tail}.',
    '{Verb} a {noun} {tail}.',
    '{Verb} our {noun} {tail}',
    'Please {verb} the {noun} {tail}.',
    'Can you {verb} a {noun} {tail}?',
    'I need you to {verb} the {noun} {tail}.',
    'I want to {verb} a {noun} {tail}.',
    'Could you {verb} the {noun} {tail}?',
    '{verb} {noun} {tail}',
    'Would you {verb} the {noun} {tail}?',
    'It is time to {verb} the {noun} {tail}.',
    'My boss told me to {verb} the {noun} {tail}.',
    'Let us {verb} a {noun} {tail}.',
    'Is it possible to {verb} the {noun} {tail}?',
    'Make sure to {verb} the {noun} {tail}.',
    'We have to {verb} a {noun} {tail}.',
    'The {noun}, {verb} it {tail}.',
    'There is a {noun}. {Verb} it {tail}.',
    'I have a {noun} here, please {verb} it {tail}.',
    'Who can {verb} the {noun} {tail}?',
    '{Tail}, {verb} the {noun}.',
    '{Tail}, I want to {verb} a {noun}.',
    '{Tail}: please {verb} the {noun}.',
    'I would be glad if you could {verb} the {noun} {tail}.',
    'How about a {noun} {tail}?',
    'A {noun} {tail}, please.',
    'I would like a {noun} {tail}.',
    'I want a {noun} {tail}.',
    '{noun} {tail}?',
    'When is the {noun} {tail}?',
    'What about the {noun} {tail}?',
    'I need the {noun} {done} {tail}.',
    'The {noun} has to be {done} {tail}.',
    'Have the {noun} {done} {tail}.',
    '{Tail}, the {noun} should be {done}.',
)
LONG = {'message', 'errand', 'topic', 'song'}  # of many words: they come last, or nobody knows where they end
STYLES = ('{verb}_{noun}', '{verb}_{noun}', '{verb}_{noun}', '{noun}_{verb}', '{verb}{Noun}', '{noun}')
RESULTS = (
    ('status', values.one_of('ok', 'done', 'ready')),
    ('value', values.whole(1, 999)),
    ('result', values.word),
    ('id', values.identifier),
)
ANSWERS = ('Done. The {key} is {value}.', 'It is done: the {key} is {value}.', 'The {key} is {value}.')


def alike(source, count):
    """Tools that take arguments of the same kinds: which one is meant, little but its verb and its noun tells."""
    kinds = some_kinds(source)
    return [tool(source, kinds) for _ in range(count)]


def some_kinds(source):
    return source.sample(TAILS, source.pick((1, 1, 2, 2, 2, 3)))


def tool(source, kinds=None):
    verbs = source.weighted(
        [
            (source.pick(VERBS), 35),
            ([source.pick(LONE_VERBS)], 35),
            ([values.word(source)], 20),
            ([any_word(source)], 10),
        ]
    )
    noun = source.weighted([(source.pick(NOUNS), 70), (values.word(source), 20), (any_word(source), 10)])
    kinds = kinds or some_kinds(source)
    names = {}
    for kind in kinds:
        names[kind] = parameter_name(source, kind, kinds, list(names.values()))
    asks = tuple(request(source, verbs, noun, names) for _ in range(4))
    key, value = source.pick(RESULTS)
    answers = tuple(text.format(key=key, value='{' + key + '}') for text in ANSWERS)
    verb = source.pick([verb for verb in verbs if ' ' not in verb])
    return tool_catalog.Tool(
        (source.fill(source.pick(STYLES), verb=verb, noun=noun),),
        tuple(with_article(f'{capitalised(word)} a {noun}') for word in (verb, source.pick(verbs)))
        + (f'{capitalised(verb)} the {noun}',),
        tuple((kind, (name,), False) for kind, name in names.items()),
        Phrases(asks, asks),
        {key: value},
        Phrases(answers, answers),
    )


def any_word(source):
    """Without sense as a verb or noun: it has to be found again by its letters."""
    return source.pick([word for word in words.COMMON + words.OBJECTS + words.POS if ' ' not in word])


def parameter_name(source, kind, kinds, taken):
    """A word without meaning where the JSON type tells which argument is meant, or where the request names it."""
    alone = sum(KINDS[other].type == KINDS[kind].type for other in kinds) == 1
    own, roles = KINDS[kind].names, ROLES[kind].split('|')
    ways = [(own, 40), (roles, 40), ((values.word(source),), 20 if alone else 8)]
    others = {
        name
        for other in kinds
        if other != kind and KINDS[other].type == KINDS[kind].type
        for name in (*KINDS[other].names, *ROLES[other].split('|'))
    }
    free = [(names, share) for names, share in ways if set(names) - others - set(taken)]
    if not free:
        return kind
    while (name := source.pick(source.weighted(free))) in taken or name in others:
        pass
    return name


def request(source, verbs, noun, names):
    """A template with the slots of all arguments, in any order."""
    kinds = source.sample(names, len(names))
    kinds.sort(key=lambda kind: kind in LONG)
    tails = [tail(source, kind, names[kind]) for kind in kinds]
    leads = tails[0][0] not in ',(' and not tails[0].startswith('and')
    verb = source.pick(verbs)
    unfit = ('{Tail}',) * (not leads) + ('{done}',) * (verb not in LONE_VERBS)
    ask = source.fill(
        source.pick([ask for ask in REQUESTS if not any(slot in ask for slot in unfit)]),
        verb=verb,
        done=done(verb),
        noun=noun,
        tail=source.pick((' ', ' ', ' and ')).join(tails),
    )
    return ask.replace(' ,', ',')


def done(verb):
    """A regular verb's participle, as simply as LONE_VERBS need it."""
    if verb.endswith('e'):
        return verb + 'd'
    if verb.endswith('y') and verb[-2] not in 'aeiou':
        return verb[:-1] + 'ied'
    return verb + (verb[-1] if verb in DOUBLED else '') + 'ed'


def tail(source, kind, name):
    """A made-up name says nothing by itself, so it is often told."""
    known = name in KINDS[kind].names or name in ROLES[kind].split('|')
    if source.chance(0.25 if known else 0.7):
        return source.pick(NAMED).format(parameter=name.replace('_', ' '), value='{' + kind + '}')
    return source.pick(TAILS[kind].split('|'))
