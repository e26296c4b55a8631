import { InputError } from '../../errors.ts';
import type { ListedTask } from '../../records/tasks-file.ts';
import type { TimeZone } from '../../rollups/time-zone.ts';
import { parseMoment } from '../moment.ts';
import type { Frame } from './split-cost.ts';

/** Where times are told, and when it is. */
export interface Clock {
  readonly zone: TimeZone;
  readonly nowMs: number;
}

const DAY_MS = 86_400_000;
const DATE = /^\d{4}-\d\d-\d\d$/;

/**
 * When a task was worked on: from its start to its end, which is now while it has none. A date alone means the whole day.
 * Null where a time is missing or cannot be read, or the end is not after the start.
 */
export function frameOf({ started, completed }: ListedTask, clock: Clock): Frame | null {
  const startMs = momentOf(started ?? '', clock);
  const endMs = typeof completed === 'string' ? momentOf(dayAfter(completed), clock) : clock.nowMs;
  return startMs === null || endMs === null || endMs <= startMs ? null : { startMs, endMs };
}

/** Whether a task is done, by its status or, where it has none, by its end. */
export function isCompleted({ status, completed }: ListedTask): boolean {
  return typeof status === 'string' ? status === 'completed' : typeof completed === 'string';
}

function momentOf(text: string, clock: Clock): number | null {
  if (!/^\d{4}-/.test(text)) {
    return null;
  }
  try {
    return parseMoment(text, 'time', clock);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

/** A date that ends something ends with its day. */
function dayAfter(text: string): string {
  const dayMs = DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(dayMs) ? text : new Date(dayMs + DAY_MS).toISOString().slice(0, 10);
}
