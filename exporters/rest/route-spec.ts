import type { z } from 'zod';
import type { Route } from '../../src/component.ts';
import { InputError } from '../../src/errors.ts';
import { problemOf, readQuery } from './parameters.ts';

/** One path of the interface, with everything that its description and its checks need. */
export interface RouteSpec {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Other paths of the same route. */
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly query: z.ZodObject;
  readonly body?: z.ZodObject;
  /** What a good answer holds; absent where it is not JSON. */
  readonly answer?: z.ZodType;
  readonly answerType?: string;
  /** Whether it answers nobody without the token. */
  readonly needsToken?: boolean;
  readonly handle: Route['handle'];
}

/** A route whose parameters are read and checked before `answer` is asked for its JSON. */
export function jsonRoute<Q extends z.ZodObject>(
  spec: Omit<RouteSpec, 'handle' | 'query' | 'method'> & {
    readonly query: Q;
    readonly respond: (query: z.output<Q>, params: Readonly<Record<string, string>>) => unknown;
  },
): RouteSpec {
  const { respond, ...rest } = spec;
  return {
    ...rest,
    method: 'GET',
    handle: (request, params) =>
      answering(() => Response.json(respond(readQuery(spec.query, new URL(request.url)), params))),
  };
}

/** The answer, or the 400 that says what of the request is wrong. */
export async function answering(work: () => Response | Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InputError) {
      return problemOf(error);
    }
    throw error;
  }
}

/** The routes of specifications, aliases included. */
export function routesOf(specs: readonly RouteSpec[]): readonly Route[] {
  return specs.flatMap(({ method, path, aliases = [], needsToken = false, handle }) =>
    [path, ...aliases].map((each) => ({ method, path: each, needsToken, handle })),
  );
}
