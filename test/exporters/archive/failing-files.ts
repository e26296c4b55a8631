import { writeFileSync } from 'node:fs';
import { archiveFiles, type ArchiveFiles } from '../../../exporters/archive/archive-files.ts';

/** How a step fails: before it is done, or in the middle where it writes. After it is before the next one. */
export type Manner = 'before' | 'middle';

/** Fails a step that changes files. */
export interface FailingFiles {
  readonly files: ArchiveFiles;
  /** How many steps there were. */
  readonly steps: () => number;
  /** Which of them wrote, and so have a middle. */
  readonly writing: ReadonlySet<number>;
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
  const writing = new Set<number>();
  const step = async <T>(work: () => Promise<T>, half?: () => void): Promise<T> => {
    steps += 1;
    if (half !== undefined) writing.add(steps);
    if (isGone) throw new Killed();
    if (steps !== at) return await work();
    isGone = fault === undefined;
    if (manner === 'middle') half?.();
    throw fault ?? new Killed();
  };
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
    rename: (from, to) => step(() => rename(from, to)),
    remove: (path) => step(() => remove(path)),
    makeFolder: (path) => step(() => makeFolder(path)),
    syncFolder: (path) => step(() => syncFolder(path)),
  };
  return { files, steps: () => steps, writing };
};
