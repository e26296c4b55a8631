import type { KeptCursor } from './kept-cursors.ts';

/** One joined API request as the store keeps it; ids of sessions, projects, models and origins are the store's own. */
export interface RequestRow {
  readonly key: string;
  readonly requestId: string | null;
  readonly session: number;
  readonly project: number;
  readonly model: number;
  /** Origin that the request is counted for. */
  readonly owner: number;
  /** Origin and line number of the line whose usage counts. */
  readonly origin: number;
  readonly line: number;
  readonly source: number;
  readonly requester: number;
  readonly agentId: string | null;
  readonly atMs: number;
  readonly endMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheCreation5mInputTokens: number;
  readonly cacheCreation1hInputTokens: number;
  readonly webSearchRequests: number;
  readonly thinkingTokens: number;
  readonly final: number;
  readonly costBasis: number;
  readonly inputNanoUsd: number;
  readonly outputNanoUsd: number;
  readonly cacheReadNanoUsd: number;
  readonly cacheCreationNanoUsd: number;
  readonly webSearchNanoUsd: number;
  /** JSON text of a `RequestDetail`, or null. */
  readonly detail: string | null;
  readonly revision: number;
}

/** One joined tool call as the store keeps it. */
export interface ToolCallRow {
  readonly key: string;
  readonly session: number;
  readonly project: number;
  readonly tool: number | null;
  readonly owner: number;
  readonly line: number;
  readonly source: number;
  readonly agentId: string | null;
  readonly requestKey: string | null;
  readonly atMs: number;
  readonly resultAtMs: number | null;
  readonly success: number | null;
  readonly errorClass: string | null;
  readonly durationMs: number | null;
  readonly durationSource: string | null;
  readonly inputBytes: number | null;
  readonly resultBytes: number | null;
  readonly file: number | null;
  readonly command: string | null;
  readonly planPath: string | null;
  readonly planEdit: string | null;
  readonly promptId: string | null;
  readonly linesAdded: number | null;
  readonly linesRemoved: number | null;
  readonly startedAgentId: string | null;
  /** Who told of the call and of its result, best first: see {@link PART_RANKS}; null while nobody did. */
  readonly callRank: number | null;
  readonly resultRank: number | null;
  /** Sum of the {@link SEEN_BY} of all sources that told of it. */
  readonly seen: number;
  /** Digest of the input as hooks give it. */
  readonly inputDigest: string | null;
  /** Key of the occurrence in which permission for this call was asked, and when. */
  readonly permissionKey: string | null;
  readonly askedAtMs: number | null;
  /** When the tool began to run, past any wait for permission, as hooks tell. */
  readonly startedAtMs: number | null;
  readonly revision: number;
}

/** One occurrence as the store keeps it. */
export interface OccurrenceRow {
  readonly key: string;
  readonly type: string;
  readonly category: string;
  readonly session: number;
  readonly project: number;
  readonly owner: number;
  readonly line: number;
  readonly source: number;
  readonly agentId: string | null;
  readonly atMs: number;
  readonly data: string;
  /** Scopes of the hooks that told of it, separated by commas. */
  readonly scopes: string | null;
  readonly revision: number;
}

/** What a permission request tells of the call it is for. */
export interface AskedCall {
  readonly session: number;
  readonly tool: number;
  readonly inputDigest: string;
  readonly agentId: string | null;
  readonly atMs: number;
}

/** A row together with its id. */
export interface Kept<R> {
  readonly id: number;
  readonly row: R;
}

/** Numbers of `cost_basis`, `requester` and `source` in the store. */
export const COST_BASES = ['list', 'reported', 'estimated', 'unpriced'] as const;
export const REQUESTERS = ['main', 'subagent', 'auxiliary'] as const;
export const SOURCES = ['transcript', 'hook', 'telemetry', 'custom'] as const;

/** Who told of a part of a tool call: the lower number counts. */
export const PART_RANKS = { transcript: 0, hook: 1, inferred: 2 } as const;

/** Bits of `seen`. */
export const SEEN_BY = { transcript: 1, hook: 2 } as const;

/** Numbers of `kind` in the event log; from `session` on they tell what only the archive is told. */
export const EVENT_KINDS = {
  request: 0,
  tool_call: 1,
  occurrence: 2,
  plan_event: 3,
  session: 4,
  plan: 5,
  origin: 6,
  copy: 7,
  collector: 8,
} as const;

/** Number that stands for the collector itself in the log. */
export const COLLECTOR_REF = 0;

/** A line of the log, as it was in the store that an archive was made of. */
export interface RestoredLine {
  readonly seq: number;
  readonly kind: number;
  readonly ref: number;
  readonly revision: number;
}

/** What a restored store takes over from the one that the archive was made of. */
export interface RestoredIdentity {
  /** Name of that store; null: it is a store of its own. */
  readonly storeId: string | null;
  /** Whether the archive is this store's own, so that it need not be archived again. */
  readonly isOwn: boolean;
  /** Seq up to which that store was archived, as the archive says. */
  readonly archivedSeq: number;
  /** Whether all that was ever archived of that store, and of no other, is there and sound. */
  readonly isWhole: boolean;
  /** How far exporters had got in the log of that store, which keeps its numbers. */
  readonly cursors?: readonly KeptCursor[];
  readonly nowMs: number;
}
