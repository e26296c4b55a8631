import { lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { isTranscriptName } from './discover.ts';

/**
 * The path by which a transcript below one of the roots is known, for a path that a stranger names; undefined for
 * anything else. Nothing is opened, and a path through a symbolic link below the roots is nobody's.
 */
export const ownTranscript = (named: string, roots: readonly string[]): string | undefined => {
  if (!path.isAbsolute(named) || !isTranscriptName(path.basename(named))) return undefined;
  try {
    const folder = realpathSync(path.dirname(named));
    const file = path.join(folder, path.basename(named));
    const isBelow = roots.some((root) => folder === root || folder.startsWith(root + path.sep));
    return isBelow && lstatSync(file).isFile() ? file : undefined;
  } catch {
    // Named before it is written, or not there at all: it is found when it is.
    return undefined;
  }
};
