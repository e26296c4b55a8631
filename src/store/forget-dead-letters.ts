import type { Database } from 'better-sqlite3';

/** Removes dead letters that a far side has taken after all, by their row ids. */
export const forgetDeadLetters = (db: Database, ids: readonly number[]): void => {
  const forget = db.prepare<[number]>('DELETE FROM export_dead_letter WHERE id = ?');
  db.transaction(() => ids.forEach((id) => forget.run(id))).immediate();
};
