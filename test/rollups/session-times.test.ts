import fc from 'fast-check';
import { expect, it } from 'vitest';
import { activeSessions } from '../../src/rollups/active-sessions.ts';
import { sessionTimes } from '../../src/rollups/session-times.ts';
import { listSessions } from '../../src/rollups/sessions.ts';
import type { MonitorRecord } from '../../src/records/record.ts';
import {
  AT_MS,
  batch,
  createIngestFixture,
  type IngestFixture,
} from '../pipeline/ingest-fixture.ts';
import { told, type Told } from '../pipeline/told-lines.ts';

/** What a list of all sessions adds up to. */
const listed = ({ db }: IngestFixture, nowMs: number) => {
  const { sessions } = listSessions(db, { timezone: 'UTC', nowMs, limit: null });
  return {
    active: sessions.filter(({ state }) => state === 'active').map((each) => each.session_id),
    times: Object.fromEntries(
      [...Map.groupBy(sessions, ({ project }) => project)].map(([project, own]) => [
        project,
        {
          sessions: own.length,
          activeMs: own.reduce((sum, session) => sum + session.duration_active_ms, 0),
        },
      ]),
    ),
  };
};

/** A line, and that its session was busy then. */
const withActivity = ({ record }: Told): readonly MonitorRecord[] => {
  if (!('sessionId' in record)) return [record];
  const atMs = 'atMs' in record ? record.atMs : AT_MS;
  const busy = { kind: 'session_activity', stretchesMs: [atMs, atMs + 1_000] } as const;
  return [record, { ...busy, sessionId: record.sessionId }];
};

const leave = (fixture: IngestFixture): void => {
  const archivedSeq = Number(fixture.db.prepare('SELECT max(seq) FROM event').pluck().get());
  const limits = { cutoffMs: Number.MAX_SAFE_INTEGER, archivedSeq, backlogBytes: 0, lines: 50 };
  while (fixture.store.prune({ ...limits, cursors: new Map() }).isMore);
};

it('is at any moment what a list of all sessions adds up to, though only those that changed are looked at', () => {
  fc.assert(
    fc.property(
      told,
      fc.array(fc.constantFrom('', '', 'log', 'leave')),
      ({ shuffled }, between) => {
        const fixture = createIngestFixture();
        try {
          fixture.store.settle();
          shuffled.forEach((line, index) => {
            fixture.commit(batch(withActivity(line), line.origin));
            const expected = listed(fixture, AT_MS + 400_000);
            expect(Object.fromEntries(sessionTimes(fixture.db))).toEqual(expected.times);
            expect(
              activeSessions(fixture.db, AT_MS + 400_000)
                .map((each) => each.session_id)
                .sort(),
            ).toEqual(expected.active.toSorted());
            if (between[index] === 'log') while (fixture.store.logDocuments().isMore);
            if (between[index] === 'leave') leave(fixture);
          });
        } finally {
          fixture.remove();
        }
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);
