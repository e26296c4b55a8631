import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_ENTRIES } from '../records/entry-query.ts';
import { resolveFilter } from '../rollups/filter.ts';
import { openCurrentStore, STORE_FILE } from '../store/open.ts';
import { createReader } from '../store/reader.ts';
import type { Stored } from '../store/store.ts';

/** Reads the log of a store that another process may write to, on and on. */
export interface Follower {
  /** The last entries there were at the start, oldest first. */
  readonly last: (which: {
    readonly lines: number;
    readonly session?: string;
    readonly project?: string;
  }) => readonly Stored[];
  /** What was logged since the last call or the start; empty where there is nothing yet. */
  readonly next: () => readonly Stored[];
  readonly close: () => void;
}

const PAGE = 500;

/** Follows the store in a data folder, also where it is put aside and a new one takes its place. */
export function createFollower(home: string): Follower {
  const path = join(home, STORE_FILE);
  const fileId = (): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino;
  let openId = fileId();
  let reader = createReader(path);
  let seq = reader.lastSeq();
  const isReplaced = (): boolean => {
    const id = fileId();
    return id !== undefined && id !== openId && isStore(home);
  };
  return {
    last: ({ lines, session = null, project = null }) => {
      const filter = resolveFilter(reader.db, { session, project, model: null });
      const found: Stored[] = [];
      let cursor: string | null = null;
      while (found.length < lines) {
        const limit = Math.min(lines - found.length, PAGE);
        const page = reader.entries({ ...ALL_ENTRIES, ...filter, limit, cursor });
        found.push(...page.entries.map((entry) => ({ seq: 0, kind: 'metric' as const, entry })));
        if (page.next === null) break;
        cursor = page.next;
      }
      return found.reverse();
    },
    next: () => {
      for (;;) {
        const { lines, toSeq } = reader.current(seq, PAGE);
        const isEnd = toSeq === seq;
        seq = toSeq;
        if (lines.length > 0) return lines;
        if (isEnd && !isReplaced()) return [];
        if (!isEnd) continue;
        reader.close();
        openId = fileId();
        reader = createReader(path);
        // Everything there is is told again in a new store; that was seen already.
        seq = reader.lastSeq();
      }
    },
    close: () => reader.close(),
  };
}

/** Whether the new file is a store already. */
function isStore(home: string): boolean {
  const db = openCurrentStore(home);
  db?.close();
  return db !== undefined;
}
