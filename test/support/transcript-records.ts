import assert from 'node:assert/strict';
import { FileDecoder } from '../../receivers/transcripts/file-decoder.ts';
import { textMemory } from '../../receivers/transcripts/string-end.ts';
import type { ApiRequestRecord } from '../../src/records/api-request.ts';
import type { OccurrenceRecord, OccurrenceType } from '../../src/records/occurrence.ts';
import type { MonitorRecord, Reject } from '../../src/records/record.ts';
import type { SessionFactRecord } from '../../src/records/session.ts';
import type { ToolCallRecord } from '../../src/records/tool-call.ts';
import { jsonl, type Line, SESSION, START_MS } from './transcript-lines.ts';

export const TRANSCRIPT_PATH = `/claude/projects/-home-dev-project/${SESSION}.jsonl`;

/** What came of a transcript's text, by kind. */
export interface DecodedText {
  readonly records: readonly MonitorRecord[];
  readonly requests: readonly ApiRequestRecord[];
  readonly toolCalls: readonly ToolCallRecord[];
  readonly occurrences: readonly OccurrenceRecord[];
  readonly facts: Readonly<Record<string, string>>;
  readonly rejects: readonly Reject[];
  readonly entries: Readonly<Record<string, number>>;
  readonly lines: number;
}

/**
 * Decodes the text of one whole transcript: once where files are read to, and once in a buffer of its own, as long lines
 * are. Both must give the same.
 */
export const decodeText = (text: string | Buffer, file = TRANSCRIPT_PATH): DecodedText => {
  const bytes = Buffer.from(text);
  const alone = decodeBytes(bytes, bytes.length, file);
  if (bytes.length > textMemory.length) return alone;
  textMemory.set(bytes);
  const shared = decodeBytes(textMemory, bytes.length, file);
  assert.deepEqual(shared, alone);
  return shared;
};

const decodeBytes = (bytes: Buffer, length: number, file: string): DecodedText => {
  const decoder = new FileDecoder(file, START_MS, null, 0);
  decoder.decode(bytes, 0, length, 0);
  const { records, rejects, entries } = decoder.take();
  return {
    records,
    requests: ofKind(records, 'api_request'),
    toolCalls: ofKind(records, 'tool_call'),
    occurrences: ofKind(records, 'occurrence'),
    facts: Object.fromEntries(
      ofKind(records, 'session_fact').map(({ name, value }: SessionFactRecord) => [name, value]),
    ),
    rejects,
    entries: Object.fromEntries(entries),
    lines: decoder.lines,
  };
};

/** Decodes lines, each an object or the text of one. */
export const decodeLines = (...lines: readonly (Line | string)[]): DecodedText =>
  decodeText(jsonl(...lines));

/** The one request that the lines tell of. */
export const decodeRequest = (...lines: readonly (Line | string)[]): ApiRequestRecord =>
  only(decodeLines(...lines).requests);

/** The one tool call that the lines tell of. */
export const decodeToolCall = (...lines: readonly (Line | string)[]): ToolCallRecord =>
  only(decodeLines(...lines).toolCalls);

/** Data of the occurrences of one type that the lines tell of. */
export const decodeOccurrences = (
  type: OccurrenceType,
  ...lines: readonly (Line | string)[]
): readonly Line[] =>
  decodeLines(...lines)
    .occurrences.filter((occurrence) => occurrence.type === type)
    .map(({ data }) => JSON.parse(data) as Line);

const only = <T>(items: readonly T[]): T => {
  const [item] = items;
  if (item === undefined || items.length > 1) throw new Error(`${items.length} where one is due`);
  return item;
};

const ofKind = <K extends MonitorRecord['kind']>(
  records: readonly MonitorRecord[],
  kind: K,
): readonly Extract<MonitorRecord, { kind: K }>[] =>
  records.filter((record): record is Extract<MonitorRecord, { kind: K }> => record.kind === kind);
