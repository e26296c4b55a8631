import { utimesSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenStore, TranscriptHome } from '../../support/transcript-home.ts';
import {
  assistant,
  at,
  conversation,
  type Line,
  messageId,
  OTHER_SESSION,
  SESSION,
  START_MS,
  toolResult,
  toolUse,
  toolUseId,
  usage,
  user,
} from '../../support/transcript-lines.ts';

const ORIGINAL = `${SESSION}.jsonl`;
const COPY = `${OTHER_SESSION}.jsonl`;
const inOther = { sessionId: OTHER_SESSION };
const original: readonly Line[] = [
  ...conversation(3, 10),
  assistant({ id: messageId(20), content: [toolUse(toolUseId(1), 'Read')] }, { timestamp: at(20) }),
  user([toolResult(toolUseId(1))], { timestamp: at(21), uuid: 'result-1' }),
];
const copied = original.map((line) => ({ ...line, ...inOther }));
const started = { type: 'queue-operation', operation: 'enqueue', timestamp: at(500), ...inOther };
const own = conversation(2, 600, inOther);

let home: TranscriptHome;
beforeEach(() => {
  home = new TranscriptHome();
});
afterEach(() => home[Symbol.dispose]());

/** Reads the files one after the other, in as many imports. */
const readInTurn = async (
  files: readonly (readonly [name: string, lines: readonly Line[], writtenAt: number])[],
): Promise<OpenStore> => {
  const store = await home.open();
  for (const [name, lines, writtenAt] of files) {
    const file = home.write(name, ...lines);
    utimesSync(file, START_MS / 1000 + writtenAt, START_MS / 1000 + writtenAt);
    await store.import();
  }
  return store;
};
/** Reads all files in one import. */
const readTogether: typeof readInTurn = async (files) => {
  const store = await readInTurn([]);
  for (const [name, lines, writtenAt] of files) {
    const file = home.write(name, ...lines);
    utimesSync(file, START_MS / 1000 + writtenAt, START_MS / 1000 + writtenAt);
  }
  await store.import();
  return store;
};
const bySession = (store: OpenStore, table: string, where = '1'): Record<string, number> =>
  Object.fromEntries(
    store
      .rows(
        `SELECT session_id, count(*) AS n FROM ${table} JOIN session ON session.id = session WHERE ${where} GROUP BY session_id`,
      )
      .map((row) => [row['session_id'], row['n']]),
  ) as Record<string, number>;
/** What the sums say of each session. */
const requestsBySession = (store: OpenStore): Record<string, number> =>
  Object.fromEntries(
    store
      .rows(
        'SELECT session_id, sum(requests) AS n FROM rollup_request JOIN session ON session.id = session GROUP BY session_id HAVING n <> 0',
      )
      .map((row) => [row['session_id'], row['n']]),
  ) as Record<string, number>;

const orders = [
  ['the original first', readInTurn, false],
  ['the copy first', readInTurn, true],
  ['both together', readTogether, false],
  ['both together, the other way round', readTogether, true],
] as const;

describe.each(orders)('a fork, read with %s', (_name, read, isReversed) => {
  const files = [
    [ORIGINAL, original, 100],
    [COPY, [started, ...copied, ...own], 700],
  ] as const;

  it('counts for the original what was copied, and for itself what is its own', async () => {
    using store = await read(isReversed ? files.toReversed() : files);
    expect(store.totals()).toMatchObject({ requests: 6, toolCalls: 1, prompts: 2, sessions: 2 });
    expect(requestsBySession(store)).toEqual({ [SESSION]: 4, [OTHER_SESSION]: 2 });
    expect(bySession(store, 'request')).toEqual({ [SESSION]: 4, [OTHER_SESSION]: 2 });
    expect(bySession(store, 'tool_call')).toEqual({ [SESSION]: 1 });
    expect(bySession(store, 'occurrence', "type = 'user_prompt'")).toEqual({
      [SESSION]: 1,
      [OTHER_SESSION]: 1,
    });
  });

  it('names the file that each request counts for', async () => {
    using store = await read(isReversed ? files.toReversed() : files);
    const owners = store.rows(
      'SELECT origin.path, count(*) AS n FROM request JOIN origin ON origin.id = owner GROUP BY path ORDER BY path',
    );
    expect(owners).toEqual([
      { path: home.file(ORIGINAL), n: 4 },
      { path: home.file(COPY), n: 2 },
    ]);
  });
});

describe.each(orders)(
  'a copy that an old client made to resume a session, read with %s',
  (_name, read, isReversed) => {
    const turned = <T>(files: readonly T[]): readonly T[] =>
      isReversed ? files.toReversed() : files;

    it('counts for the file that was last written first', async () => {
      using store = await read(
        turned([
          [ORIGINAL, original, 100],
          [COPY, [...copied, ...own], 700],
        ] as const),
      );
      expect(requestsBySession(store)).toEqual({ [SESSION]: 4, [OTHER_SESSION]: 2 });
    });

    it('counts for the first by name where both were written at the same time', async () => {
      using store = await read(
        turned([
          [ORIGINAL, original, 700],
          [COPY, [...copied, ...own], 700],
        ] as const),
      );
      expect(requestsBySession(store)).toEqual({ [SESSION]: 4, [OTHER_SESSION]: 2 });
    });

    it('counts for the file whose first line is older, whatever else', async () => {
      using store = await read(
        turned([
          [ORIGINAL, original.slice(2), 1],
          [COPY, copied, 700],
        ] as const),
      );
      expect(requestsBySession(store)).toEqual({ [OTHER_SESSION]: 4 });
    });

    it('takes the usage that is most complete, whichever file has it', async () => {
      const unfinished = original.map((line) =>
        line === original[3]
          ? assistant({ id: messageId(12), usage: usage(1), stop: null }, { timestamp: at(12) })
          : line,
      );
      using store = await read(
        turned([
          [ORIGINAL, unfinished, 100],
          [COPY, copied, 700],
        ] as const),
      );
      expect(
        store.rows(
          `SELECT session_id, output_tokens, final FROM request JOIN session ON session.id = session WHERE key = '${messageId(12)}'`,
        ),
      ).toEqual([{ session_id: SESSION, output_tokens: 12, final: 1 }]);
    });

    it('of a copy counts for the first of all three', async () => {
      const third = '00000000-aaaa-4000-8000-000000000000';
      const again = original.map((line) => ({ ...line, sessionId: third }));
      using store = await read(
        turned([
          [ORIGINAL, original, 100],
          [COPY, copied, 700],
          [`${third}.jsonl`, again, 900],
        ] as const),
      );
      expect(requestsBySession(store)).toEqual({ [SESSION]: 4 });
      expect(store.totals()).toMatchObject({ requests: 4, files: 3 });
    });
  },
);

describe('the sums of copies', () => {
  it('agree with the requests, whatever was taken over from whom', async () => {
    using store = await readInTurn([
      [COPY, [started, ...copied, ...own], 700],
      [ORIGINAL, original, 100],
    ]);
    const sums = store.rows(
      'SELECT sum(requests) AS n, sum(output_tokens) AS output, sum(output_nano_usd) AS cost FROM rollup_request',
    );
    expect(
      store.rows(
        'SELECT count(*) AS n, sum(output_tokens) AS output, sum(output_nano_usd) AS cost FROM request',
      ),
    ).toEqual(sums);
    expect(
      store.rows(
        'SELECT sum(requests) AS n, sum(output_tokens) AS output, sum(output_nano_usd) AS cost FROM total_request',
      ),
    ).toEqual(sums);
  });
});

describe('lines of two sessions in one file', () => {
  it('count for the session that each names', async () => {
    using store = await readInTurn([
      [ORIGINAL, [...conversation(2), ...conversation(1, 10, inOther)], 1],
    ]);
    expect(requestsBySession(store)).toEqual({ [SESSION]: 2, [OTHER_SESSION]: 1 });
  });
});

describe('two sessions in one folder', () => {
  it('are told apart', async () => {
    using store = await readTogether([
      [ORIGINAL, conversation(2), 1],
      [COPY, conversation(3, 10, inOther), 2],
    ]);
    expect(requestsBySession(store)).toEqual({ [SESSION]: 2, [OTHER_SESSION]: 3 });
  });

  it('are told apart where a gateway gives both the same ids', async () => {
    const line = (more: Line): Line =>
      assistant({ id: 'chatcmpl-1', content: [toolUse('call_1', 'Read')] }, more);
    using store = await readTogether([
      [ORIGINAL, [line({})], 1],
      [COPY, [line(inOther)], 2],
    ]);
    expect(store.totals()).toMatchObject({ requests: 2, toolCalls: 2, sessions: 2 });
  });
});
