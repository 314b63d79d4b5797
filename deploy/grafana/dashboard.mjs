import { PANEL_KINDS } from "./panel-kinds.mjs";

/**
 * Grafana's classic JSON model, version 41 (Grafana 12 writes it; later ones read it and bring it up themselves).
 *
 * @typedef {object} Query
 * @property {string} expr PromQL, with Grafana's variables
 * @property {string} [legend] e.g. "{{model}}"
 * @property {string} [needs] what it takes for data to come, see NEEDS; a panel's is its queries'
 *
 * @typedef {object} Panel
 * @property {keyof typeof PANEL_KINDS} kind
 * @property {string} title
 * @property {string} [description] one sentence: what is measured, between which instants
 * @property {Query[]} [queries]
 * @property {string} [unit] Grafana's name of a unit, e.g. "s", "reqps", "percentunit"
 * @property {[number, string][]} [thresholds] from this value on, this colour
 * @property {string} [base] the colour below the first of them; green unless it says otherwise
 * @property {Record<string, [text: string, color: string]>} [values] what numbers are called
 * @property {string} [text] of a text panel, Markdown
 * @property {string} [needs]
 * @property {boolean} [stack] draws lines on top of each other
 *
 * @typedef {object} Dashboard
 * @property {string} uid the file's name too
 * @property {string} title
 * @property {string} description
 * @property {string[]} tags
 * @property {Variable[]} variables
 * @property {{ title: string, panels: Panel[] }[]} rows
 */
const SCHEMA_VERSION = 41;
const COLUMNS = 24;

/** What queries may need beyond a server under load, whose CPUs do the work. */
export const NEEDS = {
  gpu: "an NVIDIA GPU with a driver",
  mig: "a partitioned GPU (MIG)",
  nvlink: "a GPU with NVLink",
  recurrent: "a model with a recurrent state or a sliding window",
  "old-gpu": "a GPU before Ampere",
  "new-gpu": "a GPU since Hopper, not partitioned",
  price: "--price-input and --price-output",
  "gpu-price": "an NVIDIA GPU, and --price-gpu-hour",
  carbon: "an NVIDIA GPU, and --carbon-intensity",
  tenants: "API keys with limits (--api-keys-file)",
  sessions: "requests with X-Session-Id or `user`",
  speculation: "--speculation or --draft-model",
  failure: "an engine host that ended unasked",
};

const DATASOURCE = { type: "prometheus", uid: "${datasource}" };

const sourceVariable = {
  name: "datasource",
  label: "Data source",
  type: "datasource",
  query: "prometheus",
  current: {},
  hide: 0,
  includeAll: false,
  multi: false,
  options: [],
  refresh: 1,
  regex: "",
};

/** One of the values that a label has; the whole of them unless somebody chooses. */
const labelVariable = ({ name, label, of, where = "" }) => {
  const query = `label_values(${of}${where && `{${where}}`}, ${label ?? name})`;
  return {
    name,
    label: name[0].toUpperCase() + name.slice(1),
    type: "query",
    datasource: DATASOURCE,
    definition: query,
    query: { qryType: 1, query, refId: `Variable-${name}` },
    allValue: ".*",
    current: { text: "All", value: "$__all" },
    hide: 0,
    includeAll: true,
    multi: true,
    options: [],
    refresh: 2,
    regex: "",
    sort: 1,
  };
};

const LINK = {
  asDropdown: true,
  icon: "external link",
  includeVars: true,
  keepTime: true,
  tags: ["tacho"],
  targetBlank: false,
  title: "tacho",
  tooltip: "",
  type: "dashboards",
  url: "",
};

const builtInAnnotation = {
  builtIn: 1,
  datasource: { type: "grafana", uid: "-- Grafana --" },
  enable: true,
  hide: true,
  iconColor: "rgba(0, 211, 255, 1)",
  name: "Annotations & Alerts",
  type: "dashboard",
};

const annotation = ({ name, expr, title, color }) => ({
  datasource: DATASOURCE,
  enable: true,
  expr,
  hide: false,
  iconColor: color,
  name,
  step: "15s",
  titleFormat: title,
});

const target = (kind, { expr, legend }, index) => ({
  datasource: DATASOURCE,
  editorMode: "code",
  exemplar:
    kind.options === PANEL_KINDS.timeseries.options && expr.includes("tacho_request_duration_seconds_bucket"),
  expr,
  format: kind.format ?? "time_series",
  instant: kind.instant ?? false,
  legendFormat: legend ?? "__auto",
  range: !kind.instant,
  refId: String.fromCharCode("A".charCodeAt(0) + index),
});

const steps = (thresholds = [], base = "green") => [
  { color: base, value: null },
  ...thresholds.map(([value, color]) => ({ color, value })),
];

const mappings = (values) =>
  Object.entries(values).map(([value, [text, color]], index) => ({
    type: "value",
    options: { [value]: { color, index, text } },
  }));

function fieldConfig(kind, panel) {
  const { unit, min, max, decimals, thresholds, base, values = {} } = panel;
  const limits = { unit, min, max, decimals };
  return {
    defaults: {
      ...(kind.color && { color: kind.color }),
      ...(kind.custom && { custom: kind.custom(panel) }),
      mappings: mappings(values),
      thresholds: { mode: "absolute", steps: steps(thresholds, base) },
      ...Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)),
    },
    overrides: [],
  };
}

function panelModel(panel, id, gridPos) {
  const kind = PANEL_KINDS[panel.kind];
  if (!kind) throw new Error(`Expected a kind of panel for "${panel.title}" but received "${panel.kind}".`);
  const head = { id, type: panel.kind, title: panel.title, gridPos, options: kind.options(panel) };
  if (panel.kind === "text") return head;
  return {
    ...head,
    description: panel.description,
    datasource: DATASOURCE,
    fieldConfig: fieldConfig(kind, panel),
    targets: panel.queries.map((query, index) => target(kind, query, index)),
    ...(panel.transformations && { transformations: panel.transformations }),
  };
}

/** Panels of one row of the table, from left to right, and below each other where the grid ends. */
function* placed(panels, top) {
  let [x, y, height] = [0, top, 0];
  for (const panel of panels) {
    const kind = PANEL_KINDS[panel.kind] ?? {};
    const [w, h] = [panel.width ?? kind.width, panel.height ?? kind.height];
    if (x + w > COLUMNS) [x, y, height] = [0, y + height, 0];
    yield { panel, gridPos: { h, w, x, y } };
    x += w;
    height = Math.max(height, h);
  }
}

function panelModels(rows) {
  const models = [];
  let top = 0;
  for (const { title, panels } of rows) {
    const id = models.length + 1;
    models.push({
      collapsed: false,
      gridPos: { h: 1, w: COLUMNS, x: 0, y: top },
      id,
      panels: [],
      title,
      type: "row",
    });
    const places = [...placed(panels, top + 1)];
    for (const { panel, gridPos } of places) models.push(panelModel(panel, models.length + 1, gridPos));
    top = Math.max(...places.map(({ gridPos }) => gridPos.y + gridPos.h));
  }
  return models;
}

/** @param {Dashboard} table */
export function dashboardModel({ uid, title, description, tags, variables, rows, annotations = [] }) {
  return {
    annotations: { list: [builtInAnnotation, ...annotations.map(annotation)] },
    description,
    editable: true,
    fiscalYearStartMonth: 0,
    graphTooltip: 1,
    id: null,
    links: [LINK],
    panels: panelModels(rows),
    preload: false,
    refresh: "15s",
    schemaVersion: SCHEMA_VERSION,
    tags,
    templating: { list: [sourceVariable, ...variables.map(labelVariable)] },
    time: { from: "now-1h", to: "now" },
    timepicker: {},
    timezone: "browser",
    title,
    uid,
    version: 1,
    weekStart: "",
  };
}

/** The queries of a dashboard that need something, and what. */
export function needsOf({ uid, rows }) {
  return rows.flatMap(({ panels }) =>
    panels.flatMap(({ title, needs: ofPanel, queries = [] }) =>
      queries.flatMap(({ expr, needs = ofPanel }) => {
        if (needs === undefined) return [];
        if (!(needs in NEEDS))
          throw new Error(`Expected one of NEEDS for "${title}" but received "${needs}".`);
        return [{ dashboard: uid, panel: title, expr, needs }];
      }),
    ),
  );
}
