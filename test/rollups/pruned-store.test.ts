import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainSession } from '../../src/rollups/explain-session.ts';
import { isLeftRequest } from '../../src/rollups/left-request.ts';
import { metricTotals } from '../../src/rollups/metric-totals.ts';
import { report, REPORT_KINDS, type ReportKind } from '../../src/rollups/report.ts';
import { sessionAgents } from '../../src/rollups/session-agents.ts';
import { listSessions } from '../../src/rollups/sessions.ts';
import {
  AT_MS,
  batch,
  createIngestFixture,
  type IngestFixture,
  prompt,
  request,
  toolCall,
} from '../pipeline/ingest-fixture.ts';

const HOUR_MS = 3_600_000;
const VIEW = { timezone: 'UTC', nowMs: AT_MS + 100 * HOUR_MS };
const CUTOFF_MS = AT_MS + 50 * HOUR_MS + 123_456;

let fixture: IngestFixture;
const ask = (kind: ReportKind, sinceMs: number | null = null, untilMs: number | null = null) =>
  report(fixture.db, {
    kind,
    timezone: 'Asia/Kolkata',
    sinceMs,
    untilMs,
    project: null,
    model: null,
    session: null,
  });

/** Everything that people ask of all time. */
const answers = () => ({
  sessions: listSessions(fixture.db, { ...VIEW, limit: null }),
  agents: [1, 2, 3].map((session) => sessionAgents(fixture.db, session)),
  reports: REPORT_KINDS.filter((kind) => kind !== 'file').map((kind) => ask(kind)),
  files: ['session-0', 'session-1', 'session-2'].map((id) => {
    const told = explainSession(fixture.db, id, VIEW)!;
    return {
      files: told.files,
      by_model: told.by_model,
      requests: told.requests.length + told.archived_requests,
    };
  }),
  metrics: metricTotals(fixture.db, VIEW.nowMs),
});

let before: ReturnType<typeof answers>;
beforeAll(() => {
  fixture = createIngestFixture();
  fixture.store.settle();
  for (let hour = 0; hour < 100; hour++) {
    const atMs = AT_MS + hour * HOUR_MS;
    const sessionId = `session-${hour % 3}`;
    const agentId = hour % 2 === 0 ? `agent-${hour % 3}` : null;
    fixture.commit(
      batch(
        [
          request({
            key: `msg_${hour}`,
            sessionId,
            agentId,
            requester: agentId === null ? 'main' : 'subagent',
            atMs,
            endMs: atMs + 5,
          }),
          toolCall({
            key: `toolu_${hour}`,
            sessionId,
            agentId,
            callAtMs: atMs,
            resultAtMs: atMs + 7,
            startedAgentId: `agent-${hour % 3}`,
          }),
          prompt({ key: `prompt:${hour}`, sessionId, atMs: atMs - 1 }),
          {
            kind: 'subagent',
            agentId: `agent-${hour % 3}`,
            sessionId,
            agentType: 'explore',
            toolUseId: null,
            parentAgentId: null,
            spawnDepth: 1,
            background: null,
          },
        ],
        { path: `/claude/${hour % 3}.jsonl` },
      ),
    );
  }
  before = answers();
  const limits = {
    cutoffMs: CUTOFF_MS,
    archivedSeq: Number.MAX_SAFE_INTEGER,
    cursors: new Map(),
    backlogBytes: 0,
    lines: 50,
  };
  while (fixture.store.prune(limits).isMore);
});
afterAll(() => fixture.remove());

describe('a store that rows have left', () => {
  it('has lost rows indeed', () => {
    expect(fixture.db.prepare('SELECT count(*) FROM request').pluck().get()).toBe(49);
  });

  it('answers everything about all time as before', () => {
    expect(answers()).toEqual(before);
  });

  it('answers for whole quarters of an hour where a span cuts through one that is gone, and says so', () => {
    const sinceMs = AT_MS + 10 * HOUR_MS + 60_000;
    const answer = ask('model', sinceMs, AT_MS + 20 * HOUR_MS + 60_000);
    expect(answer.since).toBe(new Date(AT_MS + 10 * HOUR_MS).toISOString());
    expect(answer.until).toBe(new Date(AT_MS + 20 * HOUR_MS + 900_000).toISOString());
    expect(answer.totals).toMatchObject({ requests: 11 });
    const recent = AT_MS + 60 * HOUR_MS + 1;
    expect(ask('model', recent)).toMatchObject({
      since: new Date(recent).toISOString(),
      totals: { requests: 39 },
    });
  });

  it('knows files from where single calls are, and says from when', () => {
    const answer = ask('file');
    expect(answer.since).toBe(new Date(CUTOFF_MS).toISOString());
    expect(answer.totals).toMatchObject({ calls: 49 });
  });

  it('knows of a request that it was counted and is in the archive', () => {
    expect(isLeftRequest(fixture.db, 'msg_3')).toBe(true);
    expect(isLeftRequest(fixture.db, 'msg_60')).toBe(false);
    expect(explainSession(fixture.db, 'session-0', VIEW)?.archived_requests).toBe(17);
  });
});
