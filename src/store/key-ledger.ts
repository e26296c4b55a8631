import { hash } from 'node:crypto';
import type { Database, Statement } from 'better-sqlite3';

const digestOf = (kind: number, key: string): bigint =>
  hash('sha256', `${kind}\0${key}`, 'buffer').readBigInt64BE();

/** Whether an entry of that kind and key has left a store that is open for reading. */
export const hasLeft = (db: Database, kind: number, key: string): boolean =>
  db
    .prepare<[bigint], number>('SELECT 1 FROM key_ledger WHERE digest = ?')
    .pluck()
    .get(digestOf(kind, key)) === 1;

/** Keys of entries that were counted and have left the store: whoever tells of them again tells nothing new. */
export class KeyLedger {
  readonly #find: Statement<[bigint], number>;
  readonly #add: Statement<[bigint]>;
  readonly #any: Statement<[], number>;
  #isEmpty: boolean;
  #refused = 0;

  constructor(db: Database) {
    this.#find = db.prepare<[bigint], number>('SELECT 1 FROM key_ledger WHERE digest = ?').pluck();
    this.#add = db.prepare('INSERT OR IGNORE INTO key_ledger (digest) VALUES (?)');
    this.#any = db.prepare<[], number>('SELECT EXISTS (SELECT 1 FROM key_ledger)').pluck();
    this.#isEmpty = this.#any.get() === 0;
  }

  /** Whether an entry of that kind has left the store; only to be asked where it is not in it. */
  has(kind: number, key: string): boolean {
    return !this.#isEmpty && this.#find.get(digestOf(kind, key)) === 1;
  }

  /** The same, of something that is told anew: that it was refused is counted. */
  refuses(kind: number, key: string): boolean {
    const isKnown = this.has(kind, key);
    if (isKnown) this.#refused += 1;
    return isKnown;
  }

  add(kind: number, key: string): void {
    this.#add.run(digestOf(kind, key));
    this.#isEmpty = false;
  }

  /** How many were refused since this was asked last. */
  takeRefused(): number {
    const refused = this.#refused;
    this.#refused = 0;
    return refused;
  }

  /** The transaction in which keys were added may have been rolled back. */
  forget(): void {
    this.#isEmpty = this.#any.get() === 0;
    this.#refused = 0;
  }
}
