import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

interface Content {
  content: Record<string, { schema: object }>;
}

export interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  /** Empty: public. */
  security?: object[];
  parameters?: { name: string; in: string }[];
  requestBody?: Content;
  responses: Record<string, Content & { description: string }>;
}

export interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

const DOCUMENT = "tacho:/openapi.json";

/** Real requests and answers, held against the document that the server publishes of them. */
export class DescribedApi {
  readonly #ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictTuples: false });
  readonly #validators = new Map<string, ValidateFunction>();
  /** "POST /v1/completions 200" for each kind of answer that was seen. */
  readonly seen = new Set<string>();

  private constructor(
    private readonly url: string,
    readonly document: OpenApi,
  ) {
    // What an OpenAPI document has around its schemas is no keyword of theirs.
    this.#ajv.addVocabulary(Object.keys(document));
    this.#ajv.addSchema(document, DOCUMENT);
  }

  static async of(url: string): Promise<DescribedApi> {
    const response = await fetch(`${url}/openapi.json`);
    return new DescribedApi(url, (await response.json()) as OpenApi);
  }

  get operations(): { path: string; method: string; operation: Operation }[] {
    return Object.entries(this.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
  }

  /** Whether the document allows this body. */
  allows(path: string, body: unknown): boolean {
    return this.#validator(["paths", path, "post", "requestBody", ...JSON_SCHEMA])(body);
  }

  async post(path: string, body: unknown, init: RequestInit = {}): Promise<Answered> {
    const headers = { "content-type": "application/json" };
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(this.url + path, { method: "POST", headers, body: text, ...init });
    return this.check("post", path, response);
  }

  get(path: string, actual = path): Promise<Answered> {
    return this.ask("get", path, actual);
  }

  async ask(method: string, path: string, actual: string): Promise<Answered> {
    return this.check(method, path, await fetch(this.url + actual, { method: method.toUpperCase() }));
  }

  /** Throws where the document does not describe this answer. */
  async check(method: string, path: string, response: Response): Promise<Answered> {
    const { status } = response;
    const media = response.headers.get("content-type")!.split(";")[0]!;
    const place = ["paths", path, method, "responses", String(status), "content", media, "schema"];
    const validate = this.#validator(place);
    const text = await response.text();
    for (const value of media === "text/event-stream" ? eventsIn(text) : [valueOf(media, text)]) {
      if (!validate(value))
        throw new Error(`${place.join(" ")}: ${JSON.stringify([value, validate.errors])}`);
    }
    this.seen.add(`${method.toUpperCase()} ${path} ${status} ${media}`);
    return { status, text };
  }

  #validator(place: string[]): ValidateFunction {
    const pointer = place.map((name) => encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1")));
    const reference = `${DOCUMENT}#/${pointer.join("/")}`;
    let validate = this.#validators.get(reference);
    if (!validate) {
      validate = this.#ajv.getSchema(reference);
      if (!validate) throw new Error(`The document has no ${place.join(" ")}.`);
      this.#validators.set(reference, validate);
    }
    return validate;
  }
}

export interface Answered {
  status: number;
  text: string;
}

const JSON_SCHEMA = ["content", "application/json", "schema"];

function valueOf(media: string, text: string): unknown {
  return media === "application/json" ? JSON.parse(text) : text;
}

function eventsIn(text: string): unknown[] {
  const events = text.split("\n\n").filter((event) => event !== "");
  return events
    .map((event) => event.replace(/^(event: .*\n)?data: /, ""))
    .filter((data) => data !== "[DONE]")
    .map((data) => JSON.parse(data) as unknown);
}
