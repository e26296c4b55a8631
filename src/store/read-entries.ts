import type { Database } from 'better-sqlite3';
import type { EntryPage, EntryPages, EntryQuery } from '../records/entry-query.ts';
import type { MetricEntry } from '../records/metric-entry.ts';
import type { Position } from './read-cursor.ts';
import { comparePositions, decodeCursor, encodeCursor } from './read-cursor.ts';
import { occurrenceEntry, requestEntry, toolCallEntry } from './read-entry.ts';
import { conditionsFor } from './read-filter.ts';
import type { EntryKind, NamedOccurrence, NamedRequest, NamedToolCall } from './read-rows.ts';
import type { Bound, Found, Scan } from './read-scan.ts';
import { createScanner } from './read-scan.ts';

const KINDS: readonly EntryKind[] = [0, 1, 2];
const ALL_TIME_MS = 8_640_000_000_000_000;

type AnyRow = NamedRequest | NamedToolCall | NamedOccurrence;

interface Placed {
  readonly position: Position & { readonly kind: EntryKind };
  readonly row: AnyRow;
}

/** Makes the pages of entries, all kinds merged in order of time. */
export function createEntryPages(db: Database): EntryPages {
  const scanner = createScanner(db);
  const toolId = db.prepare<[string], { id: number }>('SELECT id FROM tool WHERE name = ?');
  // One snapshot for all kinds; the lock is taken once.
  return db.transaction((query: EntryQuery): EntryPage => {
    const toolIds = query.tool === null ? null : toolId.all(query.tool).map(({ id }) => id);
    const found = KINDS.flatMap((kind) => {
      const scan = scanFor(kind, query, toolIds);
      return scan === null ? [] : [{ kind, ...scanner<AnyRow>(scan) }];
    });
    const { placed, next } = mergePage(found, query);
    return { entries: placed.map(entryOf), next: next === null ? null : encodeCursor(next) };
  });
}

function entryOf({ position, row }: Placed): MetricEntry {
  switch (position.kind) {
    case 0:
      return requestEntry(row as NamedRequest);
    case 1:
      return toolCallEntry(row as NamedToolCall);
    case 2:
      return occurrenceEntry(row as NamedOccurrence);
  }
}

function scanFor(
  kind: EntryKind,
  query: EntryQuery,
  toolIds: readonly number[] | null,
): Scan | null {
  const conditions = conditionsFor(kind, query, toolIds);
  if (
    conditions === null ||
    [query.sessions, query.projects, query.models, toolIds].some((ids) => ids?.length === 0)
  ) {
    return null;
  }
  const { order, fromMs, toMs } = query;
  const firstMs = fromMs ?? -ALL_TIME_MS;
  const lastMs = toMs === null ? ALL_TIME_MS : toMs - 1;
  const start =
    order === 'desc' ? { atMs: lastMs, id: Number.MAX_SAFE_INTEGER } : { atMs: firstMs, id: -1 };
  return {
    kind,
    order,
    conditions,
    sessions: query.sessions,
    landmarks: landmarksFor(query, toolIds),
    from:
      query.cursor === null ? start : boundAfter(decodeCursor(query.cursor), kind, start, order),
    untilMs: order === 'desc' ? firstMs : lastMs,
    limit: query.limit + 1,
  };
}

function landmarksFor(
  { models }: EntryQuery,
  toolIds: readonly number[] | null,
): Scan['landmarks'] {
  if (models !== null) {
    return { column: 'model', ids: models };
  }
  return toolIds === null ? null : { column: 'tool', ids: toolIds };
}

/** Where a kind goes on after a position that may be of another kind; never before the query's own start. */
function boundAfter(
  { atMs, kind: cursorKind, id }: Position,
  kind: EntryKind,
  start: Bound,
  order: 'desc' | 'asc',
): Bound {
  const isPast = order === 'desc' ? atMs > start.atMs : atMs < start.atMs;
  if (isPast) {
    return start;
  }
  if (kind === cursorKind) {
    return { atMs, id };
  }
  // At the cursor's own moment a whole kind either comes after the cursor or has been told already.
  const isStillToCome = order === 'desc' ? kind < cursorKind : kind > cursorKind;
  const before = order === 'desc' ? Number.MAX_SAFE_INTEGER : -1;
  const after = order === 'desc' ? -1 : Number.MAX_SAFE_INTEGER;
  return { atMs, id: isStillToCome ? before : after };
}

/** The first rows of all kinds together, as far as no kind that stopped early could still put one in between. */
function mergePage(
  found: readonly (Found<AnyRow> & { readonly kind: EntryKind })[],
  { limit, order }: EntryQuery,
): { readonly placed: readonly Placed[]; readonly next: Position | null } {
  const sign = order === 'desc' ? -1 : 1;
  const compare = (a: Position, b: Position): number => sign * comparePositions(a, b);
  const placed = found
    .flatMap(({ kind, rows }) =>
      rows.map((row): Placed => ({ position: { atMs: row.at_ms, kind, id: row.id }, row })),
    )
    .sort((a, b) => compare(a.position, b.position));
  const stops = found
    .flatMap(({ kind, stoppedAt }) => (stoppedAt === null ? [] : [{ ...stoppedAt, kind }]))
    .sort(compare);
  const [stop] = stops;
  const certain =
    stop === undefined ? placed : placed.filter(({ position }) => compare(position, stop) <= 0);
  if (certain.length > limit) {
    const page = certain.slice(0, limit);
    return { placed: page, next: page.at(-1)?.position ?? null };
  }
  return { placed: certain, next: stop ?? null };
}
