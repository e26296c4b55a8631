import { realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { isClosed, isGone } from './system-errors.ts';

/** A folder that plans may lie in; both are real paths. */
export interface ProjectFolder {
  readonly path: string;
  /** Root of the git worktree that it lies in, itself perhaps; null outside git. */
  readonly worktree: string | null;
}

const MAX_LEVELS = 32;
const MAX_PATH = 4096;

/**
 * Folders that exist of those that are told, and the roots of the git worktrees above them, each once. Paths are a
 * stranger's; one that is gone costs two looks.
 */
export const findProjects = (
  told: Iterable<string>,
  userHome = homedir(),
): ReadonlyMap<string, ProjectFolder> => {
  const worktrees = new Map<string, string | null>();
  const candidates = new Set<string>();
  const nobodys: ReadonlySet<string> = new Set([userHome, realOf(userHome) ?? userHome]);
  for (const one of told) {
    if (!isUsable(one)) continue;
    const folder = path.resolve(one);
    candidates.add(folder);
    const root = worktreeOf(folder, worktrees);
    // Everything lies below these, so that only somebody who works there makes them a project.
    if (root !== null && root !== path.dirname(root) && !nobodys.has(root)) candidates.add(root);
  }
  const projects = new Map<string, ProjectFolder>();
  for (const candidate of candidates) {
    const real = realOf(candidate);
    if (real === null || projects.has(real)) continue;
    projects.set(real, { path: real, worktree: worktreeOf(real, worktrees) });
  }
  return projects;
};

/** An absolute path of this machine: looking at one that begins with two slashes would ask another. */
const isUsable = (told: string): boolean =>
  path.isAbsolute(told) &&
  told.length <= MAX_PATH &&
  !told.includes('\0') &&
  !/^[\\/]{2}/.test(told);

const worktreeOf = (folder: string, known: Map<string, string | null>): string | null => {
  const passed: string[] = [];
  let found: string | null = null;
  for (let at = folder; passed.length < MAX_LEVELS; at = path.dirname(at)) {
    const before = known.get(at);
    if (before !== undefined || isThere(path.join(at, '.git'))) {
      found = before === undefined ? at : before;
      if (before === undefined) passed.push(at);
      break;
    }
    passed.push(at);
    if (at === path.dirname(at)) break;
  }
  for (const one of passed) known.set(one, found);
  return found;
};

/** Whether there is something; what is closed to us is as good as gone, since strangers tell of it. */
const isThere = (place: string): boolean => {
  try {
    return statSync(place, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isGone(error) || isClosed(error)) return false;
    throw error;
  }
};

const realOf = (folder: string): string | null => {
  if (!isThere(folder)) return null;
  try {
    return realpathSync.native(folder);
  } catch (error) {
    if (isGone(error) || isClosed(error)) return null;
    throw error;
  }
};
