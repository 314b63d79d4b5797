"""ChatML with tools as Hermes and Qwen2.5 have them: the Jinja template of the file, and the same in
Python.
"""

import json

START, END, END_OF_TEXT = '<|im_start|>', '<|im_end|>', '<|endoftext|>'
DEFAULT_SYSTEM = 'You are a helpful assistant.'  # with tools, when the caller gives no system message

TOOLS_HEAD = (
    "\n\n# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
    "You are provided with function "
    "signatures within <tools></tools> XML tags:\n<tools>"
)
TOOLS_TAIL = (
    "\n</tools>\n\nFor each function call, return a json object with function name and arguments within "
    "<tool_call></tool_call> "
    "XML tags:\n<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>"
)

CHAT_TEMPLATE = r"""{%- if tools %}
    {{- '<|im_start|>system\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content }}
    {%- else %}
        {{- 'DEFAULT_SYSTEM' }}
    {%- endif %}
    {{- "TOOLS_HEAD" }}
    {%- for tool in tools %}
        {{- "\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "TOOLS_TAIL<|im_end|>\n" }}
{%- elif messages[0].role == 'system' %}
    {{- '<|im_start|>system\n' + messages[0].content + '<|im_end|>\n' }}
{%- endif %}
{%- for message in messages %}
    {%- set answers = message.role == "assistant" and not message.tool_calls %}
    {%- if message.role == "user" or (message.role == "system" and not loop.first) or answers %}
        {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}
    {%- elif message.role == "assistant" %}
        {{- '<|im_start|>' + message.role }}
        {%- if message.content %}
            {{- '\n' + message.content }}
        {%- endif %}
        {%- for tool_call in message.tool_calls %}
            {%- if tool_call.function is defined %}
                {%- set tool_call = tool_call.function %}
            {%- endif %}
            {{- '\n<tool_call>\n{"name": "' }}
            {{- tool_call.name }}
            {{- '", "arguments": ' }}
            {{- tool_call.arguments | tojson }}
            {{- '}\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\n' }}
    {%- elif message.role == "tool" %}
        {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\n<tool_response>\n' }}
        {{- message.content }}
        {{- '\n</tool_response>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
            {{- '<|im_end|>\n' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
{%- endif %}
"""


def _quoted(text):
    return text.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n')


CHAT_TEMPLATE = (
    CHAT_TEMPLATE.replace('DEFAULT_SYSTEM', DEFAULT_SYSTEM)
    .replace('TOOLS_HEAD', _quoted(TOOLS_HEAD))
    .replace('TOOLS_TAIL', _quoted(TOOLS_TAIL))
)


def render(messages, tools=None, answer_next=False, train_user=False):
    """What the template renders, as (text, trained) parts: the loss is taken of the assistant's words, and
    of the user's with `train_user`. `answer_next` adds the start of an answer.
    """
    parts = _system(messages, tools)
    for message in messages:
        role, content = message['role'], message['content']
        if role == 'user':
            parts += [(f'{START}user\n', False), (content + END, train_user), ('\n', False)]
        elif role == 'assistant':
            parts += [(f'{START}assistant\n', False), (_said(message) + END, True), ('\n', False)]
        elif role == 'tool':
            parts.append((f'{START}user\n<tool_response>\n{content}\n</tool_response>{END}\n', False))
    return parts + ([(f'{START}assistant\n', False)] if answer_next else [])


def _system(messages, tools):
    given = messages[0]['content'] if messages and messages[0]['role'] == 'system' else None
    if tools:
        listed = ''.join('\n' + json.dumps(tool) for tool in tools)
        return [(f'{START}system\n{given or DEFAULT_SYSTEM}{TOOLS_HEAD}{listed}{TOOLS_TAIL}{END}\n', False)]
    return [] if given is None else [(f'{START}system\n{given}{END}\n', False)]


def _said(message):
    calls = [
        '<tool_call>\n{"name": "'
        + call['function']['name']
        + '", "arguments": '
        + json.dumps(call['function']['arguments'])
        + '}\n</tool_call>'
        for call in message.get('tool_calls', ())
    ]
    return '\n'.join(([message['content']] if message['content'] else []) + calls)


def as_sent(messages):
    """As clients send them: calls have an id that the results name, and arguments as text."""
    sent, last = [], None
    for number, message in enumerate(messages):
        if 'tool_calls' in message:
            last = f'call_{number}'
            functions = [call['function'] for call in message['tool_calls']]
            calls = [{**function, 'arguments': json.dumps(function['arguments'])} for function in functions]
            calls = [{'id': last, 'type': 'function', 'function': function} for function in calls]
            sent.append({'role': 'assistant', 'content': None, 'tool_calls': calls})
        else:
            sent.append({**message, 'tool_call_id': last} if message['role'] == 'tool' else message)
    return sent
