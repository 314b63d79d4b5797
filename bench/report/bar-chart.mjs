// Grouped bars with whiskers from the least to the greatest round, as an SVG that reads on light and dark pages.

const WIDTH = 720;
const HEIGHT = 320;
const MARGIN = { top: 56, right: 16, bottom: 32, left: 64 };
const COLOURS = ["#2f6fd0", "#d0762f", "#5f9e4b"];
const STYLE =
  "text{font:12px sans-serif;fill:#444}.title{font-size:15px}.line{stroke:#888;stroke-width:1}" +
  ".grid{stroke:#8884;stroke-width:1}@media(prefers-color-scheme:dark){text{fill:#ccc}}";

/** A round number of ticks: 1, 2 or 5 times a power of ten apart, four to nine of them. */
export function ticksTo(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [0.1, 0.2, 0.5, 1, 2].map((part) => part * power).find((size) => most / size <= 8);
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) =>
    Number((i * step).toPrecision(6)),
  );
}

const number = (value) => Number(value.toFixed(1));
const escape = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;");

function text(x, y, content, anchor = "start", kind = "") {
  return `<text x="${number(x)}" y="${number(y)}" text-anchor="${anchor}"${kind && ` class="${kind}"`}>${escape(content)}</text>`;
}

function line(x1, y1, x2, y2, kind) {
  return `<line x1="${number(x1)}" y1="${number(y1)}" x2="${number(x2)}" y2="${number(y2)}" class="${kind}"/>`;
}

function bar({ median, least, most }, x, width, y, colour) {
  const middle = x + width / 2;
  const height = y(0) - y(median);
  return [
    `<rect x="${number(x)}" y="${number(y(median))}" width="${number(width)}" height="${number(height)}" fill="${colour}"/>`,
    line(middle, y(least), middle, y(most), "line"),
  ];
}

function legend(names) {
  return names.flatMap((name, i) => {
    const x = MARGIN.left + i * 160;
    return [`<rect x="${x}" y="32" width="12" height="12" fill="${COLOURS[i]}"/>`, text(x + 18, 42, name)];
  });
}

/**
 * @param {object} chart
 * @param {string} chart.title
 * @param {string} chart.unit
 * @param {string[]} chart.series at most three
 * @param {{name: string, values: ({median: number, least: number, most: number} | null)[]}[]} chart.groups
 *   one value for each series; null leaves a gap
 */
export function barChart({ title, unit, series, groups }) {
  const values = groups.flatMap((group) => group.values).filter((value) => value !== null);
  const ticks = ticksTo(Math.max(...values.map(({ most }) => most), 1e-6));
  const high = HEIGHT - MARGIN.top - MARGIN.bottom;
  const y = (value) => MARGIN.top + high * (1 - value / ticks.at(-1));
  const groupWidth = (WIDTH - MARGIN.left - MARGIN.right) / groups.length;
  const barWidth = Math.min(48, (groupWidth * 0.8) / series.length);
  const grid = ticks.flatMap((tick) => [
    line(MARGIN.left, y(tick), WIDTH - MARGIN.right, y(tick), "grid"),
    text(MARGIN.left - 8, y(tick) + 4, tick.toLocaleString("en-US"), "end"),
  ]);
  const bars = groups.flatMap(({ name, values: own }, i) => {
    const middle = MARGIN.left + groupWidth * (i + 0.5);
    const left = middle - (barWidth * series.length) / 2;
    const drawn = own.flatMap((value, j) =>
      value === null ? [] : bar(value, left + j * barWidth, barWidth - 2, y, COLOURS[j]),
    );
    return [...drawn, text(middle, HEIGHT - 12, name, "middle")];
  });
  const heading = [text(MARGIN.left, 20, `${title} (${unit})`, "start", "title"), ...legend(series)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    `<title>${escape(title)}</title><style>${STYLE}</style>`,
    ...heading,
    ...grid,
    ...bars,
    "</svg>\n",
  ].join("\n");
}
