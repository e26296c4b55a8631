import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';

/** One transcript as the file system shows it. */
export interface FoundFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly device: number;
  readonly inode: number;
  /** Whether a `.meta.json` lies beside it, as for subagents. */
  readonly hasMeta: boolean;
}

/** Transcripts and the folders they lie in; `problems` names what could not be looked into. */
export interface Found {
  readonly files: readonly FoundFile[];
  readonly folders: readonly string[];
  readonly problems: readonly string[];
}

/** Folders of a session that hold other things than transcripts. */
const OTHER_FOLDERS: ReadonlySet<string> = new Set(['tool-results', 'memory']);
const MAX_DEPTH = 8;

/** Whether a file's name is that of a transcript; a workflow's journal only repeats what its agents' files say. */
export const isTranscriptName = (name: string): boolean =>
  name.endsWith('.jsonl') && name !== 'journal.jsonl';

/** The folders below which transcripts lie, of those that exist, each once. */
export const transcriptRoots = (claudeDirs: readonly string[]): readonly string[] => {
  const roots = new Set<string>();
  for (const dir of claudeDirs) {
    const root = path.join(dir, 'projects');
    try {
      roots.add(realpathSync(root));
    } catch (error) {
      // One that is there but closed to us stays in the list, so that looking into it tells of the problem.
      if (!isGone(error)) roots.add(root);
    }
  }
  return [...roots];
};

/** Finds all transcripts below the roots, newest first. */
export const findTranscripts = (roots: readonly string[]): Found => {
  const files: FoundFile[] = [];
  const { folders, problems } = walkTranscripts(roots, (file) => void files.push(file));
  files.sort(
    (left, right) => right.modifiedMs - left.modifiedMs || (left.path < right.path ? -1 : 1),
  );
  return { files, folders, problems };
};

/**
 * Visits all transcripts below the roots, one after the other, so that a look at ten thousand leaves nothing behind.
 * Symbolic links are not followed, so that nothing outside the roots is read; pipes, sockets and devices are no files.
 */
export const walkTranscripts = (
  roots: readonly string[],
  visit: (file: FoundFile) => void,
): Pick<Found, 'folders' | 'problems'> => {
  const folders: string[] = [];
  const problems: string[] = [];
  const look = (folder: string, depth: number): void => {
    let entries: Dirent[];
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      if (!isGone(error)) problems.push(folder);
      return;
    }
    folders.push(folder);
    const names = new Set<string>();
    for (const entry of entries) if (entry.name.endsWith('.meta.json')) names.add(entry.name);
    for (const entry of entries) {
      const full = `${folder}${path.sep}${entry.name}`;
      if (entry.isDirectory()) {
        if (depth < MAX_DEPTH && !OTHER_FOLDERS.has(entry.name)) look(full, depth + 1);
      } else if (entry.isFile() && isTranscriptName(entry.name)) {
        const hasMeta =
          names.size > 0 && names.has(`${entry.name.slice(0, -'.jsonl'.length)}.meta.json`);
        const file = tryStat(full, hasMeta);
        if (file === undefined) {
          // The folder tells its names and nothing more.
          problems.push(folder);
          return;
        }
        if (file !== null) visit(file);
      }
    }
  };
  for (const root of roots) look(root, 0);
  return { folders, problems };
};

/** A file as it is now; null where it is gone, undefined where its folder is closed to us. */
export const tryStat = (file: string, hasMeta: boolean): FoundFile | null | undefined => {
  try {
    return statFile(file, hasMeta);
  } catch {
    return undefined;
  }
};

/** A file as it is now; null where it is gone. Throws the system's error where its folder is closed to us. */
export const statFile = (file: string, hasMeta: boolean): FoundFile | null => {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  const { size: sizeBytes, mtimeMs: modifiedMs, dev: device, ino: inode } = stat;
  return { path: file, sizeBytes, modifiedMs, device, inode, hasMeta };
};

const isGone = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ENOENT' || error.code === 'ENOTDIR');
