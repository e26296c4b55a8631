import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { readBounded } from './bounded-file.ts';
import type { ProjectFolder } from './project-folders.ts';
import { isClosed, isGone } from './system-errors.ts';

/** A project folder as git knows it. */
export interface Checkout {
  /** The project folder. */
  readonly path: string;
  /** The same folder in the main checkout of the repository. */
  readonly repository: string;
  /** Null outside git. */
  readonly branch: string | null;
  readonly switchedMs: number | null;
  /** Nothing that is read of its plans lies outside this. */
  readonly boundary: string;
  /** Where git keeps what it knows of this checkout; null outside git. */
  readonly gitDir: string | null;
}

const MAX_BYTES = 4096;
const MAX_BRANCH = 250;
/** A lock of this age was left behind. */
const LOCK_STALE_MS = 30_000;
/** Git names the branch only just after it has written the files of it. */
const HEAD_LAG_MS = 50;

/**
 * What git says of a project folder, read from its files and never by running it; what is odd is as if there were none.
 * Throws what the system says where it cannot be told.
 */
export const checkoutOf = ({ path: folder, worktree }: ProjectFolder): Checkout => {
  const outside: Checkout = {
    path: folder,
    repository: folder,
    branch: null,
    switchedMs: null,
    boundary: folder,
    gitDir: null,
  };
  if (worktree === null) return outside;
  const gitDir = gitDirOf(worktree);
  const head = gitDir === null ? null : readSmall(path.join(gitDir, 'HEAD'));
  const branch = head === null ? null : branchOf(head.text);
  if (gitDir === null || head === null || branch === null) return outside;
  const main = mainOf(worktree, gitDir);
  if (main === null) return outside;
  const repository = path.join(main, path.relative(worktree, folder));
  const switchedMs = Math.floor(head.modifiedMs);
  return { path: folder, repository, branch, switchedMs, boundary: worktree, gitDir };
};

/**
 * Whether git may be at work in a checkout right now: it changes the files first and tells of the branch afterwards, so
 * that what is read in between would be taken for work on the old one.
 */
export const isGitBusy = ({ gitDir }: Checkout, nowMs: number): boolean => {
  if (gitDir === null) return false;
  const ageMs = (name: string): number => {
    const modifiedMs = modifiedMsOf(path.join(gitDir, name));
    return modifiedMs === null ? Number.POSITIVE_INFINITY : Math.abs(nowMs - modifiedMs);
  };
  return ageMs('index.lock') < LOCK_STALE_MS || ageMs('index') < HEAD_LAG_MS;
};

const gitDirOf = (worktree: string): string | null => {
  const place = path.join(worktree, '.git');
  const told = readSmall(place);
  // A folder is no file that can be read.
  if (told === null) return place;
  const named = /^gitdir: (.+?)\s*$/.exec(told.text)?.[1];
  return named === undefined ? null : path.resolve(worktree, named);
};

const branchOf = (head: string): string | null => {
  const text = head.trim();
  if (/^[0-9a-f]{40,64}$/.test(text)) return 'HEAD';
  const ref = /^ref: refs\/(?:(heads)\/)?(\S+)$/u.exec(text);
  if (ref === null || ref[2]!.length > MAX_BRANCH || /\p{Cc}/u.test(ref[2]!)) return null;
  return ref[1] === undefined ? 'HEAD' : ref[2]!.toWellFormed();
};

/** Root of the main checkout; a linked one names the folder that they have in common. */
const mainOf = (worktree: string, gitDir: string): string | null => {
  const told = readSmall(path.join(gitDir, 'commondir'));
  if (told === null) return worktree;
  try {
    const common = realpathSync.native(path.resolve(gitDir, told.text.trim()));
    return path.basename(common) === '.git' ? path.dirname(common) : common;
  } catch (error) {
    if (!isGone(error) && !isClosed(error)) throw error;
    return null;
  }
};

const readSmall = (file: string): { readonly text: string; readonly modifiedMs: number } | null => {
  try {
    const read = readBounded(file, MAX_BYTES);
    return typeof read === 'string' || read.bytes.includes(0)
      ? null
      : { text: read.bytes.toString('utf8'), modifiedMs: read.stat.mtimeMs };
  } catch (error) {
    if (!isGone(error) && !isClosed(error)) throw error;
    return null;
  }
};

const modifiedMsOf = (file: string): number | null => {
  try {
    return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null;
  } catch (error) {
    if (!isGone(error) && !isClosed(error)) throw error;
    return null;
  }
};
