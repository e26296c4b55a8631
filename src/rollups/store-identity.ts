import type { Database } from 'better-sqlite3';

/** What a store is called, and when it was made. */
export interface StoreIdentity {
  readonly id: string;
  readonly madeAtMs: number;
}

/** Tells one store from another that was made anew in its place. */
export function storeIdentity(db: Database): StoreIdentity {
  const identity = db
    .prepare<[], StoreIdentity>('SELECT id, made_at_ms AS madeAtMs FROM store_identity')
    .get();
  if (identity === undefined) throw new Error('The store has no identity.');
  return identity;
}
