import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRemote } from '../../runtime/remote-folder.ts';
import { countText } from '../figures.ts';
import { fine, note, warning, type Check, type Remark } from './finding.ts';
import type { Scene } from './scene.ts';

/** Where Linux tells how much may be watched. */
const LIMITS_FOLDER = '/proc/sys/fs/inotify';
/** What a program that watches files usually has to itself. */
const ENOUGH_INSTANCES = 16;

/** Whether the system lets us watch all folders, and tells of changes in them. */
export const checkWatches: Check = { area: 'watches', run: (scene) => watchRemarks(scene) };

/** The remarks of {@link checkWatches}, with the limits read from `limitsFolder`. */
export function watchRemarks(
  { config, roots, found, platform }: Pick<Scene, 'config' | 'roots' | 'found' | 'platform'>,
  limitsFolder = LIMITS_FOLDER,
): readonly Remark[] {
  if (config.transcripts.watch === 'poll') {
    return [fine('Transcripts are looked at again and again, as configured; nothing is watched.')];
  }
  return [
    ...roots
      .filter((root) => isRemote(root))
      .map((root) =>
        note(
          `${root} lies on a network or FUSE file system, which tells of no changes: it is looked at every ${config.transcripts.pollIntervalMs} ms.`,
        ),
      ),
    ...(platform === 'linux' ? ofLimits(found.folders.length, limitsFolder) : []),
  ];
}

function ofLimits(folders: number, limitsFolder: string): readonly Remark[] {
  const watches = readLimit(limitsFolder, 'max_user_watches');
  const instances = readLimit(limitsFolder, 'max_user_instances');
  const raised = 2 ** Math.ceil(Math.log2(Math.max(524_288, folders * 4)));
  return [
    ...(watches === null
      ? []
      : folders > watches * 0.8
        ? [
            warning(
              `${countText(folders)} folders are to be watched, and the system allows ${countText(watches)} to all programs of a user; without watches, news come late.`,
              `sudo sysctl fs.inotify.max_user_watches=${raised}`,
            ),
          ]
        : [
            fine(
              `${countText(folders)} folder${folders === 1 ? '' : 's'} to watch; the system allows ${countText(watches)}.`,
            ),
          ]),
    ...(instances !== null && instances < ENOUGH_INSTANCES
      ? [
          warning(
            `The system allows only ${instances} programs of a user to watch files.`,
            'sudo sysctl fs.inotify.max_user_instances=128',
          ),
        ]
      : []),
  ];
}

function readLimit(folder: string, name: string): number | null {
  try {
    const limit = Number(readFileSync(join(folder, name), 'utf8'));
    return Number.isInteger(limit) ? limit : null;
  } catch {
    // A container may hide it.
    return null;
  }
}
