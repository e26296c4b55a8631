import { z } from 'zod';
import type { Route } from '../../src/component.ts';
import { problemAnswer } from './answers.ts';
import type { RouteSpec } from './route-spec.ts';

type Json = Readonly<Record<string, unknown>>;

/** `GET /openapi.json`: describes the routes with the very schemas that check them. */
export function openApiRoute(specs: readonly RouteSpec[], version: string): Route {
  let text: string | undefined;
  return {
    method: 'GET',
    path: '/openapi.json',
    handle: () => {
      text ??= JSON.stringify(openApi(specs, version));
      return new Response(text, { headers: { 'content-type': 'application/json' } });
    },
  };
}

/** The description as OpenAPI 3.1. */
export function openApi(specs: readonly RouteSpec[], version: string): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const spec of specs) {
    for (const path of [spec.path, ...(spec.aliases ?? [])]) {
      const name = path.replace(/:(\w+)/g, '{$1}');
      paths[name] = { ...paths[name], [spec.method.toLowerCase()]: operation(spec, path) };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Hall Monitor',
      version,
      description: 'What Claude Code did on this machine, and what it cost.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    security: [{}, { token: [] }],
  };
}

function operation(spec: RouteSpec, path: string): Json {
  const type = spec.answerType ?? 'application/json';
  const schema = spec.answer === undefined ? { type: 'string' } : jsonSchema(spec.answer, 'output');
  const problem = { 'application/json': { schema: jsonSchema(problemAnswer, 'output') } };
  return {
    operationId: `${spec.method.toLowerCase()}${path.replace(/[^A-Za-z0-9]+(\w?)/g, (_, next: string) => next.toUpperCase())}`,
    summary: spec.summary,
    ...(spec.needsToken === true && { security: [{ token: [] }] }),
    ...(path === spec.path ? {} : { description: `Another name of ${spec.path}.` }),
    parameters: [...pathParameters(path), ...queryParameters(spec.query)],
    ...(spec.body !== undefined && {
      requestBody: { content: { 'application/json': { schema: jsonSchema(spec.body, 'input') } } },
    }),
    responses: {
      200: { description: 'What was asked for.', content: { [type]: { schema } } },
      '4XX': { description: 'Something about the request is wrong.', content: problem },
      '5XX': { description: 'Something is wrong on our side.', content: problem },
    },
  };
}

function pathParameters(path: string): readonly Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodObject): readonly Json[] {
  const { properties = {}, required = [] } = jsonSchema(query, 'input') as {
    readonly properties?: Readonly<Record<string, Json>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ jsonSchema }) => numberAsNumber(jsonSchema),
  });
  return rest;
}

/** A number in a query is text to the check and a number to those who read of it; its default is kept beside. */
function numberAsNumber(schema: Record<string, unknown>): void {
  const { preset } = schema;
  if (preset !== undefined) {
    Object.assign(schema, { default: preset });
    Reflect.deleteProperty(schema, 'preset');
    Reflect.deleteProperty(schema, 'pattern');
  }
}
