/** What a line of the log does not say of its request or call, because it stands elsewhere in the store. */
import type { Database } from 'better-sqlite3';
import { EVENT_KINDS } from '../store/rows.ts';

/** What a request used, over all its parts: those of other models that worked on it included. */
export interface WholeUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheCreation5mInputTokens: number;
  readonly cacheCreation1hInputTokens: number;
  readonly webSearchRequests: number;
}

/** What stood around a request in its session. */
export interface RequestFacts {
  /** Null where the request has no other parts than what its line says. */
  readonly wholeUsage: WholeUsage | null;
  readonly askedForTools: boolean;
  /** Calls of the session before it, as far as they are known; those that name a file; and how many files these are. */
  readonly earlierCalls: number;
  readonly earlierFileCalls: number;
  readonly earlierFiles: number;
}

/** Facts by the seq of their line; a line that is none of a request or call has none. */
export interface LogFacts {
  readonly requests: ReadonlyMap<number, RequestFacts>;
  /** Lines of calls whose file the session had named before. */
  readonly repeatedFiles: ReadonlySet<number>;
}

interface RequestLine {
  readonly seq: number;
  readonly key: string;
  readonly session: number;
  readonly at_ms: number;
  readonly end_ms: number;
  readonly parts: string | null;
}

interface CallLine {
  readonly seq: number;
  readonly id: number;
  readonly session: number;
  readonly at_ms: number;
}

interface Call {
  readonly id: number;
  readonly at_ms: number;
  readonly file: number | null;
  readonly request_key: string | null;
}

/** Hooks may tell of a call a little after the last line of the response that asked for it. */
const AFTER_RESPONSE_MS = 60_000;

const lines = (kind: number): string =>
  `(SELECT seq, ref FROM event WHERE kind = ${kind} AND seq BETWEEN ? AND ?) x`;

const REQUEST_LINES = `SELECT x.seq, r.key, r.session, r.at_ms, r.end_ms, r.detail -> '$.parts' AS parts
  FROM ${lines(EVENT_KINDS.request)} CROSS JOIN request r ON r.id = x.ref ORDER BY r.at_ms, r.id`;

const CALL_LINES = `SELECT x.seq, c.id, c.session, c.at_ms
  FROM ${lines(EVENT_KINDS.tool_call)} CROSS JOIN tool_call c ON c.id = x.ref WHERE c.file IS NOT NULL`;

/** Reads what belongs to the lines from one seq to another, both included. */
export const logFacts = (db: Database, fromSeq: number, toSeq: number): LogFacts => {
  const requestLines = db.prepare<[number, number], RequestLine>(REQUEST_LINES).all(fromSeq, toSeq);
  const callLines = db.prepare<[number, number], CallLine>(CALL_LINES).all(fromSeq, toSeq);
  const requests = new Map<number, RequestFacts>();
  const repeatedFiles = new Set<number>();
  const bySession = Map.groupBy(requestLines, ({ session }) => session);
  const callsBySession = Map.groupBy(callLines, ({ session }) => session);
  const calls = db.prepare<[number, number], Call>(
    `SELECT id, at_ms, file, request_key FROM tool_call WHERE session = ? AND at_ms <= ? ORDER BY at_ms, id`,
  );
  for (const session of new Set([...bySession.keys(), ...callsBySession.keys()])) {
    const asked = bySession.get(session) ?? [];
    const named = callsBySession.get(session) ?? [];
    const walk = walkSession(asked, named);
    for (const call of calls.iterate(session, walk.untilMs)) walk.pass(call);
    walk.end({ requests, repeatedFiles });
  }
  return { requests, repeatedFiles };
};

/** One walk over a session's calls in order of time, past the requests and calls that are asked about. */
const walkSession = (asked: readonly RequestLine[], named: readonly CallLine[]) => {
  const ends = [...asked.map(({ end_ms }) => end_ms + AFTER_RESPONSE_MS), ...named.map(atMs)];
  const wanted = new Map(named.map(({ id, seq }) => [id, seq]));
  const keys = new Set(asked.map(({ key }) => key));
  const withTools = new Set<string>();
  const files = new Set<number>();
  const repeated: number[] = [];
  const before: Pick<RequestFacts, 'earlierCalls' | 'earlierFileCalls' | 'earlierFiles'>[] = [];
  let calls = 0;
  let fileCalls = 0;
  const reach = (untilMs: number): void => {
    while (before.length < asked.length && asked[before.length]!.at_ms <= untilMs)
      before.push({
        earlierCalls: calls,
        earlierFileCalls: fileCalls,
        earlierFiles: files.size,
      });
  };
  const pass = ({ id, at_ms, file, request_key }: Call): void => {
    reach(at_ms);
    if (request_key !== null && keys.has(request_key)) withTools.add(request_key);
    calls += 1;
    if (file === null) return;
    fileCalls += 1;
    const seq = wanted.get(id);
    if (seq !== undefined && files.has(file)) repeated.push(seq);
    files.add(file);
  };
  const end = (into: {
    readonly requests: Map<number, RequestFacts>;
    readonly repeatedFiles: Set<number>;
  }): void => {
    reach(Infinity);
    asked.forEach(({ seq, key, parts }, index) =>
      into.requests.set(seq, {
        wholeUsage: parts === null ? null : wholeUsage(parts),
        askedForTools: withTools.has(key),
        ...before[index]!,
      }),
    );
    for (const seq of repeated) into.repeatedFiles.add(seq);
  };
  return { untilMs: ends.reduce((latest, ms) => Math.max(latest, ms), 0), pass, end };
};

const atMs = ({ at_ms }: CallLine): number => at_ms;

const wholeUsage = (parts: string): WholeUsage => {
  const tokens = (JSON.parse(parts) as readonly { readonly tokens: WholeUsage }[]).map(
    (part) => part.tokens,
  );
  const sum = (field: keyof WholeUsage): number =>
    tokens.reduce((total, part) => total + part[field], 0);
  return {
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    cacheReadInputTokens: sum('cacheReadInputTokens'),
    cacheCreation5mInputTokens: sum('cacheCreation5mInputTokens'),
    cacheCreation1hInputTokens: sum('cacheCreation1hInputTokens'),
    webSearchRequests: sum('webSearchRequests'),
  };
};
