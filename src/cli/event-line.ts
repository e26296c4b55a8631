import { posix } from 'node:path';
import { styleText } from 'node:util';
import type { MetricEntry } from '../records/metric-entry.ts';
import type { PlanEvent } from '../records/plan.ts';
import type { TimeZone } from '../rollups/time-zone.ts';
import type { Stored } from '../store/store.ts';
import { escapeText } from './escape.ts';
import { countText, durationText, usdText } from './figures.ts';

/** How a line is shown. */
export interface EventLineStyle {
  readonly zone: TimeZone;
  readonly hasColour: boolean;
}

const PROJECT_WIDTH = 16;
const SESSION_LENGTH = 8;
const NAME_WIDTH = 18;
/** Said of an entry that was told before and is different now. */
const AGAIN = ' (again)';

/** Makes a line of each thing that happened: when, where, what; with the date above the first one of a day. */
export function createEventLines({ zone, hasColour }: EventLineStyle): (stored: Stored) => string {
  const dim = (text: string): string => (hasColour ? coloured('dim', text) : text);
  let lastDay = '';
  return (stored) => {
    const { timestamp, session_id: session, revision } = toldOf(stored);
    const atMs = Date.parse(timestamp);
    const [day = '', clock = ''] = new Date(atMs + zone.offsetMsAt(atMs)).toISOString().split('T');
    const head = day === lastDay ? '' : `${dim(day)}\n`;
    lastDay = day;
    const project = fitted(lastPart(projectPath(stored)), PROJECT_WIDTH);
    const place = `${project} ${fitted(session.slice(0, SESSION_LENGTH), SESSION_LENGTH)}`;
    const what = stored.kind === 'metric' ? entryText(stored.entry) : planText(stored.event);
    const text = escapeText(`${what}${revision > 0 ? AGAIN : ''}`);
    const colour = colourOf(stored);
    const shown = hasColour && colour !== null ? coloured(colour, text) : text;
    return `${head}${dim(`${clock.slice(0, 8)} ${place}`)} ${shown}\n`;
  };
}

/** The entry or plan event of a line of the log. */
export function toldOf(stored: Stored): MetricEntry | PlanEvent {
  return stored.kind === 'metric' ? stored.entry : stored.event;
}

/** Path of the project it happened in; of a plan the repository, above `dev/active/<plan>`. */
export function projectPath(stored: Stored): string {
  return stored.kind === 'metric'
    ? stored.entry.project_path
    : stored.event.plan_path.split(/[\\/]/).slice(0, -3).join('/');
}

type Colour = 'dim' | 'red' | 'green';

const coloured = (colour: Colour, text: string): string =>
  styleText(colour, text, { validateStream: false });

function colourOf(stored: Stored): Colour | null {
  if (stored.kind === 'plan') return 'green';
  const { tool_success: success, event_type: type } = stored.entry;
  return success === false || type === 'api_error' ? 'red' : null;
}

function entryText(entry: MetricEntry): string {
  if (entry.tokens !== undefined) return requestText(entry);
  if (entry.tool_name !== undefined && entry.event_category === 'tool') return toolText(entry);
  return entry.event_type.replaceAll('_', ' ');
}

function requestText({ model = '', tokens, cost }: MetricEntry): string {
  const input =
    (tokens?.input_tokens ?? 0) +
    (tokens?.cache_read_input_tokens ?? 0) +
    (tokens?.cache_creation_input_tokens ?? 0);
  const price = cost === undefined ? 'no price known' : usdText(cost.total, 4);
  return `${fitted(model, NAME_WIDTH)} ${countText(input)} in, ${countText(tokens?.output_tokens ?? 0)} out, ${price}`;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  tool_start: 'started',
  tool_completed: 'done',
  tool_failed: 'failed',
};

function toolText({
  tool_name: tool = '',
  event_type: type,
  tool_duration_ms: ms,
  project_path: project,
  data,
}: MetricEntry): string {
  const { error_class: error, command, file_path: file } = data;
  const duration = typeof ms === 'number' ? ` in ${durationText(ms)}` : '';
  const about = [error === 'denied' ? error : null, command, file]
    .filter((one) => typeof one === 'string')
    .map((one) => (one.startsWith(`${project}/`) ? one.slice(project.length + 1) : one));
  const what = about.length === 0 ? '' : `: ${about.join(', ')}`;
  return `${fitted(tool, NAME_WIDTH)} ${OUTCOMES[type] ?? type}${duration}${what}`;
}

function planText({ plan_name: plan, feature_id: feature, event_type: type }: PlanEvent): string {
  const what = type.replaceAll('_', ' ');
  return `plan ${plan}: ${feature === undefined ? what : `${what} ${feature}`}`;
}

const lastPart = (path: string): string =>
  path === '' ? 'unknown' : posix.basename(path.replaceAll('\\', '/'));

/** Escaped text of exactly that width. */
function fitted(text: string, width: number): string {
  const safe = escapeText(text);
  return (safe.length > width ? `${safe.slice(0, width - 1)}…` : safe).padEnd(width);
}
