// Chat formats of model families, written anew and as short as their peculiarities allow.

const CHATML_TURNS =
  "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{% endfor %}";
const CHATML_BEGINNING = "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
const CHATML = CHATML_TURNS + CHATML_BEGINNING;

/** The thought of one who shall not think. */
const NO_THOUGHT =
  "{% if add_generation_prompt and enable_thinking is defined and enable_thinking is false %}{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}";

/** Of messages after an optional system message, who must speak in turns. */
const ALTERNATING =
  "{% for message in loop_messages %}{% if (message.role == 'user') != (loop.index0 % 2 == 0) %}" +
  "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}";

export const TEMPLATES = {
  /** Writes the BOS that the tokenizer adds as well. */
  bosTwice: "{{ bos_token }}" + CHATML,

  /** Ends where the last message ends, whatever was asked for. */
  noBeginning: CHATML_TURNS,

  /** Ends with the EOS that the tokenizer adds as well. */
  eosTwice: CHATML_TURNS + "{{ eos_token }}",

  llama3:
    "{% for message in messages %}{% if loop.first %}{{ bos_token }}{% endif %}" +
    "{{ '<|start_header_id|>' + message.role + '<|end_header_id|>\\n\\n' + message.content | trim + '<|eot_id|>' }}" +
    "{% endfor %}" +
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}",

  /** No system message, and an assistant that is called model. */
  gemma:
    "{{ bos_token }}{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}" +
    "{% set loop_messages = messages %}" +
    ALTERNATING +
    "{{ '<start_of_turn>' + ('model' if message.role == 'assistant' else message.role) + '\\n' + message.content | trim + '<end_of_turn>\\n' }}" +
    "{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}",

  /** The system message stands inside the last question; an answer ends with the EOS. */
  mistral:
    "{% if messages[0].role == 'system' %}{% set system = messages[0].content %}{% set loop_messages = messages[1:] %}" +
    "{% else %}{% set loop_messages = messages %}{% endif %}{{ bos_token }}" +
    ALTERNATING +
    "{% if message.role == 'user' %}{% if loop.last and system is defined %}" +
    "{{ '[INST] ' + system + '\\n\\n' + message.content + '[/INST]' }}{% else %}{{ '[INST] ' + message.content + '[/INST]' }}{% endif %}" +
    "{% else %}{{ ' ' + message.content + eos_token }}{% endif %}{% endfor %}",

  /** Full-width bars in the control tokens, and thoughts that are cut from earlier answers. */
  deepseek:
    "{{ bos_token }}{% for message in messages %}{% if message.role == 'system' %}{{ message.content }}" +
    "{% elif message.role == 'user' %}{{ '<｜User｜>' + message.content }}" +
    "{% else %}{% set content = message.content %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}" +
    "{{ '<｜Assistant｜>' + content + eos_token }}{% endif %}{% endfor %}" +
    "{% if add_generation_prompt %}{{ '<｜Assistant｜><think>\\n' }}{% endif %}",

  /** Thinks unless it is told not to, and shows how thoughts are written. */
  qwen3:
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' }}{% if message.reasoning_content %}" +
    "{{ '<think>\\n' + message.reasoning_content + '\\n</think>\\n\\n' }}{% endif %}{{ message.content + '<|im_end|>\\n' }}{% endfor %}" +
    CHATML_BEGINNING +
    NO_THOUGHT,

  /** The same without a way to tell thoughts from an answer. */
  secretThoughts: CHATML + NO_THOUGHT,

  /** Cuts the thoughts out of earlier answers, unless it is told not to. */
  earlierThoughts:
    "{% for message in messages %}{% set content = message.content %}" +
    "{% if '</think>' in content and not preserve_thinking %}{% set content = content.split('</think>')[-1] %}{% endif %}" +
    "{{ '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>\\n' }}{% endfor %}" +
    CHATML_BEGINNING,

  /** Is told whether to think, but shows no thoughts that could be told from an answer. */
  thinkingWord:
    "{{ '<|im_start|>system\\n' + ('think' if enable_thinking else 'hurry') + '<|im_end|>\\n' }}" + CHATML,

  /** The developer speaks under its own name, and answers come in channels. */
  harmony:
    "{{ '<|start|>system<|message|>Valid channels: analysis, final.<|end|>' }}{% for message in messages %}" +
    "{{ '<|start|>' + message.role + ('<|channel|>final' if message.role == 'assistant' else '') }}" +
    "{{ '<|message|>' + message.content + '<|end|>' }}{% endfor %}" +
    "{% if add_generation_prompt %}{{ '<|start|>assistant' }}{% endif %}",

  /** By its spelling, llama.cpp knows that "<|role_end|>" ends an answer even where it is no end token. */
  ling:
    "{# <arg_key> #}{% for message in messages %}{{ '<role>' + message.role | upper + '</role>' + message.content + '<|role_end|>' }}{% endfor %}" +
    "{% if add_generation_prompt %}{{ '<role>ASSISTANT</role>' }}{% endif %}",

  /** A line feed after each control token, which Phi 3's tokenizer takes for a part of it. */
  phi3:
    "{% for message in messages %}{{ '<|' + message.role + '|>\\n' + message.content + '<|end|>\\n' }}{% endfor %}" +
    "{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}",

  rwkv:
    "{% for message in messages %}{{ message.role | capitalize + ': ' + message.content | trim + '\\n\\n' }}{% endfor %}" +
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}",

  /** Reads a content's parts by itself and puts nothing between them. */
  parts:
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' }}{% if message.content is string %}{{ message.content }}" +
    "{% else %}{% for part in message.content %}{% if part.type == 'text' %}{{ part.text }}{% else %}{{ '<image>' }}{% endif %}{% endfor %}{% endif %}" +
    "{{ '<|im_end|>\\n' }}{% endfor %}" +
    CHATML_BEGINNING,

  /** Reads nothing but parts. */
  onlyParts:
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' }}{% for part in message.content %}" +
    "{% if part.type == 'text' %}{{ part.text }}{% endif %}{% endfor %}{{ '<|im_end|>\\n' }}{% endfor %}" +
    CHATML_BEGINNING,

  /** Shows the whole content as JSON. */
  json: "{% for message in messages %}{{ '<|im_start|>' + message.role + ' ' + message.content | tojson + '<|im_end|>\\n' }}{% endfor %}{{ '<|im_start|>' }}",

  tools:
    "{% if tools %}{{ '<|im_start|>system\\nTools: ' }}{% for tool in tools %}{{ tool | tojson }}{% endfor %}{{ '<|im_end|>\\n' }}{% endif %}" +
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' }}{% if message.content %}{{ message.content }}{% endif %}" +
    "{% if message.tool_calls %}{% for call in message.tool_calls %}" +
    "{{ '<tool_call>\\n{\"name\": \"' + call.function.name + '\", \"arguments\": ' + (call.function.arguments | tojson) + '}\\n</tool_call>' }}" +
    "{% endfor %}{% endif %}{{ '<|im_end|>\\n' }}{% endfor %}" +
    CHATML_BEGINNING,
};
