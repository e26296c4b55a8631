import type { MetricEntry } from './metric-entry.ts';
import type { EventCategory } from './occurrence.ts';
import type { EntrySource } from './record.ts';

/** Which entries of the store are asked for; null means that it does not matter. */
export interface EntryQuery {
  /** Unix milliseconds, half-open. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** Row ids of the store; an empty list fits nothing. */
  readonly sessions: readonly number[] | null;
  readonly projects: readonly number[] | null;
  readonly models: readonly number[] | null;
  readonly source: EntrySource | null;
  readonly eventType: string | null;
  readonly category: EventCategory | null;
  readonly tool: string | null;
  readonly success: boolean | null;
  /** All of them must be among the entry's tags. */
  readonly tags: readonly string[];
  readonly order: 'desc' | 'asc';
  readonly limit: number;
  /** `next` of an earlier page. */
  readonly cursor: string | null;
}

/** Every entry there is, newest first. */
export const ALL_ENTRIES: EntryQuery = {
  fromMs: null,
  toMs: null,
  sessions: null,
  projects: null,
  models: null,
  source: null,
  eventType: null,
  category: null,
  tool: null,
  success: null,
  tags: [],
  order: 'desc',
  limit: 100,
  cursor: null,
};

/**
 * Entries in order of time, and where to go on; null at the end.
 *
 * A page may hold fewer entries than asked for, even none, and still not be the last: looking for what is rare stops
 * after a while and goes on with the next page.
 */
export interface EntryPage {
  readonly entries: readonly MetricEntry[];
  readonly next: string | null;
}

/**
 * Answers queries about entries.
 *
 * @throws InputError for a cursor that no page has given out.
 */
export type EntryPages = (query: EntryQuery) => EntryPage;
