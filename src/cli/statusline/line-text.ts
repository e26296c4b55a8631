import { own } from '../../records/foreign-value.ts';
import { LIMIT_WINDOW_NAMES, type LimitWindow } from '../../records/rate-limit.ts';
import { escapeText } from '../escape.ts';

const NAMES: Readonly<Record<LimitWindow, string>> = { five_hour: '5h', seven_day: '7d' };
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const DAY_MS = 86_400_000;
/** No name is shown longer than this. */
const MAX_CHARACTERS = 40;
const SEPARATOR = ' · ';

/**
 * The line for a person: model, project, cost so far as the client says it, how full the context is, and rate limits
 * with the local time at which they begin anew. What is not told is left out; '' where nothing is.
 */
export function lineText(payload: unknown, nowMs: number): string {
  const model = own(payload, 'model');
  const workspace = own(payload, 'workspace');
  const folder =
    named(own(workspace, 'project_dir')) ??
    named(own(workspace, 'current_dir')) ??
    named(own(payload, 'cwd'));
  const cost = amountOf(own(own(payload, 'cost'), 'total_cost_usd'));
  const context = amountOf(own(own(payload, 'context_window'), 'used_percentage'));
  const limits = LIMIT_WINDOW_NAMES.map((window) =>
    limitText(window, own(own(payload, 'rate_limits'), window), nowMs),
  );
  const parts = [
    named(own(model, 'display_name')) ?? named(own(model, 'id')),
    folder?.split(/[\\/]/).findLast((part) => part !== ''),
    cost === undefined ? undefined : `$${cost.toFixed(2)}`,
    context === undefined ? undefined : `context ${Math.round(context)}%`,
    ...limits,
  ];
  return parts.flatMap((part) => (part === undefined ? [] : [shown(part)])).join(SEPARATOR);
}

function limitText(window: LimitWindow, told: unknown, nowMs: number): string | undefined {
  const used = amountOf(own(told, 'used_percentage'));
  const resetsAt = own(told, 'resets_at');
  const resetsAtMs = typeof resetsAt === 'number' ? resetsAt * 1_000 : 0;
  // Of a window that is over nothing is known, and a time far off is none.
  if (used === undefined || resetsAtMs <= nowMs || resetsAtMs > nowMs + 10 * DAY_MS)
    return undefined;
  return `${NAMES[window]} ${Math.round(used)}% until ${momentText(resetsAtMs, nowMs)}`;
}

/** A moment of the next days in local time: its hour, and its day where that is more than a day off. */
function momentText(ms: number, nowMs: number): string {
  const moment = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = `${two(moment.getHours())}:${two(moment.getMinutes())}`;
  return ms - nowMs < DAY_MS ? time : `${DAYS[moment.getDay()]} ${time}`;
}

const named = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** A number that a person can read: no more than a million, which no cost or percentage is. */
const amountOf = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 && value <= 1_000_000 ? value : undefined;

const shown = (text: string): string => {
  const characters = Array.from(escapeText(text.slice(0, 4 * MAX_CHARACTERS)));
  return characters.length <= MAX_CHARACTERS
    ? characters.join('')
    : `${characters.slice(0, MAX_CHARACTERS - 1).join('')}…`;
};
