import type { Database } from 'better-sqlite3';

/** What a store is called, and when it was made: one that is built again is another one. */
export interface StoreIdentity {
  readonly id: string;
  /** Unix milliseconds. */
  readonly madeAtMs: number;
}

/** Which store this is. */
export const storeIdentity = (db: Database): StoreIdentity => {
  const found = db
    .prepare<[], StoreIdentity>('SELECT id, made_at_ms AS madeAtMs FROM store_identity')
    .get();
  if (found === undefined) throw new Error('The store has no identity.');
  return found;
};
