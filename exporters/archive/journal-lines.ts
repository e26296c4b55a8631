import type { MetricEntry } from '../../src/records/metric-entry.ts';

/** Files of one day of the journal, and how their names end. */
export const JOURNAL_FILES = {
  'tool-usage': '.jsonl',
  'activity-events': '.jsonl',
  'session-events': '.jsonl',
  activity: '.log',
} as const;

/** One of these files. */
export type JournalFile = keyof typeof JOURNAL_FILES;

/** What the journal takes of an entry. */
export type JournalEntry = Pick<
  MetricEntry,
  'id' | 'timestamp' | 'session_id' | 'project_path' | 'source' | 'event_type' | 'tool_name'
> & {
  readonly success: boolean | null;
  readonly filePath: string | null;
  /** First word of a command. */
  readonly command: string | null;
  /** Model that a session began with. */
  readonly model: string | null;
  /** Id of the request that made a call. */
  readonly requestId: string | null;
};

const ACTIVITIES: Readonly<Record<string, string>> = {
  tool_completed: 'tool_use',
  tool_failed: 'tool_use',
  user_prompt: 'query',
  session_started: 'session_start',
  session_ended: 'session_end',
};

/** Takes of an entry what the journal tells; null where it tells nothing of it, such as a call that still runs. */
export const journalEntry = (entry: MetricEntry): JournalEntry | null => {
  if (ACTIVITIES[entry.event_type] === undefined) return null;
  const text = (key: string): string | null => {
    const value = entry.data[key];
    return typeof value === 'string' ? value : null;
  };
  const { id, timestamp, session_id, project_path, source, event_type, tool_name } = entry;
  return {
    id,
    timestamp,
    session_id,
    project_path,
    source,
    event_type,
    ...(tool_name !== undefined && { tool_name }),
    success: entry.tool_success ?? null,
    filePath: text('file_path'),
    command: text('command'),
    model: entry.model ?? text('model'),
    requestId: text('request_entry_id'),
  };
};

/** The files of one day: one line for each thing that happened, in the order of their times. */
export const journalTexts = (
  entries: readonly JournalEntry[],
  modelOf: (requestId: string) => string | null,
): Readonly<Record<JournalFile, string>> => {
  const lines: Record<JournalFile, string[]> = {
    'tool-usage': [],
    'activity-events': [],
    'session-events': [],
    activity: [],
  };
  for (const entry of entries.toSorted(inTime)) {
    const activity = ACTIVITIES[entry.event_type]!;
    lines['activity-events'].push(JSON.stringify(activityLine(entry, activity)));
    if (activity === 'tool_use') {
      lines['tool-usage'].push(JSON.stringify(usageLine(entry, modelOf)));
      lines.activity.push(textLine(entry));
    }
    if (activity.startsWith('session_')) {
      lines['session-events'].push(JSON.stringify(sessionLine(entry, activity)));
    }
  }
  const text = (file: JournalFile): string => lines[file].map((line) => `${line}\n`).join('');
  return {
    'tool-usage': text('tool-usage'),
    'activity-events': text('activity-events'),
    'session-events': text('session-events'),
    activity: text('activity'),
  };
};

const inTime = (left: JournalEntry, right: JournalEntry): number =>
  left.timestamp.localeCompare(right.timestamp, 'en') || (left.id < right.id ? -1 : 1);

const SESSION_CHARACTERS = 8;

const secondsOf = ({ timestamp }: JournalEntry): number => Math.floor(Date.parse(timestamp) / 1000);

const shortSession = ({ session_id }: JournalEntry): string =>
  session_id.slice(0, SESSION_CHARACTERS);

const projectName = ({ project_path }: JournalEntry): string =>
  project_path.split(/[/\\]/).findLast((part) => part !== '') ?? '';

const usageLine = (
  entry: JournalEntry,
  modelOf: (requestId: string) => string | null,
): Readonly<Record<string, unknown>> => ({
  ts: secondsOf(entry),
  tool: entry.tool_name ?? null,
  session: shortSession(entry),
  model: entry.requestId === null ? null : modelOf(entry.requestId),
  source: entry.source,
  file_path: entry.filePath,
  command: entry.command,
  success: entry.success,
  id: entry.id,
  session_id: entry.session_id,
});

const activityLine = (entry: JournalEntry, type: string): Readonly<Record<string, unknown>> => ({
  ts: secondsOf(entry),
  type,
  ...(type === 'tool_use' && {
    tool: entry.tool_name ?? null,
    file_path: entry.filePath,
    command: entry.command,
    success: entry.success,
  }),
  pwd: entry.project_path,
  project: projectName(entry),
  id: entry.id,
  session_id: entry.session_id,
});

const sessionLine = (entry: JournalEntry, event: string): Readonly<Record<string, unknown>> => ({
  ts: secondsOf(entry),
  event,
  session_id: entry.session_id,
  pwd: entry.project_path,
  project: projectName(entry),
  model: entry.model,
  id: entry.id,
});

/** One line that reads from left to right, whatever a file is called. */
const textLine = ({ timestamp, tool_name, filePath }: JournalEntry): string =>
  [timestamp.slice(11, 19), tool_name ?? '-', ...(filePath === null ? [] : [filePath])]
    .join(' ')
    .replaceAll(
      /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
      '?',
    );
