import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SettingsPlaces, SettingsScope } from '../../config/settings-places.ts';
import { makeHome } from '../../store/open.ts';
import type { CommandContext, CommandResult } from '../context.ts';
import { spoolOf } from '../spool-place.ts';
import { addHandlers, type WantedHandlers } from './add-handlers.ts';
import { digestOf, isUntouched, readBackup, saveBackup, type Backup } from './backup.ts';
import { changeText } from './change-text.ts';
import { chosenEvents } from './chosen-events.ts';
import { hookWarnings, type NamedSettings } from './hook-warnings.ts';
import { ourHandlers } from './our-handlers.ts';
import { parseSettings } from './parse-settings.ts';
import { keptOf, NOTHING_KEPT, removeHandlers } from './remove-handlers.ts';
import { reportChange } from './report-change.ts';
import { readSettingsFile, writeSettingsFile, type SettingsFile } from './settings-file.ts';
import { decodeSettings, type SettingsText } from './settings-text.ts';
import { hookMode, wantedHandlers, type HookModeName } from './wanted-handlers.ts';

/** Flags of `hall-monitor hooks install`. */
export interface InstallOptions {
  readonly scope: SettingsScope;
  readonly mode: HookModeName;
  readonly events: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const NEW_FILE = '{}\n';

/** Writes our handlers into a settings file, after a backup, and shows the change. */
export async function runInstall(
  { scope, mode: kind, events: written, dryRun = false, json = false }: InstallOptions,
  { config, terminal }: CommandContext,
  places: SettingsPlaces,
): CommandResult {
  const events = chosenEvents(written);
  const mode = hookMode(kind, config);
  const file = readSettingsFile(places.files[scope]);
  const current = decodeSettings(file.bytes ?? Buffer.from(NEW_FILE), file.path);
  const backup = backupFor(config.home, file, current);
  const before = backup.before === null ? null : decodeSettings(backup.before, file.path).text;
  const wanted = wantedHandlers(events, mode, { scope, config });
  const text = addHandlers(current.text, file.path, { wanted, kept: keptOf(before) });
  const bytes = current.toBytes(text);
  const isChanged = file.bytes === null || !bytes.equals(file.bytes);
  const warnings = hookWarnings(
    [{ path: file.path, settings: JSON.parse(text) as unknown }, ...managed(places.managedFile)],
    mode,
  );
  if (!dryRun) {
    makeSpool(spoolOf(config.home));
    if (isChanged) {
      saveBackup(config.home, file.target, withWritten(backup, bytes));
      writeSettingsFile(file, bytes);
    }
  }
  reportChange(
    {
      scope,
      file: file.path,
      diff: changeText(file.path, file.bytes === null ? null : current.text, text),
      isChanged,
      isWritten: isChanged && !dryRun,
      done: doneText(wanted, { scope, kind, path: file.path }),
      unchanged: `The hooks stand in ${file.path} already; nothing to change.`,
      warnings,
      detail: { mode: kind, events },
    },
    { json, terminal },
  );
}

/**
 * What uninstall shall bring back: the oldest state where only we have written since, else what is there now without our
 * handlers.
 */
function backupFor(home: string, file: SettingsFile, { text, toBytes }: SettingsText): Backup {
  const known = readBackup(home, file.target);
  if (known !== undefined && isUntouched(known, file.bytes)) return known;
  const { bytes, missingFolder: madeFolder } = file;
  if (bytes === null) return { before: null, madeFolder, written: [] };
  if (ourHandlers(parseSettings(text, file.path)).length === 0) {
    return { before: bytes, madeFolder: null, written: [] };
  }
  const kept = known === undefined ? NOTHING_KEPT : keptOf(known.before?.toString('utf8') ?? null);
  const before = toBytes(removeHandlers(text, file.path, { kept }));
  return { before, madeFolder: null, written: [] };
}

function withWritten(backup: Backup, bytes: Uint8Array): Backup {
  const digest = digestOf(bytes);
  return { ...backup, written: [...backup.written.filter((one) => one !== digest), digest] };
}

function makeSpool(spool: string): void {
  for (const folder of [spool, join(spool, 'tmp'), join(spool, 'new')]) {
    makeHome(folder);
  }
}

/** An administrator's settings, where there are any and they can be read. */
function managed(path: string): readonly NamedSettings[] {
  try {
    return [{ path, settings: JSON.parse(readFileSync(path, 'utf8')) as unknown }];
  } catch {
    return [];
  }
}

function doneText(
  wanted: WantedHandlers,
  {
    scope,
    kind,
    path,
  }: { readonly scope: SettingsScope; readonly kind: HookModeName; readonly path: string },
): string {
  const where = kind === 'http' ? 'the collector' : 'the spool';
  const what = wanted.size === 1 ? '1 event is' : `${wanted.size} events are`;
  return [
    `Wrote ${path}: ${what} told to ${where}.`,
    'See what arrives with `hall-monitor hooks status`.',
    `Undo it with \`hall-monitor hooks uninstall --scope ${scope}\`.`,
  ].join('\n');
}
