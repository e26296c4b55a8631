/**
 * Looks through one kind of entry in order of time, for at most so many rows.
 *
 * Time and session have an index; every other condition is tried row by row. For models and tools the sums per quarter
 * of an hour say where their rows are, so that stretches without any are jumped over.
 */
import type { Database, Statement } from 'better-sqlite3';
import { prepared } from './prepared.ts';
import type { Conditions } from './read-filter.ts';
import type { EntryKind } from './read-rows.ts';
import { ENTRY_TABLES, rowsSql } from './read-rows.ts';

/** A place in the order of one kind's rows; what is asked for lies strictly beyond it. */
export interface Bound {
  readonly atMs: number;
  readonly id: number;
}

/** What to look for, from where on. */
export interface Scan {
  readonly kind: EntryKind;
  readonly order: 'desc' | 'asc';
  readonly conditions: Conditions;
  readonly sessions: readonly number[] | null;
  /** Column of the sums, and the ids in it, that say where fitting rows are. */
  readonly landmarks: { readonly column: 'model' | 'tool'; readonly ids: readonly number[] } | null;
  readonly from: Bound;
  /** Time beyond which nothing is wanted, inclusive. */
  readonly untilMs: number;
  readonly limit: number;
}

/** The rows found, and where the search stopped; null when it has seen everything. */
export interface Found<R> {
  readonly rows: readonly R[];
  readonly stoppedAt: Bound | null;
}

interface Row {
  readonly id: number;
  readonly at_ms: number;
}

const SLOT_MS = 900_000;
const CHUNK_ROWS = 2_000;
const MAX_CHUNKS = 8;
const LANDMARK_TABLES = { model: 'rollup_request', tool: 'rollup_tool' } as const;

const FILTER_COLUMNS = [
  'project, model, source, requester, final, cost_basis',
  'project, tool, source, success, error_class, result_at_ms',
  'project, type, category, source',
] as const;

/** Prepares statements once for each shape of query. */
export function createScanner(db: Database): <R extends Row>(scan: Scan) => Found<R> {
  const prepare = (sql: string): Statement => prepared(db, sql);
  return <R extends Row>(scan: Scan) => look<R>(scan, prepare);
}

function look<R extends Row>(scan: Scan, prepare: (sql: string) => Statement): Found<R> {
  const isPlain = scan.conditions.sql.length === 0;
  const rows: R[] = [];
  let from = scan.from;
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk += 1) {
    const landed = landmark(scan, from, prepare);
    if (landed === null) {
      return { rows, stoppedAt: null };
    }
    from = landed;
    const wanted = scan.limit - rows.length;
    const chunkRows = isPlain ? wanted : CHUNK_ROWS;
    const found = chunkOf(scan, { from, wanted, chunkRows }, prepare);
    rows.push(...(found as readonly R[]));
    const end =
      rows.length === scan.limit ? lastOf(rows) : chunkEnd(scan, { from, chunkRows }, prepare);
    if (end === null || rows.length === scan.limit) {
      return { rows, stoppedAt: end };
    }
    from = end;
  }
  return { rows, stoppedAt: from };
}

function lastOf(rows: readonly Row[]): Bound | null {
  const last = rows.at(-1);
  return last === undefined ? null : { atMs: last.at_ms, id: last.id };
}

/** SQL of the rows beyond a bound, in order; its values are those of `reachValues`. */
function reachSql({ kind, order, sessions }: Scan, columns: string): string {
  const [within, beyond] = order === 'desc' ? ['<=', '<'] : ['>=', '>'];
  const until = order === 'desc' ? '>=' : '<=';
  const session = sessions === null ? '' : ` AND session IN (${sessions.map(Number).join(', ')})`;
  return `SELECT ${columns} FROM ${ENTRY_TABLES[kind]}
    WHERE at_ms ${within} ? AND (at_ms ${beyond} ? OR id ${beyond} ?) AND at_ms ${until} ?${session}
    ORDER BY at_ms ${order}, id ${order}`;
}

function reachValues({ untilMs }: Scan, from: Bound): readonly number[] {
  return [from.atMs, from.atMs, from.id, untilMs];
}

interface Chunk {
  readonly from: Bound;
  readonly wanted: number;
  readonly chunkRows: number;
}

function chunkOf(
  scan: Scan,
  { from, wanted, chunkRows }: Chunk,
  prepare: (sql: string) => Statement,
): readonly Row[] {
  const { kind, order, conditions } = scan;
  const where = conditions.sql.length === 0 ? '' : ` WHERE ${conditions.sql.join(' AND ')}`;
  const reach = reachSql(scan, `id, at_ms, ${FILTER_COLUMNS[kind]}`);
  const ids = `(SELECT id AS ref FROM (${reach} LIMIT ?)${where} LIMIT ?) x`;
  const sql = `${rowsSql(kind, ids)} ORDER BY e.at_ms ${order}, e.id ${order}`;
  return prepare(sql).all(
    ...reachValues(scan, from),
    chunkRows,
    ...conditions.values,
    wanted,
  ) as Row[];
}

/** Where a chunk ends; null when it reaches the end of everything. */
function chunkEnd(
  scan: Scan,
  { from, chunkRows }: Pick<Chunk, 'from' | 'chunkRows'>,
  prepare: (sql: string) => Statement,
): Bound | null {
  const sql = `${reachSql(scan, 'id, at_ms')} LIMIT 1 OFFSET ?`;
  const row = prepare(sql).get(...reachValues(scan, from), chunkRows - 1) as Row | undefined;
  return row === undefined ? null : { atMs: row.at_ms, id: row.id };
}

/** The bound itself, or one further on where nothing fitting lies between; null when nothing fitting is left. */
function landmark(scan: Scan, from: Bound, prepare: (sql: string) => Statement): Bound | null {
  if (scan.landmarks === null || scan.sessions !== null) {
    return from;
  }
  const { column, ids } = scan.landmarks;
  const isDesc = scan.order === 'desc';
  const slotHere = Math.floor(from.atMs / SLOT_MS);
  const sql = `SELECT slot FROM ${LANDMARK_TABLES[column]}
    WHERE slot ${isDesc ? '<=' : '>='} ? AND ${column} IN (${ids.map(Number).join(', ')})
    ORDER BY slot ${scan.order} LIMIT 1`;
  const slot = (prepare(sql).get(slotHere) as { readonly slot: number } | undefined)?.slot;
  if (slot === undefined) {
    return null;
  }
  if (slot === slotHere) {
    return from;
  }
  return isDesc ? { atMs: (slot + 1) * SLOT_MS, id: -1 } : { atMs: slot * SLOT_MS, id: -1 };
}
