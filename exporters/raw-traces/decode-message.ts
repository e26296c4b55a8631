import type { ConversationMessage, MessagePart } from '../../src/records/conversation.ts';
import { own } from '../../src/records/foreign-value.ts';
import { TOO_LONG } from './prepare-chunk.ts';

/** Types of the lines that a conversation is made of. */
export const MESSAGE_TYPES = ['user', 'assistant', 'system', 'summary', TOO_LONG] as const;

/** The line as a part of the conversation; null where it says nothing. */
export const decodeMessage = (
  line: string,
  sequence: number | null,
): ConversationMessage | null => {
  const value = parsed(line);
  const role = roleOf(own(value, 'type'));
  if (role === null) return null;
  const message = own(value, 'message');
  const parts = partsOf(value, message);
  if (parts.length === 0) return null;
  const agentId = textOf(own(value, 'agentId'));
  const isSidechain = own(value, 'isSidechain') === true || agentId !== null;
  return {
    sequence,
    at: textOf(own(value, 'timestamp')),
    role,
    thread: isSidechain ? 'subagent' : 'main',
    agent_id: agentId,
    model: textOf(own(message, 'model')),
    message_id: textOf(own(message, 'id')),
    uuid: textOf(own(value, 'uuid')),
    parent_uuid: textOf(own(value, 'parentUuid')),
    is_meta: own(value, 'isMeta') === true,
    parts,
  };
};

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

const roleOf = (type: unknown): ConversationMessage['role'] | null => {
  if (type === TOO_LONG) return 'system';
  return type === 'user' || type === 'assistant' || type === 'system' || type === 'summary'
    ? type
    : null;
};

const partsOf = (value: unknown, message: unknown): readonly MessagePart[] => {
  if (own(value, 'type') === TOO_LONG) {
    const lengthBytes = String(own(value, 'length_bytes'));
    return [
      part(
        'other',
        `A line of ${lengthBytes} bytes, of which only this is kept: ${textOf(own(value, 'beginning')) ?? ''}`,
      ),
    ];
  }
  const content = own(message, 'content') ?? own(value, 'content') ?? own(value, 'summary');
  if (typeof content === 'string') return content === '' ? [] : [part('text', content)];
  return Array.isArray(content) ? content.map(partOf) : [];
};

const partOf = (block: unknown): MessagePart => {
  if (typeof block === 'string') return part('text', block);
  const type = textOf(own(block, 'type')) ?? 'unknown';
  switch (type) {
    case 'text':
      return part('text', textOf(own(block, 'text')) ?? '');
    case 'thinking':
      return part('thinking', textOf(own(block, 'thinking')) ?? '');
    case 'redacted_thinking':
      return part('thinking', '');
    case 'tool_use':
    case 'server_tool_use':
      return {
        ...part('tool_use', ''),
        tool: textOf(own(block, 'name')),
        tool_use_id: textOf(own(block, 'id')),
        input: own(block, 'input') ?? null,
      };
    case 'tool_result':
      return {
        ...part('tool_result', resultText(own(block, 'content'))),
        tool_use_id: textOf(own(block, 'tool_use_id')),
        is_error: own(block, 'is_error') === true,
      };
    default:
      return part('other', `[${type}]`);
  }
};

const resultText = (content: unknown): string => {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((block) => textOf(own(block, 'text')) ?? `[${textOf(own(block, 'type')) ?? 'unknown'}]`)
    .join('\n');
};

const part = (kind: MessagePart['kind'], text: string): MessagePart => ({
  kind,
  text,
  tool: null,
  tool_use_id: null,
  input: null,
  is_error: false,
});

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
