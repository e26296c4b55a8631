import type { ConversationMessage, MessagePart } from '../records/conversation.ts';
import { escapeText } from './escape.ts';
import type { TimeZone } from '../rollups/time-zone.ts';

/** How messages are shown. */
export interface MessageTextOptions {
  readonly zone: TimeZone;
  /** Whole texts instead of their beginnings. */
  readonly isFull: boolean;
}

const MAX_LINES = 12;
const MAX_CHARS = 1_000;
const MAX_THINKING_CHARS = 160;
/** No clock says a time as far away as this. */
const FAR_MS = 8e15;

/** A message for people: who said it and when, then what; what could command the terminal is written out. */
export const messageText = (
  message: ConversationMessage,
  { zone, isFull }: MessageTextOptions,
): string => {
  const { at, role, thread, agent_id, model, is_meta } = message;
  const who = [
    role,
    ...(model === null ? [] : [`(${model})`]),
    ...(is_meta ? ['(written by the client)'] : []),
    ...(thread === 'subagent' ? [`in subagent ${agent_id ?? 'unknown'}`] : []),
  ].join(' ');
  const head = escapeText(`${timeText(at, zone)}  ${who}`);
  const indent = thread === 'subagent' ? '    | ' : '    ';
  const body = message.parts.flatMap((part) => partLines(part, isFull));
  return `\n${[head, ...body.map((line) => `${indent}${line}`)].join('\n')}\n`;
};

const timeText = (at: string | null, zone: TimeZone): string => {
  const atMs = at === null ? Number.NaN : Date.parse(at);
  if (!(Math.abs(atMs) < FAR_MS)) return 'at an unknown time';
  return new Date(atMs + zone.offsetMsAt(atMs)).toISOString().slice(0, 19).replace('T', ' ');
};

const partLines = (part: MessagePart, isFull: boolean): readonly string[] => {
  switch (part.kind) {
    case 'text':
    case 'other':
      return shown('', part.text, isFull);
    case 'thinking':
      return isFull
        ? shown('~ thinking: ', part.text, true)
        : [`~ thinking: ${cut(oneLine(part.text), MAX_THINKING_CHARS)}`];
    case 'tool_use':
      return shown(`> ${part.tool ?? 'unknown tool'} `, JSON.stringify(part.input), isFull);
    case 'tool_result':
      return shown(part.is_error ? '< error: ' : '< ', part.text, isFull);
  }
};

/** Text line by line, each safe to show; unless all is wanted only its beginning, and how much there is more. */
const shown = (lead: string, text: string, isFull: boolean): readonly string[] => {
  const whole = `${lead}${text}`;
  const some = isFull ? whole : whole.slice(0, MAX_CHARS);
  const lines = some.split(/\r\n|\n/);
  const kept = isFull ? lines : lines.slice(0, MAX_LINES);
  const keptChars = kept.join('\n').length;
  const safe = kept.map((line) => escapeText(line.replaceAll('\t', '  ')));
  const left = isFull ? 0 : whole.replaceAll('\r\n', '\n').length - keptChars;
  return left > 0 ? [...safe, `... ${left} more characters`] : safe;
};

const oneLine = (text: string): string => escapeText(text.replaceAll(/\s+/g, ' ').trim());

const cut = (text: string, chars: number): string =>
  text.length <= chars ? text : `${text.slice(0, chars)}...`;
