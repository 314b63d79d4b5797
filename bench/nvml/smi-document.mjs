// What `nvidia-smi -q -x` says, as a tree: {text, children}, the children by name, each a list.

const TOKEN = /<[?!][^>]*>|<(\/?)([\w.-]+)[^>]*?(\/?)>|([^<]+)/g;

const newNode = () => ({ text: "", children: {} });

function childOf(node, name) {
  const child = newNode();
  (node.children[name] ??= []).push(child);
  return child;
}

/** @throws Error for a text that is no such document. */
export function parseSmi(xml) {
  const open = [newNode()];
  for (const [, ends, name, isEmpty, text] of xml.matchAll(TOKEN)) {
    if (text !== undefined) open.at(-1).text += text.trim();
    else if (name === undefined) continue;
    else if (ends) open.pop();
    else {
      const child = childOf(open.at(-1) ?? newNode(), name);
      if (!isEmpty) open.push(child);
    }
  }
  const log = open[0]?.children.nvidia_smi_log?.[0];
  if (open.length !== 1 || log === undefined)
    throw new Error(`Expected the XML of nvidia-smi -q -x but received: ${xml.slice(0, 200)}`);
  return log;
}

/** The text under a path such as "utilization/gpu_util"; null where there is none. */
export function textAt(node, path) {
  const found = path.split("/").reduce((at, name) => at?.children[name]?.[0], node);
  return found === undefined ? null : found.text;
}

const WORDS = { Active: 1, "Not Active": 0, Yes: 1, No: 0, Enabled: 1, Disabled: 0 };

/** The number that a text begins with, as "45 C" does, or what its word stands for; null of "N/A" and its like. */
export function numberIn(text) {
  if (text === null) return null;
  if (text in WORDS) return WORDS[text];
  const number = /^-?\d+(\.\d+)?(?= |$)/.exec(text);
  return number === null ? null : Number(number[0]);
}
