import { toolCallKey } from '../../src/records/identity.ts';
import type { OccurrenceRecord } from '../../src/records/occurrence.ts';
import { toolErrorClass } from '../../src/records/tool-error.ts';
import { emptyToolCall } from '../../src/records/tool-call.ts';
import type { ToolCallDraft } from './drafts.ts';
import type { JsonScanner } from './json-scanner.ts';
import type { LineContext } from './line-context.ts';
import { promptKind, slashCommandName } from './prompt-kind.ts';
import type { LineFacts } from './read-line.ts';
import { readPlanEdit } from './read-plan-edit.ts';

/** Adds the tool results of a `user` line, which `json` was read to the end of, to what is known of their calls. */
export const addToolResults = (
  line: LineFacts,
  at: LineContext,
  drafts: Map<string, ToolCallDraft>,
  json: JsonScanner,
): void => {
  const { toolResults } = line.content;
  // The client's own note on the result belongs to the only result of its line.
  const note = toolResults.length === 1 ? line.result : null;
  for (const result of toolResults) {
    const draft = draftOf(result.id, at, drafts);
    draft.resultAtMs = at.atMs;
    draft.resultBytes = result.bytes;
    const denied = line.toolDenialKind;
    const interrupted = note?.interrupted ?? false;
    draft.success = !result.isError && !interrupted;
    draft.errorClass = draft.success
      ? null
      : toolErrorClass(denied, interrupted, [note?.head ?? '', result.head]);
    if (note === null) continue;
    if (note.durationMs !== null) {
      draft.durationMs = note.durationMs;
      draft.durationSource = 'tool_result';
    }
    draft.linesAdded = note.linesAdded;
    draft.linesRemoved = note.linesRemoved;
    draft.startedAgentId = note.agentId;
    draft.planEdit = draft.success ? readPlanEdit(json, note, draft) : null;
  }
};

/** The call that a result belongs to; where it was not seen, it begins with the result. */
const draftOf = (
  id: string,
  at: LineContext,
  drafts: Map<string, ToolCallDraft>,
): ToolCallDraft => {
  const key = toolCallKey(id, at.sessionId);
  const known = drafts.get(key);
  if (known !== undefined) return known;
  const draft = emptyToolCall(key, id, at.sessionId);
  draft.project = at.project;
  draft.agentId = at.agentId;
  draft.line = at.line;
  draft.offsetBytes = at.offsetBytes;
  drafts.set(key, draft);
  return draft;
};

/** What a `user` line without tool results tells: a prompt, a slash command, an interruption, or nothing to count. */
export const decodePrompt = (
  line: LineFacts,
  at: LineContext,
  head: string,
  lineId: string,
): OccurrenceRecord | null => {
  const kind = promptKind(line, at.isSidechain, head);
  if (kind === 'injected') return null;
  const base = {
    kind: 'occurrence',
    category: 'user',
    sessionId: at.sessionId,
    project: at.project,
    agentId: at.agentId,
    atMs: at.atMs,
    line: at.line,
    offsetBytes: at.offsetBytes,
  } as const;
  const { promptId: prompt_id, promptSource: prompt_source, content } = line;
  if (kind === 'interrupt') {
    const data = JSON.stringify({ during_tool_use: head.includes('for tool use') });
    return { ...base, key: `interrupt:${lineId}`, type: 'user_interrupt', data };
  }
  if (kind === 'slash_command') {
    const data = JSON.stringify({ prompt_id, command: slashCommandName(head) });
    return { ...base, key: `command:${lineId}`, type: 'slash_command', data };
  }
  const data = JSON.stringify({
    prompt_id,
    prompt_source,
    prompt_bytes: content.textBytes,
    images: content.images,
  });
  return { ...base, key: `prompt:${lineId}`, type: 'user_prompt', data };
};
