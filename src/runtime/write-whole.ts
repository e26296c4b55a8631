import { randomBytes } from 'node:crypto';
import { mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { isSystemError } from '../errors.ts';

const NEW_FILE = 0o644;

/**
 * Writes a file so that readers, and whoever comes after a crash or a power cut, find the old content or the new, never
 * half of it. Missing folders are made; a link stays and what it points to is written; without a `mode`
 * a file that is there keeps its own, and a new one may be read by everybody whom the process lets.
 *
 * @throws what the file system throws; the old file is then as it was.
 */
export async function writeWhole(path: string, text: string, mode?: number): Promise<void> {
  const target = await targetOf(resolve(path));
  const folder = dirname(target);
  await mkdir(folder, { recursive: true });
  const draft = join(folder, draftName(basename(target)));
  try {
    await writeDraft(draft, text, mode ?? (await modeOf(target)));
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Whether a file is a draft of that name, which a process that was killed may leave behind. */
export function isDraftOf(file: string, name: string): boolean {
  return file.startsWith(`.${name}.`) && /^\.[0-9a-f]{12}\.tmp$/.test(file.slice(name.length + 1));
}

function draftName(name: string): string {
  return `.${name}.${randomBytes(6).toString('hex')}.tmp`;
}

async function writeDraft(draft: string, text: string, mode: number | null): Promise<void> {
  const file = await open(draft, 'wx', mode ?? NEW_FILE);
  try {
    await file.writeFile(text);
    if (mode !== null) {
      await file.chmod(mode);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') {
      return path;
    }
    throw error;
  }
}

async function modeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') {
      return null;
    }
    throw error;
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (platform() === 'win32') {
    return;
  }
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
