import type { Database } from 'better-sqlite3';
import { hasLeft } from '../store/key-ledger.ts';
import { EVENT_KINDS } from '../store/rows.ts';

/** Whether a request with that message id was counted and has left the store, so that only the archive has it. */
export const isLeftRequest = (db: Database, messageId: string): boolean =>
  hasLeft(db, EVENT_KINDS.request, messageId);
