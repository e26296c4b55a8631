import { writeFileSync } from 'node:fs';
import { archiveFiles, type ArchiveFiles } from '../../../exporters/archive/archive-files.ts';

/** How a step fails: before it, after it, or in the middle where it writes. */
export type Manner = 'before' | 'after' | 'middle';

/** Fails a step that changes files. */
export interface FailingFiles {
  readonly files: ArchiveFiles;
  /** How many steps there were. */
  readonly steps: () => number;
}

/** Stands for a process that was killed. */
export class Killed extends Error {}

const firstHalf = (data: Uint8Array): Uint8Array => data.subarray(0, data.length / 2);

/**
 * The files of this machine, until the step with this number. From then on nothing works any more, as for a process that is
 * gone; with `fault` only that one step fails, as it does on a full disk.
 */
export const failingFiles = (at: number, manner: Manner, fault?: Error): FailingFiles => {
  let steps = 0;
  let isGone = false;
  const step = async <T>(work: () => Promise<T>, half: () => void): Promise<T> => {
    steps += 1;
    if (isGone) throw new Killed();
    if (steps !== at) return await work();
    isGone = fault === undefined;
    if (manner === 'after') await work();
    if (manner === 'middle') half();
    throw fault ?? new Killed();
  };
  const nothing = (): void => undefined;
  const { append, create, rename, remove, makeFolder, syncFolder } = archiveFiles;
  const files: ArchiveFiles = {
    ...archiveFiles,
    append: (path, sizeBytes, data) =>
      step(
        () => append(path, sizeBytes, data),
        () => writeFileSync(path, firstHalf(data), { flag: 'a' }),
      ),
    create: (path, pieces) =>
      step(
        () => create(path, pieces),
        () => writeFileSync(path, 'half of somethi'),
      ),
    rename: (from, to) => step(() => rename(from, to), nothing),
    remove: (path) => step(() => remove(path), nothing),
    makeFolder: (path) => step(() => makeFolder(path), nothing),
    syncFolder: (path) => step(() => syncFolder(path), nothing),
  };
  return { files, steps: () => steps };
};
