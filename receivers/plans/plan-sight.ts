import { lstatSync, readdirSync, realpathSync, statSync, type Stats } from 'node:fs';
import path from 'node:path';
import type { PlanLocation } from '../../src/records/plan.ts';
import type { Reject } from '../../src/records/record.ts';
import type { ManifestName } from './decode-feature.ts';
import type { Checkout } from './git-checkout.ts';
import { isInside } from './inside.ts';
import { locate, LOCATIONS } from './plan-location.ts';
import { isClosed, isGone } from './system-errors.ts';

/** A manifest as the file system shows it. */
export interface ManifestSight {
  readonly name: ManifestName;
  readonly real: string;
  readonly inode: number;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly changedMs: number;
}

/** One folder of a plan as the file system shows it. */
export interface FolderSight {
  readonly location: PlanLocation;
  /** Path below the checkout, which may lead through links. */
  readonly path: string;
  readonly real: string;
  readonly folderId: string;
  readonly changedMs: number;
  readonly planWrittenMs: number | null;
  readonly planModifiedMs: number | null;
  readonly manifest: ManifestSight | null;
}

/** What a checkout shows of a plan without opening anything. */
export interface PlanSight {
  readonly folders: readonly FolderSight[];
  readonly rejects: readonly Reject[];
  /** What may not be looked at, and why. */
  readonly problems: readonly string[];
  /** Whether one of the locations may not be looked into, so that the plan may lie there. */
  readonly isPartial: boolean;
}

const MANIFESTS: readonly ManifestName[] = ['manifest.jsonl', 'features.json'];
const MAX_LOOKS = 3;

/** Looks at a plan in both locations. */
export const sightOf = (checkout: Checkout, name: string): PlanSight => {
  let sight = new Look(checkout, name).sight();
  // What is moved while it is looked at shows in neither place, or in both.
  for (let look = 1; look < MAX_LOOKS && isTorn(sight); look++)
    sight = new Look(checkout, name).sight();
  return isTwice(sight) ? { ...sight, folders: sight.folders.slice(0, 1) } : sight;
};

const isTwice = ({ folders: [first, second] }: PlanSight): boolean =>
  second !== undefined && first!.folderId === second.folderId;

const isTorn = (sight: PlanSight): boolean => isTwice(sight) || sight.folders.length === 0;

/** Whether that a plan is not to be seen means that it is gone: its project may just not be mounted. */
export const canBeGone = (checkout: Checkout): boolean => {
  const states = LOCATIONS.map((location) => locate(checkout, location).state);
  if (states.some((state) => state === 'closed' || state === 'outside')) return false;
  if (states.every((state) => state === 'there')) return true;
  try {
    return readdirSync(checkout.path).length > 0;
  } catch (error) {
    if (isGone(error) || isClosed(error)) return false;
    throw error;
  }
};

/** What a look at one name of a folder found: where it really is, or nothing that can be used. */
interface Entry {
  readonly real: string;
  readonly stat: Stats;
}

/** One look at a plan. */
class Look {
  readonly #checkout: Checkout;
  readonly #name: string;
  readonly #rejects: Reject[] = [];
  readonly #problems: string[] = [];
  #isPartial = false;

  constructor(checkout: Checkout, name: string) {
    this.#checkout = checkout;
    this.#name = name;
  }

  sight(): PlanSight {
    const folders = LOCATIONS.flatMap((location) => this.#folder(location) ?? []);
    return {
      folders,
      rejects: this.#rejects,
      problems: this.#problems,
      isPartial: this.#isPartial,
    };
  }

  #folder(location: PlanLocation): FolderSight | undefined {
    const { real: parent, path: place, state } = locate(this.#checkout, location);
    if (state === 'closed' || state === 'outside') this.#isPartial = true;
    const folder = parent === null ? undefined : this.#entry(parent, this.#name, location);
    if (folder === undefined || !folder.stat.isDirectory()) return undefined;
    const plan = this.#file(folder.real, 'plan.md', location)?.stat;
    const { dev, ino, ctimeMs } = folder.stat;
    return {
      location,
      path: path.join(place, this.#name),
      real: folder.real,
      folderId: `${dev}:${ino}`,
      changedMs: Math.floor(ctimeMs),
      planWrittenMs: plan === undefined ? null : madeMs(plan),
      planModifiedMs: plan === undefined ? null : plan.mtimeMs,
      manifest: this.#manifest(folder.real, location),
    };
  }

  #manifest(folder: string, location: PlanLocation): ManifestSight | null {
    for (const name of MANIFESTS) {
      const refused = this.#rejects.length;
      const file = this.#file(folder, name, location);
      if (file !== undefined) return { name, real: file.real, ...manifestStat(file.stat) };
      if (this.#rejects.length > refused) return null;
    }
    return null;
  }

  #file(folder: string, name: string, location: PlanLocation): Entry | undefined {
    const known = `${location}/${name}`;
    const file = this.#entry(folder, name, known);
    if (file === undefined || file.stat.isFile()) return file;
    this.#reject('not_a_file', known);
    return undefined;
  }

  /** `known` is what a reject calls it. */
  #entry(folder: string, name: string, known: string): Entry | undefined {
    const place = path.join(folder, name);
    try {
      const stat = lstatSync(place, { throwIfNoEntry: false });
      if (stat === undefined) return undefined;
      if (!stat.isSymbolicLink()) return { real: place, stat };
      const real = realpathSync.native(place);
      if (isInside(this.#checkout.boundary, real)) return { real, stat: statSync(real) };
      this.#reject('outside_root', known);
    } catch (error) {
      if (isGone(error)) return undefined;
      this.#problems.push((error as Error).message);
      this.#reject('unreadable', known);
    }
    return undefined;
  }

  #reject(reason: Reject['reason'], name: string): void {
    this.#rejects.push({ reason, name, line: 0, offsetBytes: 0, lengthBytes: 0 });
  }
}

/**
 * When a file was made: a restored one is older than the file system thinks, and some know only when it was written.
 */
const madeMs = ({ birthtimeMs, mtimeMs }: Stats): number =>
  Math.floor(birthtimeMs > 0 ? Math.min(birthtimeMs, mtimeMs) : mtimeMs);

/** What tells one state of a manifest from another. */
export const manifestStat = (stat: Stats): Omit<ManifestSight, 'name' | 'real'> => ({
  inode: stat.ino,
  sizeBytes: stat.size,
  modifiedMs: stat.mtimeMs,
  changedMs: stat.ctimeMs,
});
