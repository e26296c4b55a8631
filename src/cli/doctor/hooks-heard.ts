import { hookEvents } from '../../rollups/hook-events.ts';
import { sourceStatus } from '../../rollups/source-status.ts';
import { countText } from '../figures.ts';
import type { HooksFile } from '../hooks/registered-hooks.ts';
import { ageText } from './age-text.ts';
import { fine, note, warning, type Remark } from './finding.ts';
import type { Scene } from './scene.ts';

/** What every session has; the others may not happen for weeks. */
const FREQUENT: ReadonlySet<string> = new Set([
  'SessionStart',
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolUse',
  'Stop',
]);
/** Firings after which each of the frequent events must have been among them. */
const ENOUGH = 100;
const SILENT_MS = 86_400_000;

/** What was heard of the events that are registered. */
export function ofHeard(
  registered: readonly HooksFile[],
  { store, nowMs }: Pick<Scene, 'store' | 'nowMs'>,
): readonly Remark[] {
  if (store.db === null) return [];
  const heard = hookEvents(store.db);
  const count = heard.reduce((sum, one) => sum + one.count, 0);
  const lastMs = Math.max(0, ...heard.map(({ lastAtMs }) => lastAtMs));
  if (count === 0) {
    return [
      warning(
        'Nothing was ever heard of the hooks.',
        'Work with Claude Code in a folder that you trust, then: hall-monitor hooks status',
      ),
    ];
  }
  const told = new Set(heard.map(({ event }) => event));
  const never = [
    ...new Set(registered.flatMap(({ events }) => events.map(({ event }) => event))),
  ].filter((event) => !told.has(event));
  return [
    fine(`${countText(count)} events heard, the last ${ageText(lastMs, nowMs)}.`),
    ...ofSilence(lastMs, store.db),
    ...ofNever(never, count),
  ];
}

function ofSilence(lastMs: number, db: NonNullable<Scene['store']['db']>): readonly Remark[] {
  const transcripts = sourceStatus(db).find(({ source }) => source === 'transcript');
  const writtenMs = Date.parse(transcripts?.last_entry ?? '');
  return writtenMs - lastMs > SILENT_MS
    ? [
        warning(
          'Hooks have told nothing for more than a day of work that transcripts tell of.',
          'hall-monitor hooks status, and /hooks in Claude Code',
        ),
      ]
    : [];
}

function ofNever(never: readonly string[], count: number): readonly Remark[] {
  const missing = count < ENOUGH ? [] : never.filter((event) => FREQUENT.has(event));
  const rare = never.filter((event) => !missing.includes(event));
  return [
    ...(missing.length === 0
      ? []
      : [
          warning(
            `Registered, but never heard, although every session has them: ${missing.join(', ')}.`,
            'Look in /hooks in Claude Code whether they are there and may run.',
          ),
        ]),
    ...(rare.length === 0 ? [] : [note(`Registered and not heard so far: ${rare.join(', ')}.`)]),
  ];
}
