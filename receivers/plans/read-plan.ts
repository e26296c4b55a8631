import type { PlanFolder } from '../../src/records/plan.ts';
import type { Reject } from '../../src/records/record.ts';
import { readBounded } from './bounded-file.ts';
import { type DecodedManifest, decodeManifest } from './decode-manifest.ts';
import { SETTLED_AFTER_MS } from './plan-news.ts';
import { type FolderSight, manifestStat, type PlanSight } from './plan-sight.ts';
import { isClosed, isGone } from './system-errors.ts';

/** How a plan is to be read. */
export interface ReadOptions {
  readonly maxManifestBytes: number;
  readonly nowMs: number;
  /** Whether it has looked the same for long enough, whatever its times say. */
  readonly isSettled: boolean;
  /** Features that it had before, as {@link PlanReading.features}; undefined where that is not known. */
  readonly knownFeatures: ReadonlySet<string> | undefined;
}

/** What was read of a plan. */
export interface PlanReading {
  readonly folders: readonly PlanFolder[];
  /** The sight, as the files were when they were read. */
  readonly sight: PlanSight;
  /** Folders and files that are not read. */
  readonly refused: readonly Reject[];
  /** What stands in the manifests and is not used; not to be told while the plan is open. */
  readonly rejects: readonly Reject[];
  readonly problems: readonly string[];
  /** Whether it may have been half written. */
  readonly isOpen: boolean;
  /** Whether all that it had before can be read, and nothing cannot. */
  readonly isWhole: boolean;
  readonly isBlocked: boolean;
  /** What tells its features apart: id and words, so that a line which says something else is another one. */
  readonly features: ReadonlySet<string>;
  readonly lines: number;
  readonly bytes: number;
}

/** A file that was written within this is told by its times from what it becomes next only on a fine clock. */
const RACY_MS = 20;

type Decoded = DecodedManifest & { readonly bytes: number };

/**
 * Reads the manifests of a plan; undefined where one of them is gone meanwhile, so that it is to be looked at again.
 */
export const readPlan = (sight: PlanSight, options: ReadOptions): PlanReading | undefined => {
  const reader = new Reader(sight, options);
  return reader.read() ? reader.reading() : undefined;
};

class Reader {
  readonly #sight: PlanSight;
  readonly #options: ReadOptions;
  readonly #sights: FolderSight[] = [];
  readonly #folders: PlanFolder[] = [];
  readonly #refused: Reject[] = [];
  readonly #rejects: Reject[] = [];
  readonly #problems: string[] = [];
  readonly #features = new Set<string>();
  #isUnsettled = false;
  #isRacy = false;
  #isEmpty = false;
  #isBlocked = false;
  #lines = 0;
  #bytes = 0;

  constructor(sight: PlanSight, options: ReadOptions) {
    this.#sight = sight;
    this.#options = options;
  }

  /** False where something is gone. */
  read(): boolean {
    for (const folder of this.#sight.folders) {
      try {
        this.#readFolder(folder);
      } catch (error) {
        if (isGone(error)) return false;
        this.#isBlocked = true;
        this.#problems.push((error as Error).message);
        if (isClosed(error)) this.#refuse('unreadable', folder);
        this.#add(folder, null);
      }
    }
    return true;
  }

  reading(): PlanReading {
    const { knownFeatures } = this.#options;
    const refused = [...this.#sight.rejects, ...this.#refused];
    const isComplete =
      !this.#isEmpty &&
      this.#rejects.length === 0 &&
      knownFeatures !== undefined &&
      [...knownFeatures].every((known) => this.#features.has(known));
    return {
      folders: this.#folders,
      sight: { ...this.#sight, folders: this.#sights },
      refused,
      rejects: this.#rejects,
      problems: [...this.#sight.problems, ...this.#problems],
      isOpen: this.#isUnsettled && (this.#isRacy || !isComplete),
      isWhole: isComplete && refused.length === 0 && !this.#isBlocked,
      isBlocked: this.#isBlocked || this.#sight.problems.length > 0,
      features: this.#features,
      lines: this.#lines,
      bytes: this.#bytes,
    };
  }

  #readFolder(folder: FolderSight): void {
    if (folder.manifest === null) return this.#add(folder, null);
    const read = readBounded(folder.manifest.real, this.#options.maxManifestBytes);
    if (typeof read === 'string') {
      this.#refuse(read, folder);
      return this.#add(folder, null);
    }
    const manifest = { ...folder.manifest, ...manifestStat(read.stat) };
    const decoded = decodeManifest(read.bytes, manifest.name);
    this.#add({ ...folder, manifest }, { ...decoded, bytes: read.bytes.length });
  }

  #add(sight: FolderSight, decoded: Decoded | null): void {
    const { location, path, folderId, changedMs, planWrittenMs, manifest } = sight;
    const isSettled =
      manifest !== null && decoded !== null && this.#hasSettled(manifest.modifiedMs);
    this.#sights.push(sight);
    if (decoded !== null) this.#note(decoded, sight, isSettled);
    this.#folders.push({
      location,
      path,
      folderId,
      changedMs,
      planWrittenMs,
      manifest:
        manifest === null || decoded === null || decoded.features.length === 0
          ? null
          : {
              path: `${path}/${manifest.name}`,
              modifiedMs: Math.floor(manifest.modifiedMs),
              features: decoded.features,
              isSettled,
            },
    });
  }

  #note(decoded: Decoded, { location }: FolderSight, isSettled: boolean): void {
    // Both locations are told of under one path, so that only a name keeps their lines apart.
    const named = this.#folders.length === 0 ? undefined : location;
    for (const reject of decoded.rejects) {
      const name = [named, reject.name].filter((part) => part !== undefined).join('/');
      this.#rejects.push(name === '' ? reject : { ...reject, name });
    }
    for (const { id, promptFile, description } of decoded.features)
      this.#features.add(`${id}\n${promptFile ?? ''}\n${description ?? ''}`);
    this.#isUnsettled ||= !isSettled;
    this.#isEmpty ||= decoded.features.length === 0;
    this.#lines += decoded.lines;
    this.#bytes += decoded.bytes;
  }

  #hasSettled(modifiedMs: number): boolean {
    const { isSettled, nowMs } = this.#options;
    if (isSettled) return true;
    this.#isRacy ||= Math.abs(nowMs - modifiedMs) < RACY_MS;
    return nowMs - modifiedMs >= SETTLED_AFTER_MS;
  }

  #refuse(reason: Reject['reason'], { location, manifest }: FolderSight): void {
    const name = `${location}/${manifest?.name ?? ''}`;
    this.#refused.push({ reason, name, line: 0, offsetBytes: 0, lengthBytes: 0 });
  }
}
