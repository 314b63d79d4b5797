/**
 * What a panel of each kind consists of, besides its title, place, queries and unit. A panel is a row of a table
 * under `tables/`; see `dashboard.mjs` for its shape.
 */

const REDUCE = { calcs: ["lastNotNull"], fields: "", values: false };
const LEGEND = {
  displayMode: "table",
  placement: "bottom",
  showLegend: true,
  calcs: ["mean", "max", "lastNotNull"],
};
const TOOLTIP = { mode: "multi", sort: "desc" };

const lines = ({ stack = false, thresholds, bars = false }) => ({
  drawStyle: bars ? "bars" : "line",
  lineInterpolation: "linear",
  lineWidth: 1,
  fillOpacity: stack || bars ? 40 : 8,
  showPoints: "never",
  spanNulls: false,
  stacking: { mode: stack ? "normal" : "none", group: "A" },
  thresholdsStyle: { mode: thresholds ? "dashed" : "off" },
});

/** By kind: its size in Grafana's grid of 24 columns, its options, and whether it shows now or a time. */
export const PANEL_KINDS = {
  timeseries: {
    width: 8,
    height: 8,
    options: () => ({ legend: LEGEND, tooltip: TOOLTIP }),
    custom: lines,
    color: { mode: "palette-classic" },
  },
  stat: {
    width: 4,
    height: 4,
    options: () => ({
      reduceOptions: REDUCE,
      colorMode: "value",
      graphMode: "area",
      justifyMode: "auto",
      orientation: "auto",
      textMode: "auto",
      wideLayout: true,
    }),
    color: { mode: "thresholds" },
  },
  gauge: {
    width: 4,
    height: 6,
    options: () => ({
      reduceOptions: REDUCE,
      orientation: "auto",
      showThresholdLabels: false,
      showThresholdMarkers: true,
    }),
    color: { mode: "thresholds" },
  },
  bargauge: {
    width: 8,
    height: 8,
    instant: true,
    options: () => ({
      reduceOptions: REDUCE,
      displayMode: "basic",
      orientation: "horizontal",
      showUnfilled: true,
      valueMode: "color",
      namePlacement: "auto",
      sizing: "auto",
      minVizHeight: 16,
      minVizWidth: 8,
      maxVizHeight: 300,
    }),
    color: { mode: "thresholds" },
  },
  table: {
    width: 12,
    height: 8,
    instant: true,
    format: "table",
    options: () => ({ showHeader: true, cellHeight: "sm" }),
    custom: () => ({ align: "auto", cellOptions: { type: "auto" }, inspect: false }),
    color: { mode: "thresholds" },
  },
  heatmap: {
    width: 12,
    height: 8,
    format: "heatmap",
    options: ({ unit }) => ({
      calculate: false,
      cellGap: 1,
      color: {
        mode: "scheme",
        scheme: "Oranges",
        steps: 64,
        exponent: 0.5,
        scale: "exponential",
        fill: "dark-orange",
        reverse: false,
      },
      exemplars: { color: "rgba(255,0,255,0.7)" },
      filterValues: { le: 1e-9 },
      legend: { show: true },
      rowsFrame: { layout: "auto" },
      showValue: "never",
      tooltip: { mode: "single", showColorScale: false, yHistogram: true },
      yAxis: { axisPlacement: "left", reverse: false, unit },
    }),
    custom: () => ({
      hideFrom: { legend: false, tooltip: false, viz: false },
      scaleDistribution: { type: "linear" },
    }),
  },
  "state-timeline": {
    width: 12,
    height: 6,
    options: () => ({
      alignValue: "left",
      legend: { displayMode: "list", placement: "bottom", showLegend: true },
      mergeValues: true,
      rowHeight: 0.9,
      showValue: "auto",
      tooltip: { mode: "single", sort: "none" },
    }),
    custom: () => ({ fillOpacity: 70, lineWidth: 0 }),
    color: { mode: "thresholds" },
  },
  text: {
    width: 24,
    height: 5,
    options: ({ text }) => ({
      mode: "markdown",
      content: text,
      code: { language: "plaintext", showLineNumbers: false, showMiniMap: false },
    }),
  },
};
