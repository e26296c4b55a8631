import { amount, own } from '../../src/records/foreign-value.ts';
import { word } from './payload.ts';
import { type DecodeEvent, fact, occurrence, type Told } from './telling.ts';

/** How a field of a payload is told: as the name or number it is, or only as the size of what it holds. */
type Reading = 'name' | 'path' | 'number' | 'flag' | 'bytes' | 'count';

const MAX_NAME = 128;
const MAX_PATH = 4096;

const READ: Readonly<Record<Reading, (value: unknown) => unknown>> = {
  name: (value) => word(value, MAX_NAME),
  path: (value) => word(value, MAX_PATH),
  number: amount,
  flag: (value) => (typeof value === 'boolean' ? value : null),
  bytes: (value) => (typeof value === 'string' ? Buffer.byteLength(value) : null),
  count: (value) => (Array.isArray(value) ? value.length : null),
};

/** What becomes of a field: the name in the public `data`, and how it is read. */
type Reads = Readonly<Record<string, readonly [reading: Reading, as?: string]>>;

/**
 * Fields of the events that need nothing else, and of events that are not known. None holds free text: a message, an
 * answer or a summary is told by its size. Source: `HOOK_EVENTS` of Claude Code 2.1.329.
 */
const READS: Reads = {
  source: ['name'],
  reason: ['name'],
  trigger: ['name'],
  error: ['name'],
  tool_name: ['name'],
  tool_use_id: ['name'],
  duration_ms: ['number'],
  stop_hook_active: ['flag'],
  background_tasks: ['count'],
  session_crons: ['count'],
  last_assistant_message: ['bytes', 'message_bytes'],
  message: ['bytes', 'message_bytes'],
  notification_type: ['name'],
  custom_instructions: ['bytes', 'instructions_bytes'],
  compact_summary: ['bytes', 'summary_bytes'],
  agent_type: ['name'],
  old_cwd: ['path'],
  new_cwd: ['path'],
  directory: ['path'],
  file_path: ['path'],
  worktree_path: ['path'],
  memory_type: ['name'],
  load_reason: ['name'],
  event: ['name', 'change'],
  from_model: ['name'],
  to_model: ['name'],
  requested_model: ['name'],
  context_tokens: ['number'],
  estimated_cache_write_usd: ['number'],
  expansion_type: ['name'],
  command_name: ['name'],
  command_source: ['name'],
  teammate_name: ['name'],
  team_name: ['name'],
  task_id: ['name'],
  mcp_server_name: ['name'],
  mode: ['name'],
  action: ['name'],
};

/** What is known of the fields of any event. */
const knownFields = ({ payload }: Told): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(READS).map(([name, [reading, as = name]]) => [
      as,
      READ[reading](own(payload.fields, name)),
    ]),
  );

/** An event that is told as it is. */
export const decodeOther: DecodeEvent = (told) => [occurrence(told, knownFields(told))];

/** A model is in use from now on. */
export const decodeModelSwitch: DecodeEvent = (told) => [
  ...decodeOther(told),
  ...fact(told, 'model', word(own(told.payload.fields, 'to_model'), MAX_NAME)),
];
