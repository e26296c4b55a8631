import type { Database, Statement } from 'better-sqlite3';
import type { PlanEventRow } from './plan-rows.ts';
import { RowTable } from './row-table.ts';
import { EVENT_KINDS } from './rows.ts';

/** The plan events; what was added or changed in a transaction goes to the log at its end. */
export class PlanEventLog {
  readonly #table: RowTable<PlanEventRow>;
  readonly #byKey: Statement<[string], PlanEventRow>;
  readonly #near: Statement<[number, number, number], PlanEventRow>;
  readonly #ending: Statement<[number], PlanEventRow>;
  readonly #ofUrl: Statement<[string], PlanEventRow>;
  readonly #log: Statement<[number, number]>;
  readonly #added = new Set<number>();
  readonly #revised = new Map<number, number>();

  constructor(db: Database) {
    this.#table = new RowTable<PlanEventRow>(db, {
      table: 'plan_event',
      keys: ['id'],
      fields: [
        'key',
        'plan',
        'activation',
        'type',
        'attempt',
        'feature',
        'featureId',
        'featureDescription',
        'status',
        'path',
        'atMs',
        'fileAtMs',
        'timeSource',
        'session',
        'sessionSource',
        'promptId',
        'agentId',
        'toolCallKey',
        'prUrl',
        'data',
        'revision',
      ],
    });
    this.#byKey = this.#table.query('WHERE key = ?');
    this.#near = this.#table.query(
      `WHERE plan = ? AND file_at_ms BETWEEN ? AND ? AND type <> 'pr_created' ORDER BY id`,
    );
    this.#ending = this.#table.query(
      `WHERE attempt = ? AND type IN ('feature_completed', 'feature_failed')`,
    );
    this.#ofUrl = this.#table.query('WHERE pr_url = ?');
    this.#log = db.prepare(
      `INSERT INTO event (kind, ref, revision) VALUES (${EVENT_KINDS.plan_event}, ?, ?)`,
    );
  }

  begin(): void {
    this.#added.clear();
    this.#revised.clear();
  }

  find(key: string): PlanEventRow | undefined {
    return this.#byKey.get(key);
  }

  /** Events of a plan that the file system dates between two moments. */
  near(plan: number, fromMs: number, toMs: number): readonly PlanEventRow[] {
    return this.#near.all(plan, fromMs, toMs);
  }

  /** The event that told how an attempt ended; undefined where none did. */
  endingOf(attempt: number): PlanEventRow | undefined {
    return this.#ending.get(attempt);
  }

  /** A pull request's event, of whatever plan. */
  ofPullRequest(url: string): PlanEventRow | undefined {
    return this.#ofUrl.get(url);
  }

  add(event: Omit<PlanEventRow, 'id' | 'revision'>): PlanEventRow {
    const id = this.#table.add({ ...event, id: null, revision: 0 } as never);
    this.#added.add(id);
    return { ...event, id, revision: 0 };
  }

  /** Adds an event of an archive as it was; returns its id. */
  restore(event: Omit<PlanEventRow, 'id'>): number {
    return this.#table.add({ ...event, id: null } as never);
  }

  /** Writes an event anew; its revision grows, unless it was added in this very transaction. */
  change(event: PlanEventRow): void {
    const isKnown = this.#added.has(event.id) || this.#revised.has(event.id);
    const revision = isKnown ? event.revision : event.revision + 1;
    if (!this.#added.has(event.id)) this.#revised.set(event.id, revision);
    this.#table.change({ ...event, revision });
  }

  /** Writes what was added and changed in this transaction to the log. */
  log(): void {
    for (const id of this.#added) this.#log.run(id, 0);
    for (const [id, revision] of this.#revised) this.#log.run(id, revision);
  }
}
