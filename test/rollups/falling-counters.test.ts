import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricKey } from '../../src/rollups/metric-table.ts';
import { batch, createIngestFixture } from '../pipeline/ingest-fixture.ts';
import { told } from '../pipeline/told-lines.ts';
import { writeCorpus } from '../support/corpus-generator.ts';
import { CounterWatch, watchTranscripts, type WrittenFile } from '../support/counter-watch.ts';
import { HookStore } from '../support/hook-store.ts';
import { TranscriptHome } from '../support/transcript-home.ts';
import {
  assistant,
  at,
  jsonl,
  type Line,
  messageId,
  OTHER_SESSION,
  SESSION,
  toolResult,
  toolUse,
  toolUseId,
  usage,
  user,
} from '../support/transcript-lines.ts';
import { decodeText } from '../support/transcript-records.ts';

const FIXTURES = path.join(import.meta.dirname, '../fixtures/hooks-2.1.329');
const TOLD_MS = Date.UTC(2026, 10, 20, 21, 20);

/** Counters that may fall, and the only reason why. */
const ALLOWED = {
  requests: 'a request is a copy of one of another project',
  tokens: 'a request is a copy of one of another project, or another copy of it is the better one',
  cost: 'the same',
  estimatedCost: 'the same',
  unpricedRequests: 'the same',
  prompts: 'a prompt is a copy of one of another project',
  toolCalls: 'a call is a copy of one of another project, or its result was read before its name',
  toolDuration:
    'the same, or a hook tells later how long a call took without the wait for permission',
  activeTime:
    'what was copied into a session counts for the one that it was copied from, and a session goes with its time to the project where it spent most',
} as const satisfies Partial<Record<MetricKey, string>>;

const filesIn = (root: string): readonly WrittenFile[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => ({
      name,
      lines: readFileSync(path.join(root, name), 'latin1').split(/(?<=\n)/),
    }));

/** A session that calls a tool which fails, and one that goes on from there in another folder. */
const forks = (): readonly WrittenFile[] => {
  const lines = (sessionId: string, more: readonly Line[]): readonly string[] =>
    [
      user('Please.', { timestamp: at(0), sessionId }),
      assistant(
        { content: [toolUse(toolUseId(1), 'Bash', { command: 'make' })], stop: null },
        { timestamp: at(1), sessionId },
      ),
      user([toolResult(toolUseId(1), 'no', true)], {
        uuid: 'user-2',
        timestamp: at(5),
        sessionId,
      }),
      assistant({ id: messageId(2), usage: usage(9) }, { timestamp: at(6), sessionId }),
      ...more,
    ].map((line) => jsonl(line));
  const elsewhere = { cwd: '/home/dev/other', sessionId: OTHER_SESSION };
  return [
    { name: `-home-dev-project/${SESSION}.jsonl`, lines: lines(SESSION, []) },
    {
      name: `-home-dev-project/${OTHER_SESSION}.jsonl`,
      lines: lines(OTHER_SESSION, [
        user('More.', { ...elsewhere, uuid: 'user-3', timestamp: at(60) }),
        assistant({ id: messageId(3) }, { ...elsewhere, uuid: 'answer-3', timestamp: at(61) }),
      ]),
    },
  ];
};

describe('no counter falls', () => {
  it.each(['one file after the other', 'all files at once'] as const)(
    'while transcripts are written line by line, %s',
    async (order) => {
      using home = new TranscriptHome();
      const corpus = path.join(home.folder, 'corpus');
      writeCorpus(corpus, { mb: 0.2, seed: 3, projects: 3, dirty: true });
      const files = filesIn(path.join(corpus, 'projects'));
      const watch = await watchTranscripts(files, { areMixed: order === 'all files at once' });
      expect(watch.looks).toBeGreaterThan(50);
      expect(watch.falls).toEqual([]);
    },
    60_000,
  );

  it('while a session goes on from another one, whichever is read first', async () => {
    for (const files of [forks(), forks().toReversed()]) {
      expect((await watchTranscripts(files, { areMixed: false })).falls).toEqual([]);
    }
  });

  it('where a resumed session is read after the one that it repeats', async () => {
    const files = filesIn(path.join(FIXTURES, 'projects')).toReversed();
    const watch = await watchTranscripts(files, { areMixed: false, linesAtOnce: 4 });
    expect(watch.falls).toEqual([]);
  }, 60_000);

  it.each(['hooks', 'transcripts'] as const)(
    'but that of durations, which hooks know better, while hooks and transcripts tell of the same, %s first',
    async (first) => {
      await using store = await HookStore.open();
      const watch = new CounterWatch();
      const look = (): void => watch.look(store.collector.store.db, 0);
      const hooks = async (): Promise<void> => {
        let atMs = TOLD_MS;
        for (const name of ['tour', 'denied', 'compact', 'failing', 'queued']) {
          const lines = readFileSync(path.join(FIXTURES, `${name}.jsonl`), 'utf8').split('\n');
          for (const line of lines.filter((text) => text !== '')) {
            store.spool.put(line, { atMs: (atMs += 500) });
            await store.drain();
            look();
          }
        }
      };
      const transcripts = async (): Promise<void> => {
        for (const { name, lines } of filesIn(path.join(FIXTURES, 'projects')).toReversed()) {
          const file = `/claude/projects/${name}`;
          const { records } = decodeText(Buffer.from(lines.join(''), 'latin1'), file);
          await store.collector.sink([batch(records, { path: file })]);
          look();
        }
      };
      for (const tell of first === 'hooks' ? [hooks, transcripts] : [transcripts, hooks])
        await tell();
      expect(watch.looks).toBeGreaterThan(80);
      expect(watch.metrics).toEqual(first === 'hooks' ? [] : ['toolDuration']);
    },
    60_000,
  );
});

describe('a counter that falls', () => {
  it('is one of a few, each for a reason that only a later file tells', () => {
    const fell = new Set<string>();
    fc.assert(
      fc.property(told, ({ shuffled }) => {
        const fixture = createIngestFixture();
        try {
          fixture.store.settle();
          const watch = new CounterWatch();
          for (const { origin, record } of shuffled) {
            fixture.commit(batch([record], origin));
            watch.look(fixture.db, 0);
          }
          for (const metric of watch.metrics) fell.add(metric);
        } finally {
          fixture.remove();
        }
      }),
      { numRuns: 20, seed: 7 },
    );
    expect([...fell].filter((metric) => !Object.hasOwn(ALLOWED, metric))).toEqual([]);
    expect(fell).toContain('requests');
  }, 60_000);

  it('is that of active time where a copy is read before what it repeats', async () => {
    const files = filesIn(path.join(FIXTURES, 'projects'));
    const watch = await watchTranscripts(files, { areMixed: false, linesAtOnce: 4 });
    expect(watch.metrics).toEqual(['activeTime']);
  }, 60_000);
});
