/**
 * Reads the parameters of a request with the schema that also documents them. Whatever is wrong is told by the name of
 * the parameter, together with what is allowed.
 */
import type { z } from 'zod';
import { InputError } from '../../src/errors.ts';
import type { Problem } from '../../src/runtime/problem.ts';
import { problemResponse } from '../../src/runtime/problem.ts';

/** A request that is at fault, with the parameter that is. */
export class ParameterError extends InputError {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message, problem.hint === undefined ? {} : { hint: problem.hint });
    this.problem = problem;
  }
}

/** The 400 that an error stands for. */
export function problemOf(error: InputError): Response {
  const problem =
    error instanceof ParameterError
      ? error.problem
      : { message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
  return problemResponse(400, problem);
}

/** Does something in which only one parameter can be at fault, so that its name can be told. */
export function blaming<T>(parameter: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof InputError && !(error instanceof ParameterError)) {
      throw new ParameterError({
        message: error.message,
        parameter,
        ...(error.hint !== undefined && { hint: error.hint }),
      });
    }
    throw error;
  }
}

/** Other spellings of parameters, each with the name it stands for. */
export const PARAMETER_ALIASES: Readonly<Record<string, string>> = {
  start_time: 'from',
  end_time: 'to',
  session_id: 'session',
  tool_name: 'tool',
  tags: 'tag',
  type: 'event_type',
  plan_name: 'plan',
  feature_id: 'feature',
};

/** Parameters of the query by their own names; those of `lists` may be repeated or hold commas. */
export function readQuery<S extends z.ZodObject>(schema: S, url: URL): z.output<S> {
  const given = new Map<string, string>();
  for (const [spelling, value] of url.searchParams) {
    const name = nameOf(spelling, schema);
    const earlier = given.get(name);
    if (earlier !== undefined && name !== 'tag') {
      throw new ParameterError({ message: `${spelling} is given twice.`, parameter: spelling });
    }
    given.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return parseAs(schema, Object.fromEntries(given), spellingsIn(url));
}

/** A JSON body by the schema's names. */
export function readBody<S extends z.ZodObject>(schema: S, text: string): z.output<S> {
  let body: unknown;
  try {
    body = JSON.parse(text === '' ? '{}' : text);
  } catch (cause) {
    throw new InputError('The body is not JSON.', { cause });
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new InputError('The body is not a JSON object.');
  }
  const named = Object.entries(body).map(([spelling, value]): [string, unknown] => [
    nameOf(spelling, schema),
    value,
  ]);
  return parseAs(schema, Object.fromEntries(named), new Map());
}

function nameOf(spelling: string, schema: z.ZodObject): string {
  const name = PARAMETER_ALIASES[spelling];
  return name !== undefined && name in schema.shape ? name : spelling;
}

/** How each parameter was spelled, so that a complaint uses the same word. */
function spellingsIn(url: URL): ReadonlyMap<string, string> {
  return new Map(
    [...url.searchParams.keys()].map((spelling) => [
      PARAMETER_ALIASES[spelling] ?? spelling,
      spelling,
    ]),
  );
}

function parseAs<S extends z.ZodObject>(
  schema: S,
  given: unknown,
  spellings: ReadonlyMap<string, string>,
): z.output<S> {
  const result = schema.safeParse(given);
  if (result.success) {
    return result.data;
  }
  const [issue] = result.error.issues;
  throw new ParameterError(
    issue === undefined
      ? { message: 'A parameter is wrong.' }
      : problemFrom(issue, schema, { given, spellings }),
  );
}

type Issue = z.core.$ZodIssue;

/** What was asked, and how it was spelled. */
interface Asked {
  readonly given: unknown;
  readonly spellings: ReadonlyMap<string, string>;
}

function problemFrom(issue: Issue, schema: z.ZodObject, { given, spellings }: Asked): Problem {
  if (issue.code === 'unrecognized_keys') {
    const parameter = issue.keys[0] ?? '';
    return {
      message: `There is no parameter ${JSON.stringify(parameter)} here.`,
      parameter,
      allowed: Object.keys(schema.shape),
    };
  }
  const name = String(issue.path[0] ?? '');
  const parameter = spellings.get(name) ?? name;
  const allowed = allowedBy(issue);
  const isGiven = typeof given === 'object' && given !== null && Object.hasOwn(given, name);
  const isMissing = !isGiven && issue.code === 'invalid_value';
  return {
    message: isMissing
      ? `${parameter} is missing.`
      : `${parameter} is not valid: ${issue.message}.`,
    parameter,
    ...(allowed !== undefined && { allowed }),
  };
}

function allowedBy(issue: Issue): readonly string[] | undefined {
  if (issue.code === 'invalid_value') {
    return issue.values.map(String);
  }
  if (issue.code === 'too_big') {
    return [`at most ${issue.maximum}`];
  }
  if (issue.code === 'too_small') {
    return [`at least ${issue.minimum}`];
  }
  const allowed: unknown = issue.code === 'custom' ? issue.params?.['allowed'] : undefined;
  return typeof allowed === 'string' ? [allowed] : undefined;
}
