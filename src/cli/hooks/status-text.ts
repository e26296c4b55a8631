import type { TimeZone } from '../../rollups/time-zone.ts';
import { escapeText } from '../escape.ts';
import { countText } from '../figures.ts';
import { renderTable, type Column } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { wallText } from '../time-options.ts';
import type { HooksStatus } from './hooks-status.ts';
import type { HooksFile } from './registered-hooks.ts';

/** The state of the hooks for people: files, events, spool, and what to do. */
export function statusText(status: HooksStatus, zone: TimeZone, terminal: Terminal): string {
  const { files, spool } = status;
  const rows = eventRows(status);
  const table =
    rows.length === 0 ? [] : [renderTable(columnsOf(zone), rows, terminal).trimEnd(), ''];
  const unfinished = spool.unfinished === 0 ? '' : `, ${countText(spool.unfinished)} unfinished`;
  return `${[
    `Hooks of Claude Code, ${zone.name}.`,
    '',
    ...files.map((file) => escapeText(fileLine(file))),
    '',
    ...table,
    escapeText(`Spool  ${spool.path}: ${countText(spool.waiting)} waiting${unfinished}`),
    ...advice(files),
  ].join('\n')}\n`;
}

interface EventRow {
  readonly event: string;
  readonly registered: string;
  readonly count: number;
  readonly lastAtMs: number | null;
  readonly lastScope: string;
}

function eventRows({ files, heard }: HooksStatus): readonly EventRow[] {
  const names = new Set([
    ...files.flatMap(({ events }) => events.map(({ event }) => event)),
    ...heard.map(({ event }) => event),
  ]);
  return [...names].map((event) => {
    const counts = heard.filter((one) => one.event === event);
    const last = counts.toSorted((a, b) => b.lastAtMs - a.lastAtMs)[0];
    const scopes = files.flatMap(({ scope, events }) =>
      events.filter((one) => one.event === event).map(({ mode }) => `${scope} ${mode}`),
    );
    return {
      event,
      registered: [...new Set(scopes)].join(', '),
      count: counts.reduce((sum, { count }) => sum + count, 0),
      lastAtMs: last?.lastAtMs ?? null,
      lastScope: last?.scope ?? '',
    };
  });
}

function columnsOf(zone: TimeZone): readonly Column<EventRow>[] {
  return [
    { head: 'Event', text: ({ event }) => event, kind: 'label' },
    { head: 'Registered', text: ({ registered }) => registered, kind: 'name', rank: 2 },
    { head: 'Heard', text: ({ count }) => countText(count) },
    {
      head: 'Last',
      text: ({ lastAtMs }) => (lastAtMs === null ? 'never' : wallText(zone, lastAtMs)),
      kind: 'label',
    },
    { head: 'From', text: ({ lastScope }) => lastScope, kind: 'label', rank: 1 },
  ];
}

function fileLine({ scope, path, plugin, exists, fault, events }: HooksFile): string {
  const place = plugin ?? path ?? '';
  const state =
    fault ??
    (!exists
      ? 'no such file'
      : events.length === 0
        ? 'none of ours'
        : `${events.length} ${events.length === 1 ? 'event' : 'events'}`);
  return `${scope.padEnd(8)} ${place}: ${state}`;
}

function advice(files: readonly HooksFile[]): readonly string[] {
  const registered = files.filter(({ events }) => events.length > 0);
  if (registered.length === 0) {
    return ['', 'Nothing is registered. Install the hooks with `hall-monitor hooks install`.'];
  }
  return registered
    .filter(({ events }) => events.some(({ isCurrent }) => !isCurrent))
    .map(({ scope }) =>
      scope === 'plugin'
        ? '\nThe plugin is of another version; bring it up to date with `claude plugin update hall-monitor@hall-monitor`.'
        : `\nHooks of the ${scope} scope are not what this configuration needs; write them anew with \`hall-monitor hooks install --scope ${scope}\`.`,
    );
}
