import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { createIngest } from '../../src/pipeline/ingest.ts';
import { createPricer } from '../../src/pricing/price.ts';
import { builtInPriceTable } from '../../src/pricing/table.ts';
import type { ApiRequestRecord } from '../../src/records/api-request.ts';
import type { OccurrenceRecord } from '../../src/records/occurrence.ts';
import type { Batch, MonitorRecord, Origin } from '../../src/records/record.ts';
import type { ToolCallRecord } from '../../src/records/tool-call.ts';
import { openStore } from '../../src/store/open.ts';
import type { Committed } from '../../src/store/store.ts';
import { WriteStore } from '../../src/store/write-store.ts';

/** A real store in a folder of its own, and the way into it. */
export interface IngestFixture {
  /** Folder that the store lies in. */
  readonly home: string;
  readonly store: WriteStore;
  readonly db: Database;
  readonly commit: (...batches: readonly Batch[]) => Committed;
  /** Works out what belongs to every plan of which something changed. */
  readonly recountPlans: () => void;
  /** The same for some of them; false where there are no others. */
  readonly recountSome: () => boolean;
  /** Closes the store as a crash would leave it, and opens it again. */
  readonly reopen: () => void;
  readonly remove: () => void;
}

/** Makes an empty store. */
export const createIngestFixture = (): IngestFixture => {
  const home = mkdtempSync(join(tmpdir(), 'hall-monitor-ingest-'));
  const pricer = createPricer(builtInPriceTable);
  const open = () => {
    const store = new WriteStore(openStore(home));
    return { store, ingest: createIngest({ store, pricer, now: () => 1 }) };
  };
  let { store, ingest } = open();
  return {
    home,
    get store() {
      return store;
    },
    get db() {
      return store.db;
    },
    commit: (...batches) => ingest.commit(batches),
    recountSome: () => ingest.recountPlans(),
    recountPlans: () => {
      while (ingest.recountPlans());
    },
    reopen: () => {
      ingest.close();
      ({ store, ingest } = open());
    },
    remove: () => {
      ingest.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
};

export const AT_MS = Date.UTC(2026, 0, 5, 12);

/** A plain request; what a test does not state is small and unremarkable. */
export const request = (stated: Partial<ApiRequestRecord> = {}): ApiRequestRecord => ({
  kind: 'api_request',
  key: 'msg_1',
  messageId: stated.key ?? 'msg_1',
  requestId: 'req_1',
  sessionId: 'session-1',
  project: '/home/dev/one',
  requester: 'main',
  agentId: null,
  model: 'claude-opus-4-5',
  atMs: AT_MS,
  endMs: AT_MS,
  stopReason: 'end_turn',
  final: true,
  refusedBeforeOutput: false,
  reportedCostUsd: null,
  effort: null,
  line: 1,
  offsetBytes: 0,
  inputTokens: 10,
  outputTokens: 20,
  cacheReadInputTokens: 300,
  cacheCreation5mInputTokens: 0,
  cacheCreation1hInputTokens: 40,
  webSearchRequests: 0,
  thinkingTokens: 0,
  speed: 'standard',
  inferenceGeo: null,
  serviceTier: 'standard',
  iterations: [],
  ...stated,
});

/** A tool call with its result. */
export const toolCall = (stated: Partial<ToolCallRecord> = {}): ToolCallRecord => ({
  kind: 'tool_call',
  key: 'toolu_1',
  toolUseId: stated.key ?? 'toolu_1',
  sessionId: 'session-1',
  project: '/home/dev/one',
  agentId: null,
  tool: 'Read',
  requestKey: 'msg_1',
  callAtMs: AT_MS,
  resultAtMs: AT_MS + 500,
  success: true,
  errorClass: null,
  durationMs: null,
  durationSource: null,
  inputBytes: 30,
  resultBytes: 400,
  filePath: '/home/dev/one/a.ts',
  command: null,
  planPath: null,
  planEdit: null,
  linesAdded: null,
  linesRemoved: null,
  startedAgentId: null,
  line: 2,
  offsetBytes: 100,
  ...stated,
});

/** Only the call of a tool call. */
export const call = (stated: Partial<ToolCallRecord> = {}): ToolCallRecord =>
  toolCall({ resultAtMs: null, success: null, resultBytes: null, ...stated });

/** Only the result of a tool call. */
export const result = (stated: Partial<ToolCallRecord> = {}): ToolCallRecord =>
  toolCall({
    tool: null,
    requestKey: null,
    callAtMs: null,
    inputBytes: null,
    filePath: null,
    ...stated,
  });

export const prompt = (stated: Partial<OccurrenceRecord> = {}): OccurrenceRecord => ({
  kind: 'occurrence',
  key: 'prompt:1',
  type: 'user_prompt',
  category: 'user',
  sessionId: 'session-1',
  project: '/home/dev/one',
  agentId: null,
  atMs: AT_MS,
  data: '{"prompt_bytes":5}',
  line: 1,
  offsetBytes: 0,
  ...stated,
});

/** A batch of one transcript. */
export const batch = (records: readonly MonitorRecord[], origin: Partial<Origin> = {}): Batch => ({
  source: 'transcript',
  origin: { path: '/claude/projects/one/a.jsonl', firstAtMs: AT_MS, writtenAtMs: AT_MS, ...origin },
  records,
  rejects: [],
  entries: new Map(),
  newestAtMs: AT_MS,
});
