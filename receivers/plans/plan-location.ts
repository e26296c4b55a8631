import { type Dir, lstatSync, opendirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { PLAN_FOLDERS, type PlanLocation } from '../../src/records/plan.ts';
import type { Reject } from '../../src/records/record.ts';
import type { Checkout } from './git-checkout.ts';
import { isInside } from './inside.ts';
import { isGone } from './system-errors.ts';

/** One of the two folders of a project that plans lie in. */
export interface Location {
  readonly location: PlanLocation;
  readonly path: string;
  /** Null where it may not be looked into. */
  readonly real: string | null;
  readonly state: 'there' | 'absent' | 'closed' | 'outside';
}

/** Names of the folders in one of them. */
export interface Listing {
  readonly names: readonly string[];
  readonly rejects: readonly Reject[];
  /** Why it cannot be looked into. */
  readonly problem?: string;
}

/** The locations, in the order in which they count. */
export const LOCATIONS: readonly PlanLocation[] = ['active', 'complete'];

/** So many plans a folder are followed. */
const MAX_PLANS = 5000;
const MAX_ENTRIES = 100_000;
const MAX_BAD_NAMES = 100;

/** Where a location of a checkout really is. */
export const locate = (checkout: Checkout, location: PlanLocation): Location => {
  const place = path.join(checkout.path, PLAN_FOLDERS[location]);
  const none = { location, path: place, real: null };
  try {
    const real = realpathSync.native(place);
    if (!isInside(checkout.boundary, real)) return { ...none, state: 'outside' };
    // Fails where the names may be known and nothing else.
    lstatSync(`${real}${path.sep}.`);
    return { location, path: place, real, state: 'there' };
  } catch (error) {
    return { ...none, state: isGone(error) ? 'absent' : 'closed' };
  }
};

/** Whether a plan may be called so; one whose bytes are no text cannot be asked for by its name. */
export const isPlanName = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !/[\p{Cc}\uFFFD/]/u.test(name);

/** What lies in a location. */
export const listPlans = ({ real, state }: Location): Listing => {
  if (state === 'outside') return { names: [], rejects: [reject('outside_root')] };
  if (state === 'closed')
    return { names: [], rejects: [reject('unreadable')], problem: 'permission denied' };
  if (real === null) return { names: [], rejects: [] };
  try {
    return sorted(foldersIn(opendirSync(real, { bufferSize: 256 })));
  } catch (error) {
    if (isGone(error)) return { names: [], rejects: [] };
    return { names: [], rejects: [reject('unreadable')], problem: (error as Error).message };
  }
};

const sorted = (folders: readonly string[]): Listing => {
  const names = folders.filter(isPlanName).sort();
  const bad = folders.filter((name) => !isPlanName(name)).sort();
  return {
    names: names.slice(0, MAX_PLANS),
    rejects: [
      ...bad.slice(0, MAX_BAD_NAMES).map((name) => ({ ...reject('invalid_path'), name })),
      ...(names.length > MAX_PLANS || bad.length > MAX_BAD_NAMES ? [reject('too_many')] : []),
    ],
  };
};

const reject = (reason: Reject['reason']): Reject => ({
  reason,
  line: 0,
  offsetBytes: 0,
  lengthBytes: 0,
});

const foldersIn = (dir: Dir): readonly string[] => {
  const names: string[] = [];
  try {
    for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) {
      if (entry.isDirectory() || entry.isSymbolicLink()) names.push(entry.name);
      if (names.length >= MAX_ENTRIES) break;
    }
  } finally {
    dir.closeSync();
  }
  return names;
};
