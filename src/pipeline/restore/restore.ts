import { ARCHIVE_STREAMS, type ArchiveStream } from '../../records/archive-line.ts';
import {
  COLLECTOR_REF,
  EVENT_KINDS,
  type OccurrenceRow,
  type RequestRow,
  type RestoredIdentity,
  type RestoredLine,
  type ToolCallRow,
} from '../../store/rows.ts';
import type { WriteStore } from '../../store/write-store.ts';
import { countOccurrence, countRequest, countToolCall } from '../contributions.ts';
import { Permissions } from '../permissions.ts';
import { ArchiveFields, BadLineError } from './archive-fields.ts';
import { NewestLines } from './newest-lines.ts';
import { occurrenceRow, requestRow, type RowParts, toolCallRow } from './restored-entries.ts';
import { RestoredOrigins } from './restored-origins.ts';
import { type RestoredPlan, restorePlan, restorePlanEvent } from './restored-plans.ts';
import { restoreCollector, restoreSession } from './restored-sessions.ts';
import { RestoredTable } from './restored-table.ts';

/** Lines that were taken, and those that could not be. */
export interface RestoreCounts {
  readonly lines: Readonly<Record<ArchiveStream, number>>;
  /** Lines that a newer one superseded. */
  readonly superseded: number;
  /** Lines that are none, or do not say what they have to. */
  readonly rejected: number;
  /** What was wrong with the first of them. */
  readonly reasons: readonly string[];
}

/** Characters of the longest line that is looked at. */
export const MAX_LINE_CHARACTERS = 64 * 1024 * 1024;
const MAX_REASONS = 10;

/**
 * Fills an empty store with the lines of an archive. They may come in any order, more than once, damaged or twice over;
 * what is told of one thing by several lines is what the highest revision says. Streams in the order of
 * {@link RESTORE_ORDER} need the least memory.
 */
export class Restore {
  readonly #store: WriteStore;
  readonly #origins: RestoredOrigins;
  readonly #parts: RowParts;
  readonly #requests: RestoredTable<RequestRow>;
  readonly #toolCalls: RestoredTable<ToolCallRow>;
  readonly #occurrences: RestoredTable<OccurrenceRow>;
  readonly #planEvents = new NewestLines();
  readonly #plans = new NewestLines();
  readonly #documents = {
    session: new NewestLines(),
    origin: new NewestLines(),
    copy: new NewestLines(),
    collector: new NewestLines(),
  };
  readonly #lines: Record<ArchiveStream, number>;
  readonly #reasons: string[] = [];
  #superseded = 0;
  #rejected = 0;

  constructor(store: WriteStore) {
    this.#store = store;
    this.#origins = new RestoredOrigins(store);
    this.#parts = { store, origins: this.#origins };
    this.#lines = Object.fromEntries(ARCHIVE_STREAMS.map((stream) => [stream, 0])) as never;
    const permissions = new Permissions(store);
    this.#requests = new RestoredTable<RequestRow>({
      kind: EVENT_KINDS.request,
      table: store.requests,
      count: (row, sign) => countRequest(store, row, sign),
    });
    this.#toolCalls = new RestoredTable<ToolCallRow>({
      kind: EVENT_KINDS.tool_call,
      table: store.toolCalls,
      count: (row, sign) => {
        countToolCall(store, row, sign);
        if (row.permissionKey !== null) permissions.count(row, sign);
      },
    });
    this.#occurrences = new RestoredTable<OccurrenceRow>({
      kind: EVENT_KINDS.occurrence,
      table: store.occurrences,
      count: (row, sign) => countOccurrence(store, row, sign),
    });
  }

  get counts(): RestoreCounts {
    return {
      lines: this.#lines,
      superseded: this.#superseded,
      rejected: this.#rejected,
      reasons: this.#reasons,
    };
  }

  /** Takes lines of a stream in one transaction; what cannot be used is counted. */
  take(stream: ArchiveStream, lines: readonly string[]): void {
    this.#store.restoring(() => {
      for (const line of lines) this.#one(stream, line);
    });
  }

  /** Writes what had to wait for everything else, the log, and what the store takes over from the old one. */
  finish(identity: RestoredIdentity): void {
    const store = this.#store;
    store.restoring(() => {
      const lines = [
        ...this.#writeDocuments(this.#keepsPositions(identity)),
        ...this.#writePlans(),
      ];
      store.restoreLog(this.#allLines(lines), identity);
    });
  }

  *#allLines(others: readonly RestoredLine[]): Iterable<RestoredLine> {
    yield* this.#requests.lines();
    yield* this.#toolCalls.lines();
    yield* this.#occurrences.lines();
    yield* others;
  }

  #one(stream: ArchiveStream, line: string): void {
    this.#attempt(() => {
      if (line.length > MAX_LINE_CHARACTERS) throw new BadLineError('a line is too long');
      const isNew = this.#put(stream, new ArchiveFields(parsed(line)));
      this.#lines[stream] += 1;
      if (!isNew) this.#superseded += 1;
    });
  }

  /** Does what a line asks for; a bad one is counted, and undefined comes of it. */
  #attempt<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!isBadLine(error)) throw error;
      this.#rejected += 1;
      if (this.#reasons.length < MAX_REASONS) this.#reasons.push(error.message);
      return undefined;
    }
  }

  #put(stream: ArchiveStream, line: ArchiveFields): boolean {
    switch (stream) {
      case 'requests':
        return this.#requests.put(requestRow(line, this.#parts), line.count('seq'));
      case 'tool_calls':
        return this.#toolCalls.put(toolCallRow(line, this.#parts), line.count('seq'));
      case 'occurrences':
        return this.#putOccurrence(line);
      case 'plan_events':
        return this.#planEvents.put(line);
      case 'plans':
        return this.#plans.put(line);
      case 'sessions':
        return this.#putDocument(line);
    }
  }

  #putDocument(line: ArchiveFields): boolean {
    const type = line.oneOf('event_type', ['session', 'origin', 'copy', 'collector']);
    if (type === 'origin') this.#origins.learn(line);
    return this.#documents[type].put(line);
  }

  /** What another occurrence turned out to be told of too is that one's. */
  #putOccurrence(line: ArchiveFields): boolean {
    const { hookQueries } = this.#store;
    const row = occurrenceRow(line, this.#parts);
    if (hookQueries.aliasOf(row.key) !== undefined) return false;
    if (!this.#occurrences.put(row, line.count('seq'))) return false;
    for (const alias of line.fields('stored').texts('aliases')) {
      if (alias === row.key) continue;
      this.#occurrences.remove(alias);
      hookQueries.keepAlias(alias, this.#occurrences.find(row.key)!);
    }
    return true;
  }

  /** Whether everything that was read before the positions is here, so that nothing has to be read again. */
  #keepsPositions({ isWhole, isOwn, archivedSeq }: RestoredIdentity): boolean {
    if (!isWhole || !isOwn || this.#rejected > 0) return false;
    const { origin, collector } = this.#documents;
    const isReached = (fields: ArchiveFields): boolean => fields.count('as_of_seq') <= archivedSeq;
    return (
      this.#attempt(
        () =>
          origin.all().every(({ fields }) => fields.has('position') && isReached(fields)) &&
          collector.all().every(({ fields }) => isReached(fields)),
      ) ?? false
    );
  }

  #writeDocuments(keepsPositions: boolean): readonly RestoredLine[] {
    const store = this.#store;
    const { session, origin, copy, collector } = this.#documents;
    const written: RestoredLine[] = [];
    const note = (seq: number, kind: number, ref: number, revision = 0): void =>
      void written.push({ seq, kind, ref, revision });
    for (const { seq, fields } of origin.all()) {
      const ref = this.#attempt(() => this.#origins.describe(fields, keepsPositions)) ?? null;
      if (ref !== null) note(seq, EVENT_KINDS.origin, ref);
    }
    for (const { seq, fields } of session.all()) {
      const ref = this.#attempt(() => restoreSession(store, this.#origins, fields));
      if (ref !== undefined) note(seq, EVENT_KINDS.session, ref);
    }
    for (const { seq, fields } of copy.all()) {
      this.#attempt(() => {
        const request = this.#requests.find(fields.text('request_key'));
        const ref = this.#origins.id(fields.text('source'), fields.text('path'));
        if (request !== undefined && store.copies.restore(request, ref))
          note(seq, EVENT_KINDS.copy, request, ref);
      });
    }
    for (const { seq, fields } of collector.all()) {
      this.#attempt(() => restoreCollector(store, fields, !keepsPositions));
      note(seq, EVENT_KINDS.collector, COLLECTOR_REF);
    }
    return written;
  }

  #writePlans(): readonly RestoredLine[] {
    const written: RestoredLine[] = [];
    const plans = new Map<string, RestoredPlan>();
    for (const { seq, fields } of this.#plans.all()) {
      const plan = this.#attempt(() => this.#store.part(() => restorePlan(this.#store, fields)));
      if (plan === undefined) continue;
      plans.set(fields.text('key'), plan);
      written.push({ seq, kind: EVENT_KINDS.plan, ref: plan.id, revision: 0 });
    }
    for (const { seq, revision, fields } of this.#planEvents.all()) {
      const ref = this.#attempt(() => {
        const plan = plans.get(fields.fields('stored').text('plan'));
        if (plan === undefined) throw new BadLineError('an event of a plan that is not there');
        return restorePlanEvent(this.#store, plan, fields);
      });
      if (ref !== undefined) written.push({ seq, kind: EVENT_KINDS.plan_event, ref, revision });
    }
    return written;
  }
}

/** Streams in the order in which they are best told: what others refer to comes first. */
export const RESTORE_ORDER: readonly ArchiveStream[] = [
  'sessions',
  'plans',
  'requests',
  'tool_calls',
  'occurrences',
  'plan_events',
];

/** A line may also be at odds with another one. */
const isBadLine = (error: unknown): error is Error =>
  error instanceof BadLineError ||
  (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CONSTRAINT'));

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    throw new BadLineError('a line is no JSON');
  }
};
