"""Dialogues with tools: definitions, requests, calls with copied arguments, results and answers."""

import json

import made_up_tools
import server_facts
import small_talk
import sums
import tool_catalog
import tools_of_daily_life
import tools_of_work
from source import with_article
from tool_catalog import KINDS

SYSTEMS = (
    'You are a helpful assistant.',
    'You are a helpful assistant.',
    'You can use tools.',
    'Use tools when they help.',
    'You are Tacho Mini, a tiny demo model.',
)
OPENINGS = ('Please help: ', 'Hello! ', 'Hey, ', 'Use your tools. ', 'I have a request. ')
KNOWN = tool_catalog.TRAIN + tools_of_daily_life.TOOLS + tools_of_work.TOOLS + [tool_catalog.WEATHER] * 4
NO_TOOL = 'I do not have a tool for that.'


def definition(source, tool):
    """The OpenAI definition under one of the tool's names, and the name that each kind of argument has
    there.
    """
    names, properties, required = {}, {}, []
    described = source.chance(0.6)
    for kind, own_names, optional in tool.parameters:
        free = [name for name in own_names or KINDS[kind].names if name not in names.values()]
        if not free:
            free = [kind]
        names[kind] = name = source.pick(free)
        properties[name] = {'type': KINDS[kind].type}
        if KINDS[kind].choices and source.chance(0.8):
            properties[name]['enum'] = list(KINDS[kind].choices)
        if described:
            properties[name]['description'] = source.pick(KINDS[kind].descriptions)
        if not optional:
            required.append(name)
    parameters = {'type': 'object', 'properties': properties}
    if source.chance(0.92):
        parameters['required'] = required
    if source.chance(0.1):
        parameters['additionalProperties'] = False
    function = {
        'name': source.pick(tool.names),
        'description': source.pick(tool.descriptions),
        'parameters': parameters,
    }
    return {'type': 'function', 'function': function}, names


def use(source, tool, names):
    """A request, the arguments of the call, the result and the answer."""
    slots = {kind: KINDS[kind].value(source) for kind, _, _ in tool.parameters}
    while any(slots.get(kind) == slots.get(kind + '2', '') for kind in list(slots)):
        slots = {kind: KINDS[kind].value(source) for kind, _, _ in tool.parameters}
    if 'number2' in slots:  # a result tells a sum, so it has to be one of this side
        slots['number'], slots['number2'] = sums.pair(source, 99)
    ask = source.pick(tool.asks.all_of(source.held_out))
    arguments = {names[kind]: slots[kind] for kind, _, _ in tool.parameters if '{' + kind + '}' in ask}
    request = with_article(source.fill(ask, **slots))
    result = {key: value(source) for key, value in tool.results.items()}
    if 'number2' in slots:
        result['result'] = (
            slots['number'] + slots['number2'] if 'plus' in tool.names else slots['number'] * slots['number2']
        )
    elif 'expression' in slots:
        a, sign, b = slots['expression'].split()
        result['result'] = sums.OPERATIONS[sign][1](int(a), int(b))
    answer = with_article(source.phrase(tool.answers, **{**slots, **result}))
    if not source.held_out:
        if request.endswith('.') and source.chance(0.1):
            request = request[:-1]
        if source.chance(0.12):
            request = source.pick(OPENINGS) + request
    return request, arguments, result, answer


def some_tools(source):
    if source.held_out:
        return [source.pick(tool_catalog.HELD_OUT) for _ in range(source.pick((1, 1, 2, 2, 3, 4)))]
    count = source.pick((1, 2, 2, 3, 3, 4, 5))
    if source.chance(0.3):
        return made_up_tools.alike(source, count)
    return [made_up_tools.tool(source) if source.chance(0.45) else source.pick(KNOWN) for _ in range(count)]


def offered(source):
    """One to five tools with different names: (tool, definition, names) of each."""
    found = {}
    for tool in some_tools(source):
        defined, names = definition(source, tool)
        found.setdefault(defined['function']['name'], (tool, defined, names))
    return list(found.values())


def call_turn(source, tool, defined, names):
    request, arguments, result, answer = use(source, tool, names)
    call = {'type': 'function', 'function': {'name': defined['function']['name'], 'arguments': arguments}}
    returned = (
        json.dumps(result)
        if source.chance(0.85)
        else ', '.join(f'{key}: {value}' for key, value in result.items())
    )
    return [
        {'role': 'user', 'content': request},
        {'role': 'assistant', 'content': '', 'tool_calls': [call]},
        {'role': 'tool', 'content': returned},
        {'role': 'assistant', 'content': answer},
    ]


def plain_turn(source):
    question, answer = source.pick(
        (server_facts.question, server_facts.question, small_talk.question, small_talk.greeting)
    )(source)
    return [{'role': 'user', 'content': question}, {'role': 'assistant', 'content': answer}]


def missing_turn(source, tools):
    """A request for what no tool here does."""
    offered_names = {name for tool, _, _ in tools for name in tool.names}
    others = [
        tool
        for tool in KNOWN
        if not offered_names & set(tool.names) and not {'add', 'multiply', 'calculate'} & set(tool.names)
    ]
    tool = source.pick(others)
    request = use(source, tool, definition(source, tool)[1])[0]
    return [{'role': 'user', 'content': request}, {'role': 'assistant', 'content': NO_TOOL}]


def dialogue(source):
    """messages and tools, as a request has them."""
    tools = offered(source)
    messages = [{'role': 'system', 'content': source.pick(SYSTEMS)}] if source.chance(0.5) else []
    for _ in range(source.pick((1, 2, 3, 4, 5))):
        turn = source.weighted([('call', 80), ('plain', 14), ('missing', 4 if len(tools) < 3 else 0)])
        if turn == 'call':
            messages += call_turn(source, *source.pick(tools))
        else:
            messages += plain_turn(source) if turn == 'plain' else missing_turn(source, tools)
    return messages, [defined for _, defined, _ in tools]
