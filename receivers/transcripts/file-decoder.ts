import { createHash } from 'node:crypto';
import { Activity } from '../../src/records/activity.ts';
import type { OccurrenceRecord } from '../../src/records/occurrence.ts';
import type { MonitorRecord, Reject, RejectReason } from '../../src/records/record.ts';
import { addRequestLine, addToolUses, decodeApiError, isBilled } from './decode-assistant.ts';
import { decodeMetadata, isMetadata } from './decode-metadata.ts';
import { decodeQueued } from './decode-queued.ts';
import { decodePullRequest } from './decode-pull-request.ts';
import { addToolResults, decodePrompt } from './decode-user.ts';
import type { RequestDraft, ToolCallDraft } from './drafts.ts';
import { INVALID_JSON, JsonScanner, TOO_DEEP } from './json-scanner.ts';
import type { LineContext } from './line-context.ts';
import { HEAD_BYTES } from './read-content.ts';
import { LineFacts, NOT_AN_OBJECT, QUEUED_ATTACHMENT, readLine } from './read-line.ts';
import { INVALID_USAGE } from './read-usage.ts';
import { SessionFacts } from './session-facts.ts';
import { isId, transcriptPlace } from '../../src/records/transcript-path.ts';

/** What is remembered of a transcript between two readings. */
export interface Memory {
  readonly firstAtMs: number | null;
  readonly lastAtMs: number | null;
  readonly sessionId: string | null;
  readonly project: string;
  /** Prompt that is being worked on in the main conversation. */
  readonly promptId: string | null;
  /** Branch that a line named last. */
  readonly gitBranch: string | null;
}

/** Everything decoded since the last {@link FileDecoder.take}. */
export interface Decoded {
  readonly records: readonly MonitorRecord[];
  readonly rejects: readonly Reject[];
  readonly entries: ReadonlyMap<string, number>;
  readonly newestAtMs: number | null;
}

const REASONS: ReadonlyMap<unknown, RejectReason> = new Map<unknown, RejectReason>([
  [INVALID_JSON, 'invalid_json'],
  [TOO_DEEP, 'too_deep'],
  [INVALID_USAGE, 'invalid_usage'],
  [NOT_AN_OBJECT, 'not_an_object'],
]);
/** Titles, notes and figures are short; a longer line is no such thing. */
const MAX_METADATA_BYTES = 1024 * 1024;
const MAX_ENTRY_TYPES = 200;
const NEWLINE = 0x0a;
/**
 * Turns the lines of one transcript into records. Lines of one request, and a tool's call and result, become one record
 * each, as far as they were read together; the pipeline joins the rest.
 */
export class FileDecoder {
  readonly #json = new JsonScanner();
  readonly #line = new LineFacts();
  readonly #placeSession: string | null;
  readonly #placeAgent: string | null;
  readonly #fallbackAtMs: number;
  readonly #requests = new Map<string, RequestDraft>();
  readonly #toolCalls = new Map<string, ToolCallDraft>();
  readonly #facts = new SessionFacts();
  readonly #activities = new Map<string, Activity>();
  #occurrences: MonitorRecord[] = [];
  #rejects: Reject[] = [];
  #entries = new Map<string, number>();
  #firstAtMs: number | null;
  #lastAtMs: number | null;
  #newestAtMs: number | null = null;
  #sessionId: string | null;
  #project: string;
  #promptId: string | null;
  #gitBranch: string | null;
  #lines: number;
  #bytesToLine = 0;

  /** `fallbackAtMs`, the file's modification time, dates lines before the first that has a time of its own. */
  constructor(file: string, fallbackAtMs: number, memory: Memory | null, lines: number) {
    const place = transcriptPlace(file);
    this.#placeSession = place.sessionId;
    this.#placeAgent = place.agentId;
    this.#fallbackAtMs = fallbackAtMs;
    this.#firstAtMs = memory?.firstAtMs ?? null;
    this.#lastAtMs = memory?.lastAtMs ?? null;
    this.#sessionId = memory?.sessionId ?? null;
    this.#project = memory?.project ?? '';
    this.#promptId = memory?.promptId ?? null;
    this.#gitBranch = memory?.gitBranch ?? null;
    this.#lines = lines;
  }

  get lines(): number {
    return this.#lines;
  }

  get memory(): Memory {
    return {
      firstAtMs: this.#firstAtMs,
      lastAtMs: this.#lastAtMs,
      sessionId: this.#sessionId ?? this.#placeSession,
      project: this.#project,
      promptId: this.#promptId,
      gitBranch: this.#gitBranch,
    };
  }

  /** How many requests and tool calls wait to be taken. */
  get pending(): number {
    return this.#requests.size + this.#toolCalls.size + this.#occurrences.length;
  }

  /** Decodes the lines in [start, stop) of `bytes`; the last byte is a newline. `base` is the file offset of byte 0. */
  decode(bytes: Buffer, start: number, stop: number, base: number): void {
    this.#json.open(bytes);
    let at = start;
    if (base + start === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) at += 3;
    while (at < stop) {
      this.#lines += 1;
      this.#bytesToLine = base + at;
      at = this.#decodeLine(bytes, at) + 1;
    }
  }

  /** Counts a line that was too long to be looked at. */
  rejectLong(offsetBytes: number, lengthBytes: number): void {
    this.#lines += 1;
    this.#rejects.push({ reason: 'too_long', line: this.#lines, offsetBytes, lengthBytes });
  }

  /** Gives everything decoded so far and starts afresh. */
  take(): Decoded {
    const records: MonitorRecord[] = [...this.#requests.values()];
    for (const record of this.#toolCalls.values()) records.push(record);
    for (const record of this.#occurrences) records.push(record);
    records.push(...this.#facts.take());
    for (const [sessionId, activity] of this.#activities) {
      records.push({ kind: 'session_activity', sessionId, stretchesMs: activity.stretchesMs });
    }
    const decoded = {
      records,
      rejects: this.#rejects,
      entries: this.#entries,
      newestAtMs: this.#newestAtMs,
    };
    this.#requests.clear();
    this.#toolCalls.clear();
    this.#activities.clear();
    this.#occurrences = [];
    this.#rejects = [];
    this.#entries = new Map();
    return decoded;
  }

  /** Decodes the line that begins at `start` and returns where its newline is. */
  #decodeLine(bytes: Buffer, start: number): number {
    const json = this.#json;
    const line = this.#line;
    json.at = start;
    if (json.peek() === NEWLINE) return json.at;
    try {
      readLine(json, line, this.#firstAtMs !== null);
      if (!line.skipped) {
        this.#use(start);
        return json.at;
      }
      const end = bytes.indexOf(NEWLINE, json.at);
      if (!endsLikeAnObject(bytes, end)) throw INVALID_JSON;
      this.#countEntry(line);
      return end;
    } catch (error) {
      const reason = REASONS.get(error);
      if (reason === undefined) throw error;
      const end = bytes.indexOf(NEWLINE, start);
      this.#reject(reason, start, end);
      return end;
    }
  }

  #use(start: number): void {
    const line = this.#line;
    if (line.type === null) return this.#reject('missing_type', start, this.#json.at);
    const sessionId = this.#sessionOf(line);
    if (line.atMs !== null) {
      this.#firstAtMs ??= line.atMs;
      this.#lastAtMs = line.atMs;
      if (this.#newestAtMs === null || line.atMs > this.#newestAtMs) this.#newestAtMs = line.atMs;
    }
    const isConversation = line.type === 'assistant' || line.type === 'user';
    if (isConversation && !line.hasMessage)
      return this.#reject('invalid_field', start, this.#json.at);
    if (sessionId === null) {
      if (isConversation || isMetadata(line.type))
        this.#reject('missing_session', start, this.#json.at);
      else this.#countEntry(line);
      return;
    }
    this.#countEntry(line);
    this.#sessionId = sessionId;
    if (line.cwd !== null) this.#project = line.cwd;
    if (line.gitBranch !== null) this.#gitBranch = line.gitBranch;
    const agentId = isId(line.agentId) ? line.agentId : this.#placeAgent;
    const at: LineContext = {
      sessionId,
      project: this.#project,
      gitBranch: this.#gitBranch,
      agentId,
      isSidechain: line.isSidechain || agentId !== null,
      atMs: line.atMs ?? this.#lastAtMs ?? this.#fallbackAtMs,
      line: this.#lines,
      offsetBytes: this.#bytesToLine,
    };
    if (isConversation) this.#conversation(at, start);
    else if (line.attachment === QUEUED_ATTACHMENT)
      this.#occurrences.push(decodeQueued(line, at, this.#promptId, this.#lineId(start)));
    else if (isMetadata(line.type)) {
      if (this.#json.at - start > MAX_METADATA_BYTES) {
        this.#reject('too_long', start, this.#json.at);
        return;
      }
      const text = this.#json.bytes.toString('utf8', start, this.#json.at);
      for (const record of decodeMetadata(line.type, text, at, this.#lineId(start)))
        this.#keep(record);
    }
  }

  /** Session that a line names; where it names none, the one of the file or of the line before. */
  #sessionOf({ sessionId }: LineFacts): string | null {
    if (sessionId !== null && (sessionId === this.#sessionId || isId(sessionId))) return sessionId;
    return this.#placeSession ?? this.#sessionId;
  }

  #conversation(at: LineContext, start: number): void {
    const line = this.#line;
    this.#facts.note(line, at);
    if (line.atMs !== null) this.#activity(at.sessionId).add(line.atMs);
    if (line.type === 'assistant') {
      if (line.isApiError) this.#occurrences.push(decodeApiError(line, at, this.#lineId(start)));
      const lineId = line.messageId === null ? this.#lineId(start) : '';
      const draft = isBilled(line) ? addRequestLine(line, at, lineId, this.#requests) : null;
      if (line.content.toolUses.length > 0)
        addToolUses(line, at, draft?.key ?? null, this.#toolCalls);
      return;
    }
    if (line.promptId !== null && at.agentId === null) this.#promptId = line.promptId;
    if (line.content.toolResults.length > 0) {
      addToolResults(line, at, this.#toolCalls, this.#json);
      const pullRequest = decodePullRequest(line, at);
      if (pullRequest !== null) this.#occurrences.push(pullRequest);
    } else if (line.content.blocks > 0) {
      const head = this.#json.textOf(line.content.head, HEAD_BYTES);
      const occurrence: OccurrenceRecord | null = decodePrompt(line, at, head, this.#lineId(start));
      if (occurrence !== null) this.#occurrences.push(occurrence);
    }
  }

  /** Identity of a line: its uuid, which copies keep, else a digest of its bytes. */
  #lineId(start: number): string {
    const { forkedFrom, uuid } = this.#line;
    if (forkedFrom !== null) return forkedFrom;
    if (uuid !== null) return this.#json.textOf(uuid, 200);
    return createHash('sha256')
      .update(this.#json.bytes.subarray(start, this.#json.at))
      .digest('hex')
      .slice(0, 32);
  }

  #keep(record: MonitorRecord): void {
    if (record.kind === 'session_fact') this.#facts.keep(record);
    else this.#occurrences.push(record);
  }

  #activity(sessionId: string): Activity {
    const known = this.#activities.get(sessionId);
    if (known !== undefined) return known;
    const activity = new Activity();
    this.#activities.set(sessionId, activity);
    return activity;
  }

  #countEntry(line: LineFacts): void {
    const type = line.type ?? 'attachment';
    const label = line.attachment === null ? type : `attachment/${line.attachment}`;
    const known = this.#entries.get(label);
    if (known !== undefined) this.#entries.set(label, known + 1);
    else if (this.#entries.size < MAX_ENTRY_TYPES) this.#entries.set(label, 1);
    else this.#entries.set('other', (this.#entries.get('other') ?? 0) + 1);
  }

  #reject(reason: RejectReason, start: number, end: number): void {
    const offsetBytes = this.#bytesToLine;
    this.#rejects.push({ reason, line: this.#lines, offsetBytes, lengthBytes: end - start });
  }
}

const endsLikeAnObject = (bytes: Buffer, newline: number): boolean => {
  let at = newline - 1;
  while (bytes[at] === 0x0d || bytes[at] === 0x20) at -= 1;
  return bytes[at] === 0x7d;
};
