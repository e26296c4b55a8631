import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { platform } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Whose a file is and what others may do with it. */
export interface Ownership {
  readonly mode: number;
  /** Null for whoever writes it. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

/** For its writer alone. */
export const PRIVATE: Ownership = { mode: 0o600, owner: null };

/**
 * Puts bytes in the place of a file, so that after a crash or a power cut there is the old content or the new.
 *
 * @throws what the file system throws; the old file is then as it was.
 */
export function replaceFile(target: string, bytes: Uint8Array, ownership: Ownership): void {
  const folder = dirname(target);
  const draft = join(folder, `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    writeDraft(draft, bytes, ownership);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  if (platform() !== 'win32') {
    syncFolder(folder);
  }
}

function writeDraft(draft: string, bytes: Uint8Array, { mode, owner }: Ownership): void {
  const fd = openSync(draft, 'wx', 0o600);
  try {
    writeFileSync(fd, bytes);
    const own = fstatSync(fd);
    if (owner !== null && (owner.uid !== own.uid || owner.gid !== own.gid)) {
      fchownSync(fd, owner.uid, owner.gid);
    }
    fchmodSync(fd, mode);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
