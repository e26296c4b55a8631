import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../errors.ts';
import { makeHome } from '../../store/open.ts';
import { PRIVATE, replaceFile } from './replace-file.ts';

/** What a settings file was before our handlers came into it. */
export interface Backup {
  /** Null where there was no file. */
  readonly before: Buffer | null;
  /** The outermost folder that was made for the file, null where none was. */
  readonly madeFolder: string | null;
  /** Digests of what was written over `before`, oldest first: with any of them, nobody else has written since. */
  readonly written: readonly string[];
}

/** Digest by which a file's content is known again. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Whether a file still holds what install wrote, or what it found. */
export function isUntouched({ before, written }: Backup, bytes: Uint8Array | null): boolean {
  if (bytes === null || before === null) {
    return bytes === before || (bytes !== null && written.includes(digestOf(bytes)));
  }
  return before.equals(bytes) || written.includes(digestOf(bytes));
}

/**
 * Reads the backup of a settings file; undefined where there is none.
 *
 * @throws ConfigError where it cannot be used.
 */
export function readBackup(home: string, target: string): Backup | undefined {
  const path = backupFile(home, target);
  try {
    const record = JSON.parse(readFileSync(path, 'utf8')) as Partial<BackupRecord>;
    if (!isRecord(record) || record.settings !== target) throw new Error('it is damaged');
    return {
      before: record.before === null ? null : Buffer.from(record.before, 'base64'),
      madeFolder: record.made_folder,
      written: record.written_sha256,
    };
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new ConfigError(`Cannot use the backup ${path}: ${message}.`, {
      hint: 'Move it away; then only the hooks themselves are taken out of the settings.',
      cause,
    });
  }
}

/** Keeps a backup, for its owner alone: settings may hold secrets. Throws ConfigError as `makeHome`. */
export function saveBackup(
  home: string,
  target: string,
  { before, madeFolder, written }: Backup,
): void {
  makeHome(home);
  makeHome(join(home, FOLDER));
  const record: BackupRecord = {
    settings: target,
    before: before?.toString('base64') ?? null,
    made_folder: madeFolder,
    written_sha256: written,
  };
  const text = `${JSON.stringify(record, null, 2)}\n`;
  replaceFile(backupFile(home, target), Buffer.from(text), PRIVATE);
}

/** Forgets a backup that has been restored. */
export function removeBackup(home: string, target: string): void {
  rmSync(backupFile(home, target), { force: true });
}

const FOLDER = 'backups';

/** As it stands in the file. */
interface BackupRecord {
  readonly settings: string;
  /** Base64. */
  readonly before: string | null;
  readonly made_folder: string | null;
  readonly written_sha256: readonly string[];
}

function isRecord(record: Partial<BackupRecord>): record is BackupRecord {
  const isText = (value: unknown): boolean => typeof value === 'string';
  return (
    (record.before === null || isText(record.before)) &&
    (record.made_folder === null || isText(record.made_folder)) &&
    Array.isArray(record.written_sha256) &&
    record.written_sha256.every(isText)
  );
}

function backupFile(home: string, target: string): string {
  return join(home, FOLDER, `settings-${digestOf(Buffer.from(target)).slice(0, 16)}.json`);
}
