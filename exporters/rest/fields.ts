import { z } from 'zod';
import { InputError } from '../../src/errors.ts';
import { instantOfLocal } from '../../src/rollups/local-time.ts';
import type { TimeRange } from '../../src/rollups/time-slots.ts';
import { createTimeZone } from '../../src/rollups/time-zone.ts';
import { ParameterError } from './parameters.ts';

const TIMES =
  'an ISO 8601 date or time, such as 2026-11-20 or 2026-11-20T09:30:00Z, or unix milliseconds';
const MOMENT =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** A moment as it was written: unix milliseconds, or the time on a wall whose zone has yet to be said. */
export interface Moment {
  readonly ms: number;
  readonly isWallTime: boolean;
}

/** A moment by its text; a date is its first moment. */
export function parseMoment(text: string): Moment | undefined {
  if (/^\d{11,16}$/.test(text)) {
    return { ms: Number(text), isWallTime: false };
  }
  const [, date, time = '00:00', offset] = MOMENT.exec(text) ?? [];
  const ms =
    date === undefined ? Number.NaN : Date.parse(`${date}T${time}${(offset ?? 'Z').toUpperCase()}`);
  const isReal =
    !Number.isNaN(ms) && new Date(`${date}T00:00Z`).toISOString().slice(0, 10) === date;
  return isReal ? { ms, isWallTime: offset === undefined } : undefined;
}

/** The span between two moments as written, in unix milliseconds; wall times are those of the zone. */
export function rangeOf(
  { from, to }: { readonly from?: Moment | undefined; readonly to?: Moment | undefined },
  timezone: string,
): TimeRange {
  const zone = createTimeZone(timezone);
  const instant = (moment: Moment | undefined): number | null => {
    if (moment === undefined) {
      return null;
    }
    return moment.isWallTime ? instantOfLocal(zone, moment.ms) : moment.ms;
  };
  const range = { sinceMs: instant(from), untilMs: instant(to) };
  if (range.sinceMs !== null && range.untilMs !== null && range.untilMs <= range.sinceMs) {
    throw new ParameterError({
      message: 'Nothing lies between from and to.',
      parameter: 'to',
      hint: 'to is the first moment that does not count any more, so it must be later.',
    });
  }
  return range;
}

/** A moment as a parameter. */
export const moment = z
  .string()
  .max(64)
  .transform((text, context) => {
    const parsed = parseMoment(text);
    if (parsed === undefined) {
      context.addIssue({
        code: 'custom',
        message: 'it is no date or time',
        params: { allowed: TIMES },
        input: text,
      });
      return z.NEVER;
    }
    return parsed;
  });

/** Beginning of a span. */
export const from = moment
  .optional()
  .describe(
    `First moment that counts: ${TIMES}; in the zone asked for where it names no offset. Also \`start_time\`.`,
  );

/** End of a span. */
export const to = moment
  .optional()
  .describe('First moment that does not count any more. Also `end_time`.');

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

/** One of the plans. */
export const plan = named('Name of a plan, or its `plan_id`. Also `plan_name`.');

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
    .regex(/^\d{1,9}$/, { error: 'it is no whole number', abort: true })
    .transform(Number)
    .pipe(z.int().min(1).max(1_000))
    .default(preset)
    .describe('Most items to answer with.')
    .meta({ type: 'integer', minimum: 1, maximum: 1_000, preset });
}

/** Where to go on. */
export const cursor = z.string().min(1).max(128).optional().describe('`next` of the page before.');

/** Zone in which hours, days, weeks and months are counted. */
export const timezone = z
  .string()
  .max(64)
  .refine(isTimeZone, {
    error: 'it is no time zone',
    params: { allowed: 'an IANA time zone, such as UTC or Europe/Berlin' },
  })
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
