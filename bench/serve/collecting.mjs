/** Without it garbage that has become old would hide what is in use, for longer than a tenth of a run. */
const COLLECT = new URL("collect-garbage.mjs", import.meta.url);

/** The environment of a server all of whose threads collect their garbage again and again. */
export function collecting() {
  return { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --import=${COLLECT.href}`.trim() };
}
