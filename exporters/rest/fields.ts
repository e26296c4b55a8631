import { z } from 'zod';
import { InputError } from '../../src/errors.ts';
import { createTimeZone } from '../../src/rollups/time-zone.ts';

const TIMES = 'an ISO 8601 date or time, such as 2026-11-20 or 2026-11-20T09:30:00Z, or unix milliseconds';
const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** A moment in unix milliseconds; a date is its first moment, and both are UTC unless they say otherwise. */
export function parseMoment(text: string): number | undefined {
  if (/^\d{11,16}$/.test(text)) {
    return Number(text);
  }
  const [, date, time = '00:00', offset = 'Z'] = MOMENT.exec(text) ?? [];
  const atMs = date === undefined ? Number.NaN : Date.parse(`${date}T${time}${offset.toUpperCase()}`);
  return Number.isNaN(atMs) || new Date(`${date}T00:00Z`).toISOString().slice(0, 10) !== date ? undefined : atMs;
}

/** A moment as a parameter; undefined where it is not given. */
export const moment = z
  .string()
  .max(64)
  .transform((text, context) => {
    const atMs = parseMoment(text);
    if (atMs === undefined) {
      context.addIssue({ code: 'custom', message: 'it is no date or time', params: { allowed: TIMES }, input: text });
      return z.NEVER;
    }
    return atMs;
  })
  .meta({ format: 'date-time' });

/** Beginning of a span. */
export const from = moment.optional().describe(`First moment that counts: ${TIMES}. Also \`start_time\`.`);

/** End of a span. */
export const to = moment.optional().describe('First moment that does not count any more. Also `end_time`.');

/** A name of something, without control characters. */
export function named(description: string): z.ZodOptional<z.ZodString> {
  return z
    .string()
    .min(1)
    .max(4_096)
    .regex(/^[^\p{Cc}]*$/u, 'it has control characters in it')
    .optional()
    .describe(description);
}

/** One of the projects. */
export const project = named('Path of a project, or the last part of one.');

/** One of the sessions. */
export const session = named('Id of a session, or the beginning of one. Also `session_id`.');

/** One of the models. */
export const model = named('Model id exactly as the API gave it.');

/** One of the tools. */
export const tool = named('Tool by its name. Also `tool_name`.');

/** How many items a page has. */
export function limit(preset: number): z.ZodType<number> {
  return z
    .string()
    .regex(/^\d{1,9}$/, 'it is no whole number')
    .transform(Number)
    .pipe(z.int().min(1).max(1_000))
    .or(z.int().min(1).max(1_000))
    .default(preset)
    .describe('Most items to answer with.');
}

/** Where to go on. */
export const cursor = z.string().min(1).max(128).optional().describe('`next` of the page before.');

/** Zone in which hours, days, weeks and months are counted. */
export const timezone = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: 'it is no time zone', params: { allowed: 'an IANA time zone, such as UTC or Europe/Berlin' } })
  .optional()
  .describe('IANA time zone of hours, days, weeks and months.');

function isTimeZone(name: string): boolean {
  try {
    createTimeZone(name);
    return true;
  } catch (error) {
    if (error instanceof InputError) {
      return false;
    }
    throw error;
  }
}
