import type { SettingsPlaces, SettingsScope } from '../../config/settings-places.ts';
import type { CommandContext, CommandResult } from '../context.ts';
import { isUntouched, readBackup, removeBackup, type Backup } from './backup.ts';
import { changeText } from './change-text.ts';
import { keptOf, NOTHING_KEPT, removeHandlers } from './remove-handlers.ts';
import { reportChange } from './report-change.ts';
import {
  readSettingsFile,
  removeSettingsFile,
  writeSettingsFile,
  type SettingsFile,
} from './settings-file.ts';
import { decodeSettings } from './settings-text.ts';

/** Flags of `hall-monitor hooks uninstall`. */
export interface UninstallOptions {
  readonly scope: SettingsScope;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Takes our handlers out of a settings file and shows the change; a file that only we have written to becomes what it was. */
export async function runUninstall(
  { scope, dryRun = false, json = false }: UninstallOptions,
  { config, terminal }: CommandContext,
  places: SettingsPlaces,
): CommandResult {
  const file = readSettingsFile(places.files[scope]);
  const backup = readBackup(config.home, file.target);
  const { bytes, how } = withoutHooks(file, backup);
  const isChanged = file.bytes === null ? false : bytes === null || !bytes.equals(file.bytes);
  if (!dryRun) {
    if (bytes === null && file.bytes !== null) {
      removeSettingsFile(file, backup?.madeFolder ?? null);
    } else if (bytes !== null && isChanged) {
      writeSettingsFile(file, bytes);
    }
    removeBackup(config.home, file.target);
  }
  const text = (content: Uint8Array | null): string | null =>
    content === null ? null : decodeSettings(content, file.path).text;
  reportChange(
    {
      scope,
      file: file.path,
      diff: changeText(file.path, text(file.bytes), text(bytes)),
      isChanged,
      isWritten: isChanged && !dryRun,
      done: DONE[how](file.path),
      unchanged: `There are no hooks of Hall Monitor in ${file.path}; nothing to change.`,
      warnings: [],
      detail: { how: isChanged ? how : null },
    },
    { json, terminal },
  );
}

const DONE = {
  restored: (path: string) => `${path} is what it was before, byte by byte.`,
  removed: (path: string) => `Removed ${path}, which did not exist before.`,
  edited: (path: string) => `Took the hooks out of ${path}; everything else in it stays as it is.`,
} as const;

interface Outcome {
  /** Null where there shall be no file. */
  readonly bytes: Buffer | null;
  readonly how: keyof typeof DONE;
}

function withoutHooks(file: SettingsFile, backup: Backup | undefined): Outcome {
  if (file.bytes === null) return { bytes: null, how: 'removed' };
  if (backup !== undefined && isUntouched(backup, file.bytes)) {
    const { before } = backup;
    return { bytes: before, how: before === null ? 'removed' : 'restored' };
  }
  const { text, toBytes } = decodeSettings(file.bytes, file.path);
  const kept =
    backup === undefined ? NOTHING_KEPT : keptOf(backup.before?.toString('utf8') ?? null);
  return { bytes: toBytes(removeHandlers(text, file.path, { kept })), how: 'edited' };
}
