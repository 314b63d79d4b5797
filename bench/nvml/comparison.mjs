// tacho's readings beside nvidia-smi's. A reading is what the sampler showed at one moment: a list of
// {metric, labels, value} of one GPU.
import { LEVELS, TOTALS, WORDS } from "./fields.mjs";
import { textAt } from "./smi-document.mjs";

/** The sum of the series that have these labels; null of none. */
export function shownBy(reading, metric, labels = {}) {
  const wanted = Object.entries(labels);
  const found = reading.filter(
    (series) => series.metric === metric && wanted.every(([name, value]) => series.labels[name] === value),
  );
  return found.length === 0 ? null : found.reduce((all, { value }) => all + value, 0);
}

const known = (values) => values.filter((value) => value !== null);

/** How far `value` lies outside `low` to `high`. */
const outside = (value, low, high) => Math.max(0, low - value, value - high);

const allowed = ({ absolute = 0, relative = 0 }, value) => absolute + relative * Math.abs(value);

/** Both say something, and agree or not; or only one of them does, or neither. */
function stateOf(own, other) {
  if (own === null && other === null) return "neither";
  if (own === null) return "only nvidia-smi";
  return other === null ? "only tacho" : "both";
}

function verdict(field, own, other, difference) {
  const state = stateOf(own, other);
  const shown = { metric: field.metric, labels: field.labels ?? {}, tacho: own, "nvidia-smi": other };
  if (state !== "both") return { ...shown, state };
  const limit = allowed(field, other);
  return { ...shown, state: difference <= limit ? "agrees" : "differs", difference, limit };
}

/** Of one sample: the readings from before nvidia-smi was asked until after it answered, and the GPU of its document. */
function levelOf(field, { readings, gpu }) {
  const own = known(readings.map((reading) => shownBy(reading, field.metric, field.labels)));
  const raw = field.smi(gpu);
  const other = raw === null ? null : raw * (field.scale ?? 1);
  const difference =
    own.length === 0 || other === null ? null : outside(other, Math.min(...own), Math.max(...own));
  return verdict(field, own.at(-1) ?? null, other, difference);
}

/** The same field in all samples: the worst of them, with how many agreed. */
function worst(verdicts) {
  const order = ["differs", "only nvidia-smi", "agrees", "only tacho", "neither"];
  const byState = [...verdicts].sort(
    (a, b) => order.indexOf(a.state) - order.indexOf(b.state) || (b.difference ?? 0) - (a.difference ?? 0),
  );
  const agreeing = verdicts.filter(({ state }) => state === "agrees").length;
  return { ...byState[0], agreeing, samples: verdicts.length };
}

function growthOf(field, begin, end) {
  const [before, after] = [begin, end].map(({ readings }) =>
    shownBy(readings.at(-1), field.metric, field.labels),
  );
  return before === null || after === null ? null : after - before;
}

function smiGrowthOf(field, samples) {
  const [begin, end] = [samples[0], samples.at(-1)];
  if (field.rate) {
    const rates = known(samples.map(({ gpu }) => field.rate(gpu)));
    const seconds = (end.at - begin.at) / 1000;
    return rates.length === 0 ? null : (rates.reduce((all, rate) => all + rate, 0) / rates.length) * seconds;
  }
  const [before, after] = [field.smi(begin.gpu), field.smi(end.gpu)];
  return before === null || after === null ? null : (after - before) * (field.scale ?? 1);
}

function totalOf(field, samples) {
  const own = growthOf(field, samples[0], samples.at(-1));
  // A rate of nvidia-smi's is a figure of its own, not one that tacho should show as well.
  const other = field.rate && own === null ? null : smiGrowthOf(field, samples);
  const difference = own === null || other === null ? null : Math.abs(own - other);
  return { ...verdict(field, own, other, difference), of: "growth" };
}

const wordOf = (text) => (text === null || text === "" || text === "N/A" ? null : text);

function wordsOf({ readings, gpu, document }) {
  const info = readings.at(-1).find(({ metric }) => metric === "tacho_gpu_info");
  return WORDS.map(({ label, path, from }) => {
    const own = wordOf(info?.labels[label] ?? null);
    const other = wordOf(textAt(from === "gpu" ? gpu : document, path));
    const both = stateOf(own, other);
    const state = both === "both" ? (own === other ? "agrees" : "differs") : both;
    return { metric: "tacho_gpu_info", labels: { label }, tacho: own, "nvidia-smi": other, state };
  });
}

/** One row a field, of all samples of one GPU, which were taken at `at` (ms). */
export function compareGpu(samples) {
  return [
    ...LEVELS.map((field) => worst(samples.map((sample) => levelOf(field, sample)))),
    ...TOTALS.map((field) => totalOf(field, samples)),
    ...wordsOf(samples.at(-1)),
  ];
}

/** What an agreement wants of a row: that nothing differs, and that tacho shows all that nvidia-smi does. */
export const isWrong = ({ state }) => state === "differs" || state === "only nvidia-smi";
