import type { ViewLabel, ViewSource, ViewSpec } from "../../telemetry/index.js";

type Labels = Readonly<Record<string, ViewLabel>>;

/** A metric whose series all get these texts as labels, beside those that all views of the table have. */
export interface LabelledSource extends Omit<ViewSource, "labels"> {
  readonly extra?: Readonly<Record<string, string>>;
  /** Labels of the metric, by the names under which they are shown. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/** A metric by its name, or more of it. */
export type From = string | LabelledSource | readonly LabelledSource[];

type Type = ViewSpec["type"];
type Row = (name: string, help: string, from: From, bounds?: readonly number[]) => ViewSpec;

/** What the rows of one system's table are made with: all its views have these labels. */
export interface LabelledViews {
  readonly counter: Row;
  readonly gauge: Row;
  readonly histogram: Row;
  /** Of one source, for the factors of derived views. */
  source(from: string | LabelledSource): ViewSource;
}

export function viewsLabelled(labels: Labels): LabelledViews {
  const source = (from: string | LabelledSource): ViewSource => {
    if (typeof from === "string") return { metric: from, labels };
    const { extra = {}, renamed = {}, ...rest } = from;
    return { ...rest, labels: { ...labels, ...texts(extra), ...names(renamed) } };
  };
  const row =
    (type: Type): Row =>
    (name, help, from, bounds) => ({
      ...{ name, type, help },
      from: isSeveral(from) ? from.map(source) : source(from),
      ...(bounds && { bounds }),
    });
  return { counter: row("counter"), gauge: row("gauge"), histogram: row("histogram"), source };
}

function isSeveral(from: From): from is readonly LabelledSource[] {
  return Array.isArray(from);
}

function texts(extra: Readonly<Record<string, string>>): Labels {
  return Object.fromEntries(Object.entries(extra).map(([label, value]) => [label, { value }]));
}

function names(renamed: Readonly<Record<string, string>>): Labels {
  return Object.fromEntries(Object.entries(renamed).map(([label, from]) => [label, { from }]));
}
