import type { Database, Statement } from 'better-sqlite3';
import { GoneRows } from './gone-rows.ts';
import type { KeyLedger } from './key-ledger.ts';
import { EVENT_KINDS } from './rows.ts';

/** A row that may leave the store. */
export interface LeavingRow {
  readonly id: number;
  readonly key: string;
  readonly revision: number;
}

/** A line of the log, as far as it says which row it tells of. */
interface Told {
  readonly kind: number;
  readonly ref: number;
}

const REQUEST = EVENT_KINDS.request;
const TOOL_CALL = EVENT_KINDS.tool_call;
const OCCURRENCE = EVENT_KINDS.occurrence;

/**
 * What plans are worked out from; it stays for ever, so that they can be worked out again. The prompts of a session that
 * had to do with a plan say when it began and ended to work on it.
 */
const STAYS: Readonly<Record<number, string>> = {
  [REQUEST]: `EXISTS (SELECT 1 FROM plan_request WHERE request = row.id)
    OR EXISTS (SELECT 1 FROM tool_call WHERE request_key = row.key AND plan_path IS NOT NULL)`,
  [TOOL_CALL]: `plan_path IS NOT NULL OR EXISTS (SELECT 1 FROM plan_tool_call WHERE tool_call = row.id)
    OR EXISTS (SELECT 1 FROM plan_event WHERE tool_call_key = row.key)`,
  [OCCURRENCE]: `type = 'pr_created'
    OR (type IN ('user_prompt', 'slash_command', 'injected_prompt')
      AND (EXISTS (SELECT 1 FROM plan_session WHERE session = row.session)
        OR EXISTS (SELECT 1 FROM plan_event WHERE session = row.session)
        OR EXISTS (SELECT 1 FROM tool_call WHERE session = row.session AND plan_path IS NOT NULL)))`,
};

const TABLES: Readonly<Record<number, string>> = {
  [REQUEST]: 'request',
  [TOOL_CALL]: 'tool_call',
  [OCCURRENCE]: 'occurrence',
};

/** Finds the rows that nothing but their age keeps in the store, and takes them away. */
export class LeavingRows {
  readonly #ledger: KeyLedger;
  readonly #gone: GoneRows;
  readonly #present: Readonly<Record<number, Statement<[string], number>>>;
  readonly #leaving: Readonly<Record<number, Statement<[string, number], LeavingRow>>>;
  readonly #old: readonly Statement<[number], number>[];
  readonly #remove: Readonly<Record<number, Statement<[number]>>>;
  readonly #removeCopies: Statement<[number]>;
  readonly #aliases: Statement<[number], string>;
  readonly #removeAliases: Statement<[number]>;

  constructor(db: Database, ledger: KeyLedger) {
    this.#ledger = ledger;
    this.#gone = new GoneRows(db);
    const each = <S>(prepare: (table: string, stays: string) => S): Record<number, S> =>
      Object.fromEntries(
        Object.entries(TABLES).map(([kind, table]) => [kind, prepare(table, STAYS[Number(kind)]!)]),
      );
    const among = 'id IN (SELECT value FROM json_each(?))';
    this.#present = each((table) =>
      db.prepare<[string], number>(`SELECT id FROM ${table} WHERE ${among}`).pluck(),
    );
    // The newest row stays, so that its id is never given to another one.
    this.#leaving = each((table, stays) =>
      db.prepare<[string, number], LeavingRow>(
        `SELECT id, key, revision FROM ${table} AS row
         WHERE ${among} AND at_ms < ? AND id < (SELECT max(id) FROM ${table}) AND NOT (${stays})`,
      ),
    );
    this.#old = Object.values(
      each((table, stays) =>
        db
          .prepare<[number], number>(
            `SELECT 1 FROM ${table} AS row WHERE at_ms < ? AND id < (SELECT max(id) FROM ${table}) AND NOT (${stays}) LIMIT 1`,
          )
          .pluck(),
      ),
    );
    this.#remove = each((table) => db.prepare(`DELETE FROM ${table} WHERE id = ?`));
    this.#removeCopies = db.prepare('DELETE FROM request_copy WHERE request = ?');
    this.#aliases = db
      .prepare<[number], string>('SELECT key FROM occurrence_alias WHERE ref = ?')
      .pluck();
    this.#removeAliases = db.prepare('DELETE FROM occurrence_alias WHERE ref = ?');
  }

  /** Whether any row may leave, found by its time without a look at the log. */
  any(beforeMs: number): boolean {
    return this.#old.some((old) => old.get(beforeMs) !== undefined);
  }

  /** For each line whose row may leave, the row; `gone` where there is no row any more. Others are not in it. */
  among<L extends Told>(
    lines: readonly L[],
    beforeMs: number,
  ): ReadonlyMap<L, LeavingRow | 'gone'> {
    const found = new Map<L, LeavingRow | 'gone'>();
    const ofRows = (line: L): number => (line.kind === EVENT_KINDS.copy ? REQUEST : line.kind);
    for (const [kind, some] of Map.groupBy(lines, ofRows)) {
      if (TABLES[kind] === undefined) continue;
      const refs = JSON.stringify(some.map(({ ref }) => ref));
      const present = new Set(this.#present[kind]!.all(refs));
      const leaving = new Map(this.#leaving[kind]!.all(refs, beforeMs).map((row) => [row.id, row]));
      for (const line of some) {
        const row = line.kind === kind ? leaving.get(line.ref) : undefined;
        if (!present.has(line.ref)) found.set(line, 'gone');
        else if (row !== undefined) found.set(line, row);
      }
    }
    return found;
  }

  /** Takes a row away, with all that only it needs; its keys, and what it says of its session, are remembered. */
  remove(kind: number, { id, key }: LeavingRow): void {
    this.#ledger.add(kind, key);
    this.#gone.keep(kind, id);
    if (kind === REQUEST) this.#removeCopies.run(id);
    if (kind === OCCURRENCE) {
      for (const alias of this.#aliases.all(id)) this.#ledger.add(kind, alias);
      this.#removeAliases.run(id);
    }
    this.#remove[kind]!.run(id);
  }
}
