import { type FieldReader, Fields, readObject } from './fields.ts';
import { INVALID_JSON, type JsonScanner, type StringPlace } from './json-scanner.ts';
import { LastText } from './last-text.ts';
import { ContentFacts, readContent } from './read-content.ts';
import { readToolUseResult, ToolUseResultFacts } from './read-tool-use-result.ts';
import { readUsage, UsageFacts } from './read-usage.ts';
import { RecentText } from './recent-text.ts';
import { type SessionFacts, SessionRun, type SessionRunFacts } from './session-run.ts';
import { readTimestamp } from './timestamp.ts';
/** Types of line that carry something we use; every other is only counted. */
const USED_TYPES: ReadonlySet<string> = new Set([
  'user',
  'assistant',
  'system',
  'pr-link',
  'ai-title',
  'custom-title',
  'summary',
  'agent-name',
  'permission-mode',
  'cost-state',
]);

/** Attachments that are large and carry nothing we use. */
const HEAVY_ATTACHMENTS: ReadonlySet<string> = new Set(['prompt_snapshot']);

/** Type of the one attachment that tells of something that happened. */
export const QUEUED_ATTACHMENT = 'queued_command';

/** One line of a transcript as it stands there. The same object is filled anew for every line. */
export class LineFacts implements SessionFacts {
  type: string | null = null;
  /** Type of an attachment, where the line is one. */
  attachment: string | null = null;
  /** What was queued while the agent worked: a `prompt`, or something of the client's own. */
  commandMode: string | null = null;
  /** Whether a line that carries nothing we use may be left unread. */
  maySkip = false;
  /** True where the rest of the line was not looked at, because nothing in it is used. */
  skipped = false;
  atMs: number | null = null;
  sessionId: string | null = null;
  agentId: string | null = null;
  cwd: string | null = null;
  version: string | null = null;
  gitBranch: string | null = null;
  userType: string | null = null;
  entrypoint: string | null = null;
  sessionKind: string | null = null;
  permissionMode: string | null = null;
  isSidechain = false;
  isMeta = false;
  isCompactSummary = false;
  isApiError = false;
  errorCode: string | null = null;
  errorStatus: number | null = null;
  uuid: StringPlace | null = null;
  /** The line that this one is a copy of, where a fork gave it a new uuid. */
  forkedFrom: string | null = null;
  promptId: string | null = null;
  promptSource: string | null = null;
  originKind: string | null = null;
  toolDenialKind: string | null = null;
  requestId: string | null = null;
  costUsd: number | null = null;
  effort: string | null = null;
  hasMessage = false;
  messageId: string | null = null;
  model: string | null = null;
  stopReason: string | null = null;
  readonly usage = new UsageFacts();
  readonly content = new ContentFacts();
  readonly result = new ToolUseResultFacts();
  /** Runs of session facts, each under the number of its first key. */
  readonly runs: SessionRun[] = SESSION_READERS.map(() => new SessionRun());

  clear(): void {
    this.type =
      this.commandMode =
      this.attachment =
      this.sessionId =
      this.agentId =
      this.cwd =
      this.version =
        null;
    this.gitBranch =
      this.userType =
      this.entrypoint =
      this.sessionKind =
      this.permissionMode =
        null;
    this.errorCode = this.messageId = this.promptId = this.promptSource = this.originKind = null;
    this.requestId =
      this.toolDenialKind =
      this.forkedFrom =
      this.effort =
      this.model =
      this.stopReason =
        null;
    this.atMs = this.errorStatus = this.costUsd = null;
    this.uuid = null;
    this.skipped =
      this.isSidechain =
      this.isMeta =
      this.isCompactSummary =
      this.isApiError =
      this.hasMessage =
        false;
    this.usage.present = false;
    this.content.clear();
    this.result.clear();
  }
}

const QUOTE = 0x22;

const recent = {
  type: new RecentText(64),
  session: new RecentText(200),
  agent: new RecentText(200),
  cwd: new RecentText(4096),
  version: new RecentText(64),
  branch: new RecentText(512),
  userType: new RecentText(64),
  entrypoint: new RecentText(64),
  sessionKind: new RecentText(64),
  permissionMode: new RecentText(64),
  promptId: new RecentText(200),
  messageId: new LastText(200),
  requestId: new LastText(200),
  model: new RecentText(200),
  stopReason: new RecentText(64),
};

const place = (json: JsonScanner): StringPlace | null => {
  if (json.peek() !== QUOTE) {
    json.skipValue();
    return null;
  }
  json.readString();
  return { start: json.start, stop: json.stop, escaped: json.escaped };
};

const MESSAGE = new Fields<LineFacts>({
  id: (json, line) => void (line.messageId = recent.messageId.read(json)),
  model: (json, line) => void (line.model = recent.model.read(json)),
  stop_reason: (json, line) => void (line.stopReason = recent.stopReason.read(json)),
  usage: (json, line) => readUsage(json, line.usage),
  content: (json, line) => readContent(json, line.content),
});
const ATTACHMENT = new Fields<LineFacts>({
  type: (json, line) => void (line.attachment = recent.type.read(json)),
  commandMode: (json, line) => void (line.commandMode = json.stringOrNull(64)),
});
/** Number of the one key of an attachment that is used. */
const TYPE_ONLY = 0;
const FORKED_FROM = new Fields<LineFacts>({
  messageUuid: (json, line) => void (line.forkedFrom = json.stringOrNull(200)),
});
const ORIGIN = new Fields<LineFacts>({
  kind: (json, line) => void (line.originKind = json.stringOrNull(64)),
});

const SESSION: Readonly<Record<keyof SessionFacts, FieldReader<SessionRunFacts>>> = {
  sessionId: (json, facts) => void (facts.sessionId = recent.session.read(json)),
  agentId: (json, facts) => void (facts.agentId = recent.agent.read(json)),
  cwd: (json, facts) => void (facts.cwd = recent.cwd.read(json)),
  version: (json, facts) => void (facts.version = recent.version.read(json)),
  gitBranch: (json, facts) => void (facts.gitBranch = recent.branch.read(json)),
  userType: (json, facts) => void (facts.userType = recent.userType.read(json)),
  entrypoint: (json, facts) => void (facts.entrypoint = recent.entrypoint.read(json)),
  sessionKind: (json, facts) => void (facts.sessionKind = recent.sessionKind.read(json)),
};
const SESSION_READERS = Object.values(SESSION);

const LINE = new Fields<LineFacts>({
  // First, so that their numbers are those of SESSION_READERS.
  ...SESSION,
  type: (json, line) => void (line.type = recent.type.read(json)),
  attachment: (json, line) => readAttachment(json, line),
  timestamp: (json, line) => void (line.atMs = readTimestamp(json)),
  permissionMode: (json, line) => void (line.permissionMode = recent.permissionMode.read(json)),
  isSidechain: (json, line) => void (line.isSidechain = json.booleanOrNull() === true),
  isMeta: (json, line) => void (line.isMeta = json.booleanOrNull() === true),
  isCompactSummary: (json, line) => void (line.isCompactSummary = json.booleanOrNull() === true),
  isApiErrorMessage: (json, line) => void (line.isApiError = json.booleanOrNull() === true),
  error: (json, line) => void (line.errorCode = json.stringOrNull(64)),
  apiErrorStatus: (json, line) => void (line.errorStatus = json.numberOrNull()),
  uuid: (json, line) => void (line.uuid = place(json)),
  promptId: (json, line) => void (line.promptId = recent.promptId.read(json)),
  promptSource: (json, line) => void (line.promptSource = json.stringOrNull(64)),
  origin: (json, line) => void readObject(json, ORIGIN, line),
  forkedFrom: (json, line) => void readObject(json, FORKED_FROM, line),
  toolDenialKind: (json, line) => void (line.toolDenialKind = json.stringOrNull(64)),
  requestId: (json, line) => void (line.requestId = recent.requestId.read(json)),
  costUSD: (json, line) => void (line.costUsd = json.numberOrNull()),
  effort: (json, line) => void (line.effort = json.stringOrNull(64)),
  message: (json, line) => void (line.hasMessage = readObject(json, MESSAGE, line)),
  toolUseResult: (json, line) => readToolUseResult(json, line.result),
});

/** Reads the attachment's type; of a heavy one that may be skipped that alone, as it comes first. */
const readAttachment = (json: JsonScanner, line: LineFacts): void => {
  const before = json.at;
  if (line.maySkip && json.enterObject() && ATTACHMENT.next(json, -1) === TYPE_ONLY) {
    line.attachment = recent.type.read(json);
    if (line.attachment !== null && HEAVY_ATTACHMENTS.has(line.attachment)) {
      line.skipped = true;
      return;
    }
  }
  json.at = before;
  readObject(json, ATTACHMENT, line);
};

/** The line is JSON, but no object. */
export const NOT_AN_OBJECT = new Error('not an object');

/**
 * Reads the line at the scanner's place into `line`, up to its newline.
 *
 * With `maySkip`, a line of a type that carries nothing we use is left at once, unchecked: prompt snapshots and request
 * shapes are most of a transcript's bytes. Throws INVALID_JSON, TOO_DEEP, INVALID_USAGE or NOT_AN_OBJECT.
 */
export const readLine = (json: JsonScanner, line: LineFacts, maySkip: boolean): void => {
  line.clear();
  line.maySkip = maySkip;
  if (json.peek() !== 0x7b) {
    json.skipValue();
    throw json.peek() === 0x0a ? NOT_AN_OBJECT : INVALID_JSON;
  }
  json.enterObject();
  let key = LINE.next(json, -1);
  while (key >= 0) {
    if (key < SESSION_READERS.length) {
      key = readSessionRun(json, line, key);
      continue;
    }
    const reader = LINE.readers[key];
    if (reader === undefined) json.skipValue();
    else reader(json, line);
    if (maySkip && line.type !== null && !isUsed(line)) line.skipped = true;
    if (line.skipped) return;
    key = LINE.next(json, key);
  }
  if (json.peek() !== 0x0a) throw INVALID_JSON;
};

/** Whether there is anything in the rest of a line that is used. */
const isUsed = ({ type, attachment }: LineFacts): boolean =>
  USED_TYPES.has(type!) ||
  attachment === QUEUED_ATTACHMENT ||
  // Which attachment it is may stand further on.
  (type === 'attachment' && attachment === null);

/** Reads the session facts from the value of the key `first` on; returns the number of the key after them. */
const readSessionRun = (json: JsonScanner, line: LineFacts, first: number): number => {
  const run = line.runs[first]!;
  let key = first;
  if (run.stepOver(json)) key = LINE.next(json, run.lastKey);
  else {
    const start = json.at;
    let stop = start;
    while (key >= 0 && key < SESSION_READERS.length) {
      SESSION_READERS[key]!(json, run);
      run.lastKey = key;
      stop = json.at;
      key = LINE.next(json, key);
    }
    // A number might go on where the run ends.
    if (json.bytes[stop - 1] === QUOTE) run.remember(json, start, stop);
  }
  run.copyTo(line);
  return key;
};
