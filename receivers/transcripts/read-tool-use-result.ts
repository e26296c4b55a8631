import { MANIFEST_NAME } from '../../src/records/plan-edit.ts';
import { Fields, readObject } from './fields.ts';
import type { JsonScanner, StringPlace } from './json-scanner.ts';
import { HEAD_BYTES } from './read-content.ts';
import { RecentText } from './recent-text.ts';

/** A pull request in what the client noted of a command. */
export interface PullRequestFacts {
  url: string | null;
  number: number | null;
  action: string | null;
}

/** What the client itself noted of a tool's result (`toolUseResult`), as far as it is used. */
export class ToolUseResultFacts {
  durationMs: number | null = null;
  agentId: string | null = null;
  interrupted = false;
  linesAdded: number | null = null;
  linesRemoved: number | null = null;
  /** Beginning of the text where the result is one: an error or a refusal. */
  head = '';
  kind: string | null = null;
  content: StringPlace | null = null;
  /** File that was written, where its name is that of a manifest; '' where it is another, null where none is named. */
  writtenFile: string | null = null;
  /** Where the patch of that file begins in the line. */
  patchAt: number | null = null;
  /** Pull request that a command worked on. */
  pullRequest: PullRequestFacts | null = null;

  clear(): void {
    this.durationMs =
      this.agentId =
      this.linesAdded =
      this.linesRemoved =
      this.kind =
      this.content =
      this.writtenFile =
      this.patchAt =
      this.pullRequest =
        null;
    this.interrupted = false;
    this.head = '';
  }
}

const resultKind = new RecentText(64);
/** Longer than any tool runs. */
const MAX_DURATION_MS = 1e12;

const duration = (json: JsonScanner, result: ToolUseResultFacts, unitMs: number): void => {
  const value = json.numberOrNull();
  if (value === null || value < 0 || value * unitMs > MAX_DURATION_MS) return;
  result.durationMs = Math.round(value * unitMs);
};

const RESULT = new Fields<ToolUseResultFacts>({
  durationMs: (json, result) => duration(json, result, 1),
  totalDurationMs: (json, result) => duration(json, result, 1),
  durationSeconds: (json, result) => duration(json, result, 1000),
  agentId: (json, result) => void (result.agentId = json.stringOrNull(200)),
  interrupted: (json, result) => void (result.interrupted = json.booleanOrNull() === true),
  type: (json, result) => void (result.kind = resultKind.read(json)),
  filePath: (json, result) => {
    if (json.peek() !== 0x22) return json.skipValue();
    json.readString();
    result.writtenFile = isManifestName(json) ? json.text() : '';
  },
  structuredPatch: (json, result) => readPatch(json, result),
  gitOperation: (json, result) => void readObject(json, GIT_OPERATION, result),
  content: (json, result) => {
    if (json.peek() !== 0x22) return json.skipValue();
    json.readString();
    result.content = { start: json.start, stop: json.stop, escaped: json.escaped };
  },
});

const GIT_OPERATION = new Fields<ToolUseResultFacts>({
  pr: (json, result) => {
    const facts: PullRequestFacts = { url: null, number: null, action: null };
    if (readObject(json, PULL_REQUEST, facts)) result.pullRequest = facts;
  },
});

const PULL_REQUEST = new Fields<PullRequestFacts>({
  url: (json, facts) => void (facts.url = json.stringOrNull()),
  number: (json, facts) => void (facts.number = json.numberOrNull()),
  action: (json, facts) => void (facts.action = json.stringOrNull(64)),
});

const HUNK = new Fields<ToolUseResultFacts>({
  lines: (json, result) => {
    if (!json.enterArray()) return;
    while (json.nextElement()) {
      if (json.peek() !== 0x22) {
        json.skipValue();
        continue;
      }
      json.readString();
      const mark = json.bytes[json.start];
      if (json.stop === json.start) continue;
      if (mark === 0x2b) result.linesAdded = (result.linesAdded ?? 0) + 1;
      if (mark === 0x2d) result.linesRemoved = (result.linesRemoved ?? 0) + 1;
    }
  },
});

const MANIFEST = Buffer.from(MANIFEST_NAME);

/** Whether the path read last ends like that of a manifest: no other needs to become a string. */
const isManifestName = ({ bytes, start, stop }: JsonScanner): boolean =>
  stop - start >= MANIFEST.length &&
  MANIFEST.every((byte, index) => bytes[stop - MANIFEST.length + index] === byte);

const readPatch = (json: JsonScanner, result: ToolUseResultFacts): void => {
  result.patchAt = json.at;
  if (!json.enterArray()) return;
  result.linesAdded ??= 0;
  result.linesRemoved ??= 0;
  while (json.nextElement()) readObject(json, HUNK, result);
};

/** Reads `toolUseResult`, which may be an object, a text or a list, at the scanner's place. */
export const readToolUseResult = (json: JsonScanner, result: ToolUseResultFacts): void => {
  if (json.peek() === 0x22) {
    json.readString();
    result.head = json.text(HEAD_BYTES);
    return;
  }
  if (!readObject(json, RESULT, result)) return;
  // A file that was created has an empty patch: all its lines are new.
  if (result.kind === 'create' && result.content !== null)
    result.linesAdded = countLines(json.bytes, result.content);
};

/** Lines of a text that stands in JSON: a last one without a newline counts too. */
const countLines = (bytes: Uint8Array, { start, stop }: StringPlace): number => {
  let lines = 0;
  let isOpen = false;
  for (let at = start; at < stop; at++) {
    isOpen = true;
    if (bytes[at] !== 0x5c) continue;
    at += 1;
    if (bytes[at] !== 0x6e) continue;
    lines += 1;
    isOpen = false;
  }
  return isOpen ? lines + 1 : lines;
};
