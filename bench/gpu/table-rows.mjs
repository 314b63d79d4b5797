// The rows of a result, by the bench that made it: [what, tacho, peer, ratio, target, whether it is reached].
import { isWrong } from "../nvml/comparison.mjs";
import { short, shortSpread } from "../report/text-table.mjs";
import { RECOVERY_FIGURES } from "../serve/recovery.mjs";
import { TARGETS } from "./targets.mjs";

/** A value against its target; without a value nothing is said of it. */
function judged(value, target) {
  if (target === undefined) return ["–", "–"];
  if (value === null || value === undefined) return [target.expected, "not measured"];
  return [target.expected, target.holds(value) ? "yes" : "**no**"];
}

const row = ({ what, own, peer, ratio, shown = ratio, target }) => [
  what,
  short(own),
  short(peer),
  shown !== null && typeof shown === "object" ? shortSpread(shown) : short(shown),
  ...judged(ratio !== null && typeof ratio === "object" ? ratio.median : ratio, target),
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

const by = (own, rival) => (own == null || rival == null ? null : own / rival);

function serveRows(result) {
  return result.figures.flatMap(({ streams, parties, rateRatios }) => {
    const what = `HTTP ${nameOf(result, "serve")}, ${streams} streams`;
    const gap = (name) => parties[name]["gap ms p99"]?.median;
    const rivals = Object.keys(rateRatios);
    const isPeer = (name) => name.startsWith("llama-server");
    if (rivals.length === 0)
      return [
        row({
          what: `${what}, tokens/s`,
          own: parties.tacho.rate.median,
          ratio: null,
          target: TARGETS.serveRate,
        }),
      ];
    return rivals.flatMap((name) => [
      row({
        what: `${what}, tokens/s; peer ${name}`,
        own: parties.tacho.rate.median,
        peer: parties[name].rate.median,
        ratio: rateRatios[name].perRound,
        target: isPeer(name) ? TARGETS.serveRate : undefined,
      }),
      row({
        what: `${what}, gap p99 ms; peer ${name}`,
        own: gap("tacho"),
        peer: gap(name),
        ratio: by(gap("tacho"), gap(name)),
        target: isPeer(name) ? TARGETS.serveGap : undefined,
      }),
    ]);
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
  longestMs: "longest gap ms",
  ttftMs: "TTFT ms of the long prompt",
  stepMs: "step ms before it",
};

function longPromptRows({ figures: { longPrompt, others, parties } }) {
  const { tacho, "llama-server": rival } = parties;
  return Object.entries(LONG_PROMPT).map(([key, name]) =>
    row({
      what: `a prompt of ${longPrompt} tokens among ${others} streams, ${name}; peer llama-server`,
      own: tacho[key].median,
      peer: rival?.[key].median,
      ratio: by(tacho[key].median, rival?.[key].median),
    }),
  );
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

function nvmlRows({ figures: { cost, comparisons } }) {
  const compared = Object.entries(comparisons).flatMap(([state, gpus]) =>
    gpus.map(({ rows }) => {
      const both = rows.filter(({ state: verdict }) => verdict === "agrees" || isWrong({ state: verdict }));
      const wrong = both.filter(isWrong).length;
      const what = `fields that differ from nvidia-smi's, ${state}, of ${both.length} compared`;
      return row({ what, own: wrong, ratio: wrong, shown: null, target: TARGETS.wrongReadings });
    }),
  );
  const pace = `one reading each ${short(cost.intervalMs / 1000)} s`;
  const share = row({
    what: `the GPU sampler's share of a core, ${pace}`,
    own: percent(cost.shareOfCore),
    ratio: cost.shareOfCore,
    shown: null,
    target: TARGETS.samplerShare,
  });
  return [...compared, share];
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
