import { Type, type TSchema } from "typebox";
import type { ErrorCode } from "../errors.js";
import { VERSION } from "../package-info.js";
import { errorSchema } from "./answer-schemas.js";
import { documentedErrors } from "./documented-errors.js";
import { requestSchema, type JsonSchema } from "./request-schema.js";
import { BODY_ERRORS, COMMON_ERRORS, KEY_ERRORS, QUERY_ERRORS, TAGS, type RouteDocs } from "./route-docs.js";

/** What is known of a route when Fastify has added it. */
export interface DocumentedRoute {
  method: string;
  /** In Fastify's form, e.g. /v1/models/:id. */
  url: string;
  schema: { body?: unknown; querystring?: unknown } | undefined;
  /** Who may use it where there are keys; undefined for whoever has one. */
  access: "public" | "admin" | undefined;
  docs: RouteDocs | undefined;
}

/** Stands where a route has no `config.docs`; a test looks for it. */
export const UNDOCUMENTED = "This route has no documentation.";

const DESCRIPTION =
  "Every field is honoured or refused with 400 and its name in `error.param`; null is the same as absent. " +
  "The codes of errors keep their meaning for ever.";

const KEY = "Only where the server was started with API keys.";

/** OpenAPI 3.1, whose schemas are JSON Schema itself: those that validate are shown as they are. */
export function openApiDocument(routes: readonly DocumentedRoute[]): object {
  const components = new Components();
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.url.replace(/:(\w+)/g, "{$1}");
    (paths[path] ??= {})[route.method.toLowerCase()] = operation(route, components);
  }
  return {
    openapi: "3.1.0",
    info: { title: "tacho", version: VERSION, description: DESCRIPTION },
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    security: [{}, { key: [] }],
    components: {
      schemas: components.schemas,
      securitySchemes: { key: { type: "http", scheme: "bearer", description: KEY } },
    },
  };
}

function operation(route: DocumentedRoute, components: Components): object {
  const { url, schema, access, docs } = route;
  if (!docs) return { summary: UNDOCUMENTED, responses: {} };
  const { operationId, tag, summary, description } = docs;
  const parameters = [...pathParameters(url, docs), ...queryParameters(schema?.querystring)];
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(schema?.body !== undefined && { requestBody: requestBody(schema.body, docs, components) }),
    ...(access === "public" && { security: [] }),
    responses: responses(route, docs, components),
  };
}

function pathParameters(url: string, { parameters = {} }: RouteDocs): object[] {
  return Array.from(url.matchAll(/:(\w+)/g), ([, name]) => ({
    name,
    in: "path",
    required: true,
    description: parameters[name!],
    schema: { type: "string" },
  }));
}

function queryParameters(querystring: unknown): object[] {
  const { properties = {}, required = [] } = (querystring ?? {}) as JsonSchema;
  return Object.entries(properties).map(([name, member]) => {
    const schema = requestSchema(member);
    const isRequired = required.includes(name) && member.default === undefined;
    return { name, in: "query", required: isRequired, description: schema.description, schema };
  });
}

function requestBody(body: unknown, { operationId, example }: RouteDocs, components: Components): object {
  const title = `${operationId[0]!.toUpperCase()}${operationId.slice(1)}Request`;
  const schema = components.refer({ title, ...requestSchema(body as JsonSchema) });
  return { required: true, content: { "application/json": { schema, ...(example && { example }) } } };
}

function responses(route: DocumentedRoute, docs: RouteDocs, components: Components): object {
  const content = Object.entries(docs.answers).map(([media, schema]) => [
    media,
    { schema: components.refer(schema as JsonSchema) },
  ]);
  const others = Object.entries(docs.otherAnswers ?? {}).map(([status, { description, schema }]) => [
    status,
    { description, content: { "application/json": { schema: components.refer(schema as JsonSchema) } } },
  ]);
  return {
    200: { description: "The answer.", content: Object.fromEntries(content) as object },
    ...documentedErrors(codesOf(route, docs), components.refer(errorBody(docs))),
    ...(Object.fromEntries(others) as object),
  };
}

/** What no route could read is answered in OpenAI's words on every route. */
function errorBody({ errorBody }: RouteDocs): JsonSchema {
  return (errorBody ? Type.Union([errorBody, errorSchema]) : errorSchema) as TSchema as JsonSchema;
}

function codesOf({ schema, access }: DocumentedRoute, { errors = [] }: RouteDocs): ErrorCode[] {
  return [
    ...COMMON_ERRORS,
    ...(access === "public" ? [] : KEY_ERRORS),
    ...(access === "admin" ? (["admin_only"] as const) : []),
    ...(schema?.body === undefined ? [] : BODY_ERRORS),
    ...(schema?.querystring === undefined ? [] : QUERY_ERRORS),
    ...errors,
  ];
}

/** The schemas with a title, each once. */
class Components {
  readonly schemas: Record<string, JsonSchema> = {};

  /** A copy in which every schema with a title is a reference to it. */
  refer(schema: JsonSchema): JsonSchema {
    const { title } = schema;
    if (typeof title !== "string") return this.#copy(schema);
    this.schemas[title] ??= this.#copy(schema);
    return { $ref: `#/components/schemas/${title}` };
  }

  #copy(schema: JsonSchema): JsonSchema {
    const copied = Object.entries(schema).map(([keyword, value]) => [keyword, this.#value(keyword, value)]);
    return Object.fromEntries(copied) as JsonSchema;
  }

  #value(keyword: string, value: unknown): unknown {
    if (keyword === "properties" || keyword === "patternProperties")
      return Object.fromEntries(
        Object.entries(value as Record<string, JsonSchema>).map(([name, member]) => [
          name,
          this.refer(member),
        ]),
      );
    if (keyword === "items" || keyword === "then") return this.refer(value as JsonSchema);
    if (keyword === "anyOf" || keyword === "allOf")
      return (value as JsonSchema[]).map((branch) => this.refer(branch));
    return value;
  }
}
