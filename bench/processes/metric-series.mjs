/**
 * The values of one metric's series, by the values of their labels, such as "front main". `wanted` are labels that a
 * series must have.
 */
export function seriesOf(text, name, wanted = {}) {
  const series = {};
  for (const [, labels, value] of text.matchAll(new RegExp(`^${name}\\{(.*)\\} (\\S+)`, "gm"))) {
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, content]) => [label, content]);
    if (!Object.entries(wanted).every(([label, content]) => Object.fromEntries(pairs)[label] === content))
      continue;
    const shown = pairs.filter(([label]) => !(label in wanted)).map(([, content]) => content);
    series[shown.join(" ")] = Number(value);
  }
  return series;
}
