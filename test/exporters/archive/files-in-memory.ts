import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ArchiveFiles, FileMark } from '../../../exporters/archive/archive-files.ts';

/** Files by path; a change of the map is a change of the files. */
export type FileMap = Map<string, Buffer>;

/** All files below a folder, by their path inside it. */
export const filesBelow = (root: string): FileMap =>
  new Map(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [relative(root, path).replaceAll('\\', '/'), readFileSync(path)]),
  );

/** Reads such files as if they lay in the folder `/`. */
export const readFrom = (files: FileMap): Pick<ArchiveFiles, 'read' | 'mark' | 'list'> => {
  const at = (path: string): Buffer | undefined => files.get(path.replaceAll('\\', '/').slice(1));
  return {
    mark: async (path): Promise<FileMark | null> => {
      const bytes = at(path);
      if (bytes === undefined) return null;
      return { sizeBytes: bytes.length, inode: 1, modifiedMs: 0, changedMs: 0 };
    },
    read: async function* (path, sizeBytes) {
      yield at(path)!.subarray(0, sizeBytes);
    },
    list: async (folder) =>
      [...files.keys()]
        .filter((path) => path.startsWith(`${folder.slice(1)}/`))
        .map((path) => path.slice(folder.length)),
  };
};
