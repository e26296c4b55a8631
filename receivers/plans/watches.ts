import { type FSWatcher, lstatSync, watch } from 'node:fs';
import path from 'node:path';
import { isSystemError } from '../../src/errors.ts';

/** What is watched, the most important first. */
export type WatchKind = 'project' | 'location' | 'active' | 'complete';

/** A folder that is to be watched, and who is told of changes in it. */
export interface WatchOrder {
  /** Project on whose behalf; a folder may be watched for several, and for different changes. */
  readonly owner: string;
  readonly folder: string;
  readonly kind: WatchKind;
  /** Null where the system does not say what changed. */
  readonly onChange: (name: string | null) => void;
}

interface Watched {
  readonly watcher: FSWatcher;
  readonly kind: WatchKind;
  readonly folderId: string;
  round: number;
}

/** So many watches we take of what all programs of a user have together. */
const MAX_WATCHES = 2048;
const MAX_PROJECTS = 512;

/** Watches single folders, as many as it may. */
export class Watches {
  readonly #onRefused: (reason: string) => void;
  readonly #watched = new Map<string, Watched>();
  #projects = 0;
  #round = 0;

  /** `onRefused` hears why the system does not let us watch. */
  constructor(onRefused: (reason: string) => void) {
    this.#onRefused = onRefused;
  }

  /** Sees to it that a folder is watched; `refused` where it cannot be, `gone` where it is not there. */
  ensure(order: WatchOrder): 'new' | 'kept' | 'refused' | 'gone' {
    const { folder, kind } = order;
    const key = keyOf(order);
    const folderId = idOf(folder);
    if (folderId === null) return 'gone';
    const known = this.#watched.get(key);
    if (known?.folderId === folderId) {
      known.round = this.#round;
      return 'kept';
    }
    this.#drop(key);
    if (!this.#hasRoom(kind)) return 'refused';
    return this.#watch(order, folderId);
  }

  /** Begins a round in which every folder is ordered that is to stay watched. */
  beginRound(): void {
    this.#round += 1;
  }

  /** Ends the watches that were not ordered in this round. */
  endRound(): void {
    for (const [key, { round }] of this.#watched) if (round !== this.#round) this.#drop(key);
  }

  close(): void {
    for (const key of this.#watched.keys()) this.#drop(key);
  }

  #watch(order: WatchOrder, folderId: string): 'new' | 'refused' | 'gone' {
    const { folder, kind, onChange } = order;
    const key = keyOf(order);
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        // That is how the folder itself is told of: what is there from now on may be another one.
        const isItself = name === path.basename(folder);
        if (isItself) this.#drop(key);
        onChange(isItself ? null : name);
      });
      watcher.on('error', () => {
        this.#drop(key);
        onChange(null);
      });
      this.#watched.set(key, { watcher, kind, folderId, round: this.#round });
      if (kind === 'project') this.#projects += 1;
      return 'new';
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (error.code === 'ENOENT') return 'gone';
      this.#onRefused(error.message);
      return 'refused';
    }
  }

  /** Makes room for what is more important than a completed plan. */
  #hasRoom(kind: WatchKind): boolean {
    if (kind === 'project' && this.#projects >= MAX_PROJECTS) return false;
    if (this.#watched.size < MAX_WATCHES) return true;
    if (kind === 'complete') return false;
    for (const [key, watched] of this.#watched) {
      if (watched.kind !== 'complete') continue;
      this.#drop(key);
      return true;
    }
    return false;
  }

  #drop(key: string): void {
    const watched = this.#watched.get(key);
    if (watched === undefined) return;
    this.#watched.delete(key);
    if (watched.kind === 'project') this.#projects -= 1;
    watched.watcher.close();
  }
}

const keyOf = ({ owner, folder }: WatchOrder): string => `${folder}\0${owner}`;

const idOf = (folder: string): string | null => {
  try {
    const stat = lstatSync(folder, { throwIfNoEntry: false });
    return stat === undefined ? null : `${stat.dev}:${stat.ino}`;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return null;
  }
};
