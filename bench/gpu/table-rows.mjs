// The rows of a result, by the bench that made it: [what, tacho, peer, ratio, target, whether it is reached].
import { isWrong } from "../nvml/comparison.mjs";
import { short, shortSpread } from "../report/text-table.mjs";
import { RECOVERY_FIGURES } from "../serve/recovery.mjs";
import { TARGETS } from "./targets.mjs";

const isSpread = (value) => value !== null && typeof value === "object";

/** One more than elsewhere, for what lies beside a target. */
const RATIO_DIGITS = 4;

const shownRatio = (ratio) =>
  isSpread(ratio) ? shortSpread(ratio, RATIO_DIGITS) : short(ratio, RATIO_DIGITS);

/** Of rounds that do not all say the same, nothing. */
function verdict(value, { holds }) {
  const [least, most] = isSpread(value) ? [value.least, value.most] : [value, value];
  if (holds(least) !== holds(most)) return "undecided";
  return holds(least) ? "yes" : "**no**";
}

/** A value, or the spread of the rounds', against its target; without a value nothing is said of it. */
function judged(value, target) {
  if (target === undefined) return ["–", "–"];
  if (value === null || value === undefined) return [target.expected, "not measured"];
  return [target.expected, verdict(value, target)];
}

const row = ({ what, own, peer, ratio, shown = ratio, target }) => [
  what,
  short(own),
  short(peer),
  shownRatio(shown),
  ...judged(ratio, target),
];

const percent = (share) => (share === null || share === undefined ? null : `${short(share * 100)} %`);

const nameOf = ({ slice }, prefix) => slice.replace(new RegExp(`^${prefix}-|-\\d+$`, "g"), "");

function engineRows(result) {
  return result.figures.map(({ streams, parties, ratios }) =>
    row({
      what: `engine ${nameOf(result, "engine")}, ${streams} sequences, tokens/s; peer llama-batched-bench`,
      own: parties.tacho.rate.median,
      peer: parties["batched-bench"]?.rate.median,
      ratio: ratios["batched-bench"]?.perRound ?? null,
      target: TARGETS.engineRate,
    }),
  );
}

/** Of ours and the other's: what samples where, or that each does as it does by itself. */
const pairOf = (own, rival) =>
  `${own} beside ${rival}${own === "tacho" && rival === "llama-server" ? ", each by its defaults" : ""}`;

function pairRows(what, rival, { parties, rateRatios, gapRatios }) {
  const { own } = rateRatios[rival];
  const pair = pairOf(own, rival);
  const isPeer = rival.startsWith("llama-server");
  const gap = (name) => parties[name]["gap ms p99"]?.median;
  return [
    row({
      what: `${what}, tokens/s; ${pair}`,
      own: parties[own].rate.median,
      peer: parties[rival].rate.median,
      ratio: rateRatios[rival].perRound,
      target: isPeer ? TARGETS.serveRate : undefined,
    }),
    row({
      what: `${what}, gap p99 ms; ${pair}`,
      own: gap(own),
      peer: gap(rival),
      ratio: gapRatios[rival].perRound,
      target: isPeer ? TARGETS.serveGap : undefined,
    }),
  ];
}

function serveRows(result) {
  return result.figures.flatMap(({ streams, ...figures }) => {
    const what = `HTTP ${nameOf(result, "serve")}, ${streams} streams`;
    const rivals = Object.keys(figures.rateRatios);
    if (rivals.length > 0) return rivals.flatMap((rival) => pairRows(what, rival, figures));
    const own = figures.parties.tacho.rate.median;
    return [row({ what: `${what}, tokens/s`, own, ratio: null, target: TARGETS.serveRate })];
  });
}

function telemetryRows({ figures }) {
  return figures.map(({ streams, parties, rateRatios }) =>
    row({
      what: `telemetry on, ${streams} streams, tokens/s; peer telemetry off`,
      own: parties.on.rate.median,
      peer: parties.off.rate.median,
      ratio: rateRatios.off.perRound,
      target: TARGETS.telemetryRate,
    }),
  );
}

const LONG_PROMPT = {
  p99Ms: "gap p99 ms meanwhile",
  longestMs: "longest gap ms",
  ttftMs: "TTFT ms of the long prompt",
  stepMs: "step ms before it",
};

const by = (own, rival) => (own == null || rival == null ? null : own / rival);

function longPromptRows({ figures: { longPrompt, others, parties, gapRatios } }) {
  const { tacho, "llama-server": rival } = parties;
  const stall = { ratio: gapRatios["llama-server"]?.perRound ?? null, target: TARGETS.stallGap };
  return Object.entries(LONG_PROMPT).map(([key, name]) => {
    const [own, peer] = [tacho[key].median, rival?.[key].median];
    return row({
      what: `a prompt of ${longPrompt} tokens among ${others} streams, ${name}; ${pairOf("tacho", "llama-server")}`,
      own,
      peer,
      ...(key === "p99Ms" ? stall : { ratio: by(own, peer) }),
    });
  });
}

function recoveryRows({ figures }) {
  return RECOVERY_FIGURES.map((name) =>
    row({
      what: `engine host killed under ${figures.streams} streams, ${name}`,
      own: figures[name].median,
      ratio: null,
    }),
  );
}

function samplerRow(state, intervalMs, { shareOfCore, source = "–" }) {
  return row({
    what: `the GPU sampler's share of a core, ${state}, one reading each ${short(intervalMs / 1000)} s, by ${source}`,
    own: percent(shareOfCore?.median),
    ratio: shareOfCore,
    shown: null,
    target: TARGETS.samplerShare,
  });
}

function nvmlRows({ figures: { cost, comparisons } }) {
  const compared = Object.entries(comparisons).flatMap(([state, gpus]) =>
    gpus.map(({ rows }) => {
      const both = rows.filter(({ state: verdict }) => verdict === "agrees" || isWrong({ state: verdict }));
      const wrong = both.filter(isWrong).length;
      const what = `fields that differ from nvidia-smi's, ${state}, of ${both.length} compared`;
      return row({
        what,
        own: wrong,
        ratio: both.length === 0 ? null : wrong,
        shown: null,
        target: TARGETS.wrongReadings,
      });
    }),
  );
  const costs = Object.keys(comparisons).map((state) => samplerRow(state, cost.intervalMs, cost[state]));
  return [...compared, ...costs];
}

function testRows({ slice, figures: { passed, failed, skipped } }) {
  const what = `${slice}: failed, of ${passed + failed} (${skipped} skipped)`;
  return [row({ what, own: failed, ratio: failed, shown: null, target: TARGETS.failedTests })];
}

export const ROWS = {
  engine: engineRows,
  "serve-closed": serveRows,
  "serve-telemetry-cost": telemetryRows,
  "serve-long-prompt": longPromptRows,
  "serve-recovery": recoveryRows,
  nvml: nvmlRows,
  tests: testRows,
};
