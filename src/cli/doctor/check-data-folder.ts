import { lstatSync, statfsSync, type Stats } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { isRemote } from '../../runtime/remote-folder.ts';
import { STORE_FILE } from '../../store/open.ts';
import { fault, fine, note, warning, type Check, type Remark } from './finding.ts';
import { shellWord } from './shell-word.ts';

const MIN_FREE_BYTES = 500 * 1024 * 1024;

/** Whether the data folder is ours alone, has room, and lies where SQLite is safe. */
export const checkDataFolder: Check = {
  area: 'data folder',
  run: (scene) => {
    const { home } = scene.config;
    const stat = lstatSync(home, { throwIfNoEntry: false });
    if (stat === undefined) {
      return [
        note(
          `${home} does not exist yet; the first command that collects makes it.`,
          'hall-monitor import',
        ),
        ...ofPlace(existingFolder(home)),
      ];
    }
    if (!stat.isDirectory()) {
      return [
        fault(
          `${home} is no folder, but a link or a file.`,
          'Set HALL_MONITOR_HOME to a folder of your own.',
        ),
      ];
    }
    const faults = scene.platform === 'win32' ? [] : [...ofRights(home, stat), ...ofStore(home)];
    return [
      ...(faults.length === 0 ? [fine(`${home} is there and yours alone.`)] : faults),
      ...ofPlace(home),
    ];
  },
};

function ofRights(home: string, { uid, mode }: Stats): readonly Remark[] {
  if (uid !== userInfo().uid) {
    return [
      fault(
        `${home} belongs to another user.`,
        'Set HALL_MONITOR_HOME to a folder of your own, or run this as its owner.',
      ),
    ];
  }
  const fix = `chmod 700 ${shellWord(home)}`;
  if ((mode & 0o022) !== 0) return [fault(`Others may write to ${home}.`, fix)];
  return (mode & 0o055) === 0 ? [] : [warning(`Others may look into ${home}.`, fix)];
}

function ofStore(home: string): readonly Remark[] {
  const store = join(home, STORE_FILE);
  const stat = lstatSync(store, { throwIfNoEntry: false });
  return stat === undefined || (stat.mode & 0o077) === 0
    ? []
    : [warning(`Others may read the store ${store}.`, `chmod 600 ${shellWord(store)}*`)];
}

function ofPlace(folder: string): readonly Remark[] {
  const { bavail, bsize } = statfsSync(folder);
  const freeBytes = bavail * bsize;
  return [
    freeBytes < MIN_FREE_BYTES
      ? warning(
          `Only ${mebibytes(freeBytes)} are free in ${folder}; without room nothing is collected.`,
          'Make room, or move the data folder and set HALL_MONITOR_HOME.',
        )
      : fine(`${mebibytes(freeBytes)} are free.`),
    ...(isRemote(folder)
      ? [
          warning(
            `${folder} lies on a network or FUSE file system, on which SQLite may lose what it wrote.`,
            'Set HALL_MONITOR_HOME to a folder on a local disk.',
          ),
        ]
      : []),
  ];
}

function existingFolder(path: string): string {
  const parent = dirname(path);
  return parent === path || lstatSync(parent, { throwIfNoEntry: false }) !== undefined
    ? parent
    : existingFolder(parent);
}

function mebibytes(bytes: number): string {
  const mib = bytes / 1024 / 1024;
  return mib < 1024 ? `${Math.floor(mib)} MiB` : `${(mib / 1024).toFixed(1)} GiB`;
}
