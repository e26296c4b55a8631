import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportFiles } from '../../src/rollups/stats/report-files.ts';
import { createFileWriter } from '../../src/runtime/file-writer.ts';
import { gitAdd } from '../../src/runtime/git.ts';
import { jsonText } from '../../src/runtime/json-text.ts';
import { isDraftOf } from '../../src/runtime/write-whole.ts';

/** A folder of report files. */
export interface ReportFolder {
  /**
   * Brings all files up to date, each in one step; returns what git says against adding those that changed.
   *
   * @throws what the file system throws.
   */
  readonly write: (files: ReportFiles) => Promise<string | undefined>;
}

/** Nobody writes on a file for as long as this. */
const ABANDONED_MS = 60_000;

/** Files of that folder, and whether git is told of changed ones. */
export function createReportFolder(options: {
  readonly folder: string;
  readonly gitAdd: boolean;
  readonly now: () => number;
}): ReportFolder {
  const { folder } = options;
  const writer = createFileWriter();
  const toAdd = new Set<string>();
  return {
    write: async (files) => {
      await mkdir(folder, { recursive: true });
      await sweep(folder, Object.keys(files), options.now());
      for (const [name, content] of Object.entries(files)) {
        if (await writer.write(join(folder, name), jsonText(content))) {
          toAdd.add(name);
        }
      }
      if (!options.gitAdd || toAdd.size === 0) {
        return undefined;
      }
      const refusal = await gitAdd(folder, [...toAdd]);
      if (refusal === undefined) {
        toAdd.clear();
        return undefined;
      }
      return `git does not take the report files in ${folder}: ${refusal}`;
    },
  };
}

/** Takes away what processes that were killed while they wrote left of these files. */
async function sweep(folder: string, names: readonly string[], nowMs: number): Promise<void> {
  for (const file of await readdir(folder)) {
    if (names.some((name) => isDraftOf(file, name))) {
      const draft = join(folder, file);
      const { mtimeMs } = await stat(draft).catch(() => ({ mtimeMs: nowMs }));
      if (nowMs - mtimeMs > ABANDONED_MS) {
        await rm(draft, { force: true });
      }
    }
  }
}
