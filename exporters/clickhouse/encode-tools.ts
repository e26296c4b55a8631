import type { MetricEntry } from '../../src/records/metric-entry.ts';
import { plainName } from '../../src/records/plain-name.ts';
import { isReadingTool, isWritingTool } from '../../src/records/tool-names.ts';
import { fileTraits } from './file-traits.ts';
import {
  countOf,
  digestOf,
  projectText,
  tellingOf,
  textOf,
  type Row,
  type Teller,
} from './telling.ts';

const NETWORK_TOOLS: ReadonlySet<string> = new Set(['WebFetch', 'WebSearch']);
const NETWORK_COMMANDS =
  /(?:^|\/)(?:curl|wget|ssh|scp|sftp|rsync|nc|ncat|netcat|telnet|ftp|ping|dig|nslookup)$/;
const COMMAND_TOOLS: ReadonlySet<string> = new Set(['Bash', 'BashOutput', 'PowerShell']);
/** As tool reports call it. */
const UNKNOWN_TOOL = 'unknown';

/** Whether an entry is a tool call. */
export const isToolCall = ({ id }: MetricEntry): boolean => id.startsWith('tool_');

/** A tool call as rows of `claude_tool_usage`: one for the call, and one for its result once there is one. */
export const encodeToolUsage = (teller: Teller, entry: MetricEntry): readonly Row[] => {
  const tool = entry.tool_name ?? UNKNOWN_TOOL;
  const path = textOf(entry, 'file_path');
  const traits = fileTraits(path);
  const command = textOf(entry, 'command');
  const call: Row = {
    uuid: entry.id,
    tool_use_id: textOf(entry, 'tool_use_id'),
    session_id: entry.session_id,
    message_uuid: textOf(entry, 'request_entry_id'),
    tool_name: toolText(teller, tool),
    ...(teller.content && { file_path: path, command }),
    accesses_sensitive_files: traits.isSensitive,
    modifies_system_files: traits.isSystem && isWritingTool(tool),
    network_access: NETWORK_TOOLS.has(tool) || NETWORK_COMMANDS.test(command),
    project_directory: projectText(teller, entry.project_path),
    agent_id: textOf(entry, 'agent_id'),
    input_size_bytes: countOf(entry, 'input_bytes'),
    ...tellingOf(teller, entry),
  };
  const use = { ...call, timestamp: entry.timestamp, operation_type: 'use' };
  return outcomeOf(entry) === '' ? [use] : [use, { ...call, ...result(entry, tool) }];
};

/** The model names the tools that it asks for, and may ask for any: what is no name is told with content alone. */
const toolText = ({ content }: Teller, tool: string): string => (content ? tool : plainName(tool));

const result = (entry: MetricEntry, tool: string): Row => ({
  timestamp: textOf(entry, 'result_at') || entry.timestamp,
  operation_type: 'result',
  success: entry.tool_success === true,
  outcome: outcomeOf(entry),
  error_class: textOf(entry, 'error_class'),
  result_size_bytes: countOf(entry, 'result_bytes'),
  result_type: resultType(entry, tool),
  execution_time_ms: entry.tool_duration_ms ?? 0,
  duration_source: textOf(entry, 'duration_source'),
});

/** How the call ended; '' while it has not. */
const outcomeOf = (entry: MetricEntry): 'success' | 'failure' | 'denied' | 'unknown' | '' => {
  if (entry.tool_success === true) return 'success';
  if (textOf(entry, 'error_class') === 'denied') return 'denied';
  if (entry.tool_success === false) return 'failure';
  return textOf(entry, 'result_at') === '' ? '' : 'unknown';
};

const resultType = (entry: MetricEntry, tool: string): string => {
  if (entry.tool_success === false) return 'error';
  if (isReadingTool(tool)) return 'file_content';
  return COMMAND_TOOLS.has(tool) ? 'command_output' : '';
};

/** A tool call that names a file as a row of `claude_file_access`; null for any other. */
export const encodeFileAccess = (
  teller: Teller,
  entry: MetricEntry,
  isRepeated: boolean,
): Row | null => {
  const path = textOf(entry, 'file_path');
  if (path === '') return null;
  const tool = entry.tool_name ?? UNKNOWN_TOOL;
  const { extension, contentType, isSensitive } = fileTraits(path);
  return {
    uuid: entry.id,
    tool_use_id: textOf(entry, 'tool_use_id'),
    session_id: entry.session_id,
    timestamp: entry.timestamp,
    ...(teller.content && { file_path: path }),
    file_key: digestOf(path),
    operation: operationOf(tool),
    // Any other could be words of somebody's.
    file_extension: teller.content || contentType !== '' ? extension : '',
    is_sensitive_file: isSensitive,
    content_type: contentType,
    access_pattern: isRepeated ? 'repeated' : 'first_time',
    tool_name: toolText(teller, tool),
    project_directory: projectText(teller, entry.project_path),
    outcome: outcomeOf(entry),
    lines_added: countOf(entry, 'lines_added'),
    lines_removed: countOf(entry, 'lines_removed'),
    ...tellingOf(teller, entry),
  };
};

const operationOf = (tool: string): string => {
  if (isReadingTool(tool)) return 'read';
  if (!isWritingTool(tool)) return 'other';
  return tool === 'Write' ? 'write' : 'edit';
};
