/** The page of /openapi.json: what it lists is built as elements, so that no text of the document becomes markup. */

const METHODS = ["get", "post", "put", "patch", "delete"];

/** Rows of a table of fields go no deeper: some schemas contain themselves. */
const DEPTH_LIMIT = 5;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** `words` between backticks become code. */
function prose(text) {
  return text.split("`").map((part, i) => (i % 2 === 1 ? element("code", {}, part) : part));
}

class Schemas {
  constructor(components) {
    this.components = components;
  }

  resolve(schema) {
    const name = schema.$ref?.split("/").at(-1);
    return name === undefined ? schema : { ...this.components[name], title: name };
  }

  /** A type in a few words: "number from 0 to 2", "array of ChatCompletion". */
  words(reference) {
    const schema = this.resolve(reference);
    if (schema.const !== undefined) return JSON.stringify(schema.const);
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
    if (schema.anyOf) return [...new Set(schema.anyOf.map((branch) => this.words(branch)))].join(" | ");
    const types = [schema.type ?? "any"].flat().map((type) => this.typeWords(type, schema));
    return types.join(" | ") + limits(schema);
  }

  typeWords(type, schema) {
    if (type === "array") return `array of ${schema.items ? this.words(schema.items) : "any"}`;
    return type === "object" ? (schema.title ?? "object") : type;
  }

  /** Rows [name, schema, required] of all members, those of members below them. */
  fields(reference, prefix = "", depth = 0) {
    const schema = this.resolve(reference);
    if (depth > DEPTH_LIMIT) return [];
    const inner = [...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])];
    const mark = schema.items ? `${prefix}[]` : prefix;
    const members = Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
      const path = prefix === "" ? name : `${prefix}.${name}`;
      const row = [path, this.resolve(member), schema.required?.includes(name) ?? false];
      return [row, ...this.fields(member, path, depth + 1)];
    });
    return [...members, ...inner.flatMap((branch) => this.fields(branch, mark, depth + 1))];
  }
}

function limits({ minimum, maximum, exclusiveMinimum, minLength, maxLength, minItems, maxItems }) {
  const low = minimum ?? exclusiveMinimum;
  const range = [
    low !== undefined && `${exclusiveMinimum === undefined ? "≥" : ">"} ${low}`,
    maximum !== undefined && `≤ ${maximum}`,
    minLength !== undefined && `≥ ${minLength} characters`,
    maxLength !== undefined && `≤ ${maxLength} characters`,
    minItems !== undefined && `≥ ${minItems} items`,
    maxItems !== undefined && `≤ ${maxItems} items`,
  ].filter(Boolean);
  return range.length === 0 ? "" : ` (${range.join(", ")})`;
}

function fieldTable(schemas, schema) {
  const rows = schemas.fields(schema).map(([name, field, required]) => {
    const fallback = field.default === undefined ? "" : `default ${JSON.stringify(field.default)}. `;
    return element(
      "tr",
      {},
      element("td", {}, element("code", {}, name), required ? " *" : ""),
      element("td", {}, schemas.words(field)),
      element("td", {}, fallback, ...prose(field.description ?? "")),
    );
  });
  return rows.length === 0 ? element("p", {}, schemas.words(schema)) : element("table", {}, ...rows);
}

function parameterTable(schemas, parameters) {
  const rows = parameters.map(({ name, required, schema, description }) =>
    element(
      "tr",
      {},
      element("td", {}, element("code", {}, name), required ? " *" : ""),
      element("td", {}, schemas.words(schema)),
      element("td", {}, ...prose(description ?? "")),
    ),
  );
  return element("table", {}, ...rows);
}

function answerList(schemas, responses) {
  return Object.entries(responses).flatMap(([status, { description, content }]) => {
    const [first] = Object.values(content);
    if (!status.startsWith("4") && !status.startsWith("5"))
      return Object.entries(content).flatMap(([media, { schema }]) => [
        element("h3", {}, `${status} `, element("span", { className: "dim" }, media)),
        fieldTable(schemas, schema),
      ]);
    const lines = description.split("\n").map((line) => element("li", {}, ...prose(line.replace(/^- /, ""))));
    const kind = element("span", { className: "dim" }, schemas.words(first.schema));
    return [element("h3", {}, `${status} `, kind), element("ul", {}, ...lines)];
  });
}

/** Sends what the form holds, and shows the answer as it comes. */
function tryIt(path, method, { requestBody, parameters = [] }) {
  const media = requestBody?.content["application/json"];
  const body = media && element("textarea", { rows: 8, spellcheck: false });
  if (body) body.value = JSON.stringify(media.example ?? {}, null, 2);
  const inputs = parameters.map(({ name }) => [name, element("input", { placeholder: name })]);
  const output = element("pre", { hidden: true });
  const button = element("button", { type: "button" }, "Send");
  button.addEventListener("click", () => void send(pathWith(path, parameters, inputs), method, body, output));
  const fields = inputs.map(([, input]) => input);
  return [element("h3", {}, "Try it"), ...fields, ...(body ? [body] : []), button, output];
}

function pathWith(path, parameters, inputs) {
  const values = Object.fromEntries(inputs.map(([name, { value }]) => [name, value]));
  const query = parameters.filter(({ in: place, name }) => place === "query" && values[name] !== "");
  const search = new URLSearchParams(query.map(({ name }) => [name, values[name]])).toString();
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name]));
  // Relative, for a server that is reached below a path of another's.
  return filled.slice(1) + (search && `?${search}`);
}

async function send(url, method, body, output) {
  output.hidden = false;
  output.textContent = "…";
  const key = document.getElementById("key").value;
  const headers = {
    ...(body && { "content-type": "application/json" }),
    ...(key && { authorization: `Bearer ${key}` }),
  };
  try {
    const response = await fetch(url, { method: method.toUpperCase(), headers, body: body?.value });
    output.textContent = `${response.status} ${response.statusText}\n\n`;
    await show(response, output);
  } catch (error) {
    output.textContent += error.message;
  }
}

async function show(response, output) {
  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  if (isJson) {
    output.append(JSON.stringify(await response.json(), null, 2));
    return;
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part; !(part = await reader.read()).done;) output.append(part.value);
}

function operationDetails(schemas, path, method, operation) {
  const { summary, description, parameters, requestBody, responses } = operation;
  const head = element(
    "summary",
    {},
    element("b", { className: method }, method.toUpperCase()),
    path,
    element("span", { className: "dim" }, ...prose(summary)),
  );
  const body = requestBody?.content["application/json"].schema;
  const content = element(
    "div",
    {},
    element("p", {}, ...prose(description ?? "")),
    ...(parameters ? [element("h3", {}, "Parameters"), parameterTable(schemas, parameters)] : []),
    ...(body ? [element("h3", {}, "Body"), fieldTable(schemas, body)] : []),
    ...tryIt(path, method, operation),
    ...answerList(schemas, responses),
  );
  return element("details", { className: "operation", id: operation.operationId }, head, content);
}

function operationsOf({ paths }, tag) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    METHODS.filter((method) => methods[method]?.tags.includes(tag)).map((method) => [
      path,
      method,
      methods[method],
    ]),
  );
}

async function load() {
  const response = await fetch("openapi.json");
  const api = await response.json();
  const schemas = new Schemas(api.components.schemas);
  document.getElementById("version").textContent = api.info.version;
  document.getElementById("about").replaceChildren(...prose(api.info.description));
  const sections = api.tags.flatMap(({ name, description }) => [
    element("h2", {}, `${name} `, element("span", { className: "dim" }, description)),
    ...operationsOf(api, name).map((operation) => operationDetails(schemas, ...operation)),
  ]);
  document.getElementById("operations").append(...sections);
  document.getElementById(location.hash.slice(1))?.setAttribute("open", "");
}

load().catch((error) => (document.getElementById("about").textContent = error.message));
