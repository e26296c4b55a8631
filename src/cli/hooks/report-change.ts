import type { SettingsScope } from '../../config/settings-places.ts';
import { escapeText, jsonText } from '../escape.ts';
import type { Terminal } from '../terminal.ts';

/** What a command did to a settings file, or would do. */
export interface Change {
  readonly scope: SettingsScope;
  readonly file: string;
  /** Unified diff, empty where nothing changes. */
  readonly diff: string;
  readonly isChanged: boolean;
  readonly isWritten: boolean;
  /** What to say when it is done, and when there is nothing to do. */
  readonly done: string;
  readonly unchanged: string;
  readonly warnings: readonly string[];
  /** Further fields of the JSON form. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Shows a change: the diff, or all of it as JSON, on standard output; remarks go to standard error. */
export function reportChange(
  change: Change,
  { json, terminal }: { readonly json: boolean; readonly terminal: Terminal },
): void {
  const { scope, file, diff, isChanged, isWritten, warnings } = change;
  if (json) {
    const body = { scope, settings_file: file, changed: isChanged, written: isWritten };
    terminal.print(jsonText({ ...body, ...change.detail, diff, warnings }));
  } else if (diff !== '') {
    terminal.print(diff.split('\n').map(shown).join('\n'));
  }
  const last = isWritten ? change.done : isChanged ? 'Nothing was written.' : change.unchanged;
  for (const text of [...warnings.map((warning) => `Warning: ${warning}`), last]) {
    terminal.note(`${text.split('\n').map(escapeText).join('\n')}\n`);
  }
}

/** Tabs are indentation here, not something to beware of. */
function shown(line: string): string {
  return line.split('\t').map(escapeText).join('\t');
}
