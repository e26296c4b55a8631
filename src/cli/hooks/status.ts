import type { SettingsPlaces } from '../../config/settings-places.ts';
import type { CommandContext, CommandResult } from '../context.ts';
import { jsonText } from '../escape.ts';
import { zoneOf } from '../time-options.ts';
import { readHooksStatus, type HooksStatus } from './hooks-status.ts';
import { statusText } from './status-text.ts';

/** Prints which events are registered where, what was heard of each, and what waits. */
export async function runStatus(
  options: { readonly json?: boolean },
  context: CommandContext,
  places: SettingsPlaces,
): CommandResult {
  const status = readHooksStatus(places, context.config);
  context.terminal.print(
    options.json === true
      ? jsonText(toJson(status))
      : statusText(status, zoneOf(context), context.terminal),
  );
}

function toJson({ files, heard, spool }: HooksStatus): unknown {
  return {
    files: files.map(({ scope, path, plugin, exists, fault, events }) => ({
      scope,
      path,
      plugin,
      exists,
      fault,
      events: events.map(({ event, mode, isCurrent }) => ({ event, mode, current: isCurrent })),
    })),
    heard: heard.map(({ event, scope, count, lastAtMs }) => ({
      event,
      scope,
      count,
      last_at: new Date(lastAtMs).toISOString(),
    })),
    spool,
  };
}
