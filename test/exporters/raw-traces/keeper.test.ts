import {
  appendFileSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TOO_LONG } from '../../../exporters/raw-traces/prepare-chunk.ts';
import { redactLines } from '../../../src/records/redaction.ts';
import { needs } from '../../support/offers.ts';
import { RawTracesHome } from '../../support/raw-traces-home.ts';

const FIXTURES = path.join(import.meta.dirname, '../../fixtures');
const line = (n: number, more: object = {}): string =>
  JSON.stringify({
    type: 'user',
    uuid: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    parentUuid: n === 1 ? null : `00000000-0000-4000-8000-${String(n - 1).padStart(12, '0')}`,
    sessionId: 's',
    timestamp: new Date(Date.UTC(2026, 10, 20) + n * 1000).toISOString(),
    message: { role: 'user', content: `line ${n}` },
    ...more,
  });
const lines = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => line(from + index));
const text = (all: readonly string[]): string => all.map((each) => `${each}\n`).join('');

let home: RawTracesHome;
beforeEach(() => {
  home = new RawTracesHome();
});
afterEach(() => home[Symbol.dispose]());

/** What nobody may ever see twice, and what has to fit together. */
const expectWhole = (): void => {
  expect(home.one('SELECT count(*) FROM line')).toBe(
    home.one('SELECT coalesce(sum(lines), 0) FROM block'),
  );
  expect(home.one('SELECT count(*) - count(DISTINCT sequence) FROM line')).toBe(0);
  expect(home.one('SELECT count(*) FROM raw_traces')).toBe(home.one('SELECT count(*) FROM line'));
};

describe('what is kept of a transcript', () => {
  const fixtures = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.jsonl'),
  );

  it.each(fixtures)('is what stands in it, line by line: %s', async (fixture) => {
    const whole = readFileSync(path.join(FIXTURES, fixture));
    home.writeText('s.jsonl', whole);
    await home.keep('s.jsonl');
    const expected = redactLines(whole.toString('latin1'))
      .text.split('\n')
      .filter((each) => each.trim() !== '')
      .map((each) => Buffer.from(each, 'latin1').toString('utf8'));
    expect(home.lines('s.jsonl')).toEqual(expected);
    expectWhole();
  });

  it('is the same bytes for any lines, however they come in', async () => {
    const anyLine = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((json) => Buffer.from(json)),
      fc.integer({ min: 1, max: 9 }).map((n) => Buffer.from(line(n))),
      fc
        .record({
          uuid: fc.oneof(fc.uuid(), fc.string()),
          timestamp: fc.string(),
          parentUuid: fc.uuid(),
        })
        .map((value) => Buffer.from(`${JSON.stringify(value)}\r`)),
    );
    const clean = anyLine
      .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 10)))
      .filter((bytes) => bytes.toString('latin1').trim() !== '');
    await fc.assert(
      fc.asyncProperty(
        fc.array(clean, { maxLength: 12 }),
        fc.array(fc.nat({ max: 400 }), { maxLength: 3 }),
        async (all, cuts) => {
          using small = new RawTracesHome({ chunkBytes: 64, maxLineBytes: 1_000_000 });
          const bytes = Buffer.concat(all.flatMap((each) => [each, Buffer.from('\n')]));
          small.writeText('s.jsonl', '');
          let done = 0;
          for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
            const to = Math.max(done, Math.min(cut, bytes.length));
            appendFileSync(small.file('s.jsonl'), bytes.subarray(done, to));
            done = to;
            await small.keep('s.jsonl');
          }
          const expected = redactLines(bytes.toString('latin1')).text.split('\n').slice(0, -1);
          expect(small.lines('s.jsonl')).toEqual(
            expected.map((each) => Buffer.from(each, 'latin1').toString('utf8')),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('tells all columns of a line', async () => {
    const assistant = {
      type: 'assistant',
      uuid: '7de178cd-b331-4f12-8da2-0293d05eccca',
      parentUuid: '00000000-0000-4000-8000-000000000001',
      requestId: 'req_011',
      agentId: 'a1',
      isSidechain: true,
      userType: 'external',
      cwd: '/home/dev/shop',
      sessionId: 's',
      version: '2.1.329',
      gitBranch: 'main',
      timestamp: '2026-11-20T09:30:00.500Z',
      durationMs: 12,
      isMeta: false,
      message: {
        id: 'msg_011',
        type: 'message',
        role: 'assistant',
        model: 'claude-opus-5-5',
        content: [
          { type: 'text', text: 'x' },
          { type: 'tool_use', id: 't', name: 'Bash', input: {} },
        ],
        stop_reason: 'tool_use',
        stop_sequence: 'STOP',
        usage: {
          input_tokens: 5,
          cache_creation_input_tokens: 7,
          cache_read_input_tokens: 11,
          output_tokens: 13,
          service_tier: 'standard',
          cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 },
        },
      },
    };
    home.write(
      's.jsonl',
      line(1),
      assistant,
      { type: 'summary', summary: 'All done', leafUuid: 'leaf' },
      { type: 'queue-operation', operation: 'enqueue', sessionId: 's' },
      { type: 'system', subtype: 'info', level: 'warning', isMeta: true },
      'no JSON',
    );
    await home.keep('s.jsonl');
    const [, second, third, fourth, fifth, last] = home.traces();
    expect(second).toEqual({
      sequence: 2,
      ingested_at: '2026-11-21T00:00:00.000Z',
      event_id: expect.stringMatching(/^1:\d+$/) as string,
      external_id: 's',
      event_type: 'assistant',
      platform: 'claude_code',
      timestamp: '2026-11-20T09:30:00.500Z',
      uuid: assistant.uuid,
      parent_uuid: assistant.parentUuid,
      request_id: 'req_011',
      agent_id: 'a1',
      workspace_hash: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      project_name: 'shop',
      is_sidechain: 1,
      user_type: 'external',
      cwd: '/home/dev/shop',
      version: '2.1.329',
      git_branch: 'main',
      message_role: 'assistant',
      message_model: 'claude-opus-5-5',
      message_id: 'msg_011',
      message_type: 'message',
      stop_reason: 'tool_use',
      stop_sequence: 'STOP',
      input_tokens: 5,
      cache_creation_input_tokens: 7,
      cache_read_input_tokens: 11,
      output_tokens: 13,
      service_tier: 'standard',
      cache_5m_tokens: 3,
      cache_1h_tokens: 4,
      operation: null,
      subtype: null,
      level: null,
      is_meta: 0,
      summary: null,
      leaf_uuid: null,
      duration_ms: 12,
      tokens_used: 18,
      tool_calls_count: 1,
      event_date: '2026-11-20',
      event_hour: 9,
      file_path: home.file('s.jsonl'),
      file_position: line(1).length + 1,
    });
    expect(third).toMatchObject({
      event_type: 'summary',
      summary: 'All done',
      leaf_uuid: 'leaf',
      external_id: 's',
      timestamp: null,
    });
    expect(fourth).toMatchObject({
      event_type: 'queue-operation',
      operation: 'enqueue',
      uuid: null,
    });
    expect(fifth).toMatchObject({
      event_type: 'system',
      subtype: 'info',
      level: 'warning',
      is_meta: 1,
    });
    expect(last).toMatchObject({ event_type: 'invalid', external_id: 's', uuid: null });
  });
});

describe('a transcript that changes', () => {
  const keepAll = async (): Promise<void> => home.keep('s.jsonl');

  it('is kept on from where it was, also by another process', async () => {
    home.writeText('s.jsonl', text(lines(1, 3)));
    await keepAll();
    await keepAll();
    home.restart();
    appendFileSync(home.file('s.jsonl'), text(lines(4, 5)));
    await keepAll();
    expect(home.lines('s.jsonl')).toEqual(lines(1, 5));
    expect(home.counts.get('exported raw-traces')).toBe(5);
    expectWhole();
  });

  it('waits for the rest of its last line', async () => {
    const [first, second] = [line(1), line(2)];
    home.writeText('s.jsonl', `${first}\n${second.slice(0, 20)}`);
    await keepAll();
    expect(home.lines('s.jsonl')).toEqual([first]);
    appendFileSync(home.file('s.jsonl'), second.slice(20));
    await keepAll();
    expect(home.lines('s.jsonl')).toEqual([first]);
    appendFileSync(home.file('s.jsonl'), '\n');
    await keepAll();
    expect(home.lines('s.jsonl')).toEqual([first, second]);
  });

  it('keeps carriage returns, and passes over empty lines', async () => {
    home.writeText('s.jsonl', `${line(1)}\r\n\r\n\n  \n${line(2)}\r\n`);
    await keepAll();
    expect(home.lines('s.jsonl')).toEqual([`${line(1)}\r`, `${line(2)}\r`]);
    expect(home.traces().map(({ event_type }) => event_type)).toEqual(['user', 'user']);
  });

  it.each([
    ['cut to nothing and written anew', lines(11, 13), [...lines(1, 6), ...lines(11, 13)]],
    ['cut in half', lines(1, 3), lines(1, 6)],
    ['written again as it was', lines(1, 6), lines(1, 6)],
    [
      'cut in half and grown otherwise',
      [...lines(1, 3), ...lines(21, 30)],
      [...lines(1, 6), ...lines(21, 30)],
    ],
    ['replaced by a larger one', lines(31, 45), [...lines(1, 6), ...lines(31, 45)]],
  ])('has no line twice and none too few when it is %s', async (_name, after, expected) => {
    home.writeText('s.jsonl', text(lines(1, 6)));
    await keepAll();
    truncateSync(home.file('s.jsonl'));
    home.restart();
    writeFileSync(home.file('s.jsonl'), text(after));
    await keepAll();
    await keepAll();
    expect(home.lines('s.jsonl')).toEqual(expected);
    appendFileSync(home.file('s.jsonl'), text(lines(50, 51)));
    home.restart();
    await keepAll();
    expect(home.lines('s.jsonl')).toEqual([...expected, ...lines(50, 51)]);
    expectWhole();
  });

  it('is the same when it is removed and comes back with another inode', async () => {
    home.writeText('s.jsonl', text(lines(1, 4)));
    await keepAll();
    copyFileSync(home.file('s.jsonl'), home.file('copy'));
    renameSync(home.file('copy'), home.file('s.jsonl'));
    appendFileSync(home.file('s.jsonl'), text(lines(5, 5)));
    await keepAll();
    expect(home.lines('s.jsonl')).toEqual(lines(1, 5));
    expect(home.one('SELECT count(*) FROM file')).toBe(1);
  });

  it('keeps its lines under its new name when it is renamed', async () => {
    home.writeText('s.jsonl', text(lines(1, 4)));
    await keepAll();
    renameSync(home.file('s.jsonl'), home.file('t.jsonl'));
    await home.keep('s.jsonl', 't.jsonl');
    expect(home.lines('t.jsonl')).toEqual(lines(1, 4));
    home.writeText('s.jsonl', text(lines(7, 8)));
    appendFileSync(home.file('t.jsonl'), text(lines(5, 5)));
    await home.keep('s.jsonl', 't.jsonl');
    expect(home.lines('t.jsonl')).toEqual(lines(1, 5));
    expect(home.lines('s.jsonl')).toEqual(lines(7, 8));
    expectWhole();
  });

  it('is one file and its copy another, as forks and resumed sessions are', async () => {
    home.writeText('s.jsonl', text(lines(1, 4)));
    await keepAll();
    copyFileSync(home.file('s.jsonl'), home.file('fork.jsonl'));
    appendFileSync(home.file('fork.jsonl'), text(lines(5, 5)));
    await home.keep('fork.jsonl', 's.jsonl', 'fork.jsonl');
    expect(home.lines('s.jsonl')).toEqual(lines(1, 4));
    expect(home.lines('fork.jsonl')).toEqual(lines(1, 5));
  });

  it('keeps what is the same in it twice', async () => {
    const mode = '{"type":"mode","mode":"plan"}';
    home.writeText('s.jsonl', text([mode, line(1), mode, mode]));
    await keepAll();
    expect(home.lines('s.jsonl')).toEqual([mode, line(1), mode, mode]);
  });

  it('stays when it is removed', async () => {
    home.writeText('s.jsonl', text(lines(1, 4)));
    await keepAll();
    rmSync(home.file('s.jsonl'));
    await keepAll();
    expect(home.lines('s.jsonl')).toEqual(lines(1, 4));
  });

  it('is packed into few blocks as it grows, and then tightly', async () => {
    for (let n = 1; n <= 300; n++) {
      appendFileSync(home.file('s.jsonl'), `${line(n, { filler: `${n}`.repeat(1_500) })}\n`);
      await keepAll();
    }
    const blocks = home.one('SELECT count(*) FROM block');
    expect(blocks).toBeGreaterThan(1);
    expect(blocks).toBeLessThan(40);
    const before = home.lines('s.jsonl');
    expect(before).toHaveLength(300);
    for (let round = 0; round < 3; round++) await home.keeper.blocks.settle(1);
    expect(home.lines('s.jsonl')).toEqual(before);
    expect(home.one('SELECT count(*) FROM block WHERE is_settled = 0')).toBe(0);
    expect(home.one('SELECT count(*) FROM block')).toBeLessThan(4);
    expectWhole();
  });
});

describe('two who keep the same transcript', () => {
  it('never have a line twice: who comes second gives up', async () => {
    home.writeText('s.jsonl', text(lines(1, 4)));
    utimesSync(home.file('s.jsonl'), 1, 1);
    const { signal } = new AbortController();
    const results = await Promise.allSettled(
      [1, 2, 3].map(() => home.keeper.keep(home.file('s.jsonl'), signal)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    expect(
      results.flatMap((result) =>
        result.status === 'rejected' ? [(result.reason as Error).name] : [],
      ),
    ).toEqual(expect.arrayContaining(['Superseded']) as string[]);
    expect(home.lines('s.jsonl')).toEqual(lines(1, 4));
  });
});

describe('a line that is too long', () => {
  it('is told of by its length, its digest and how it begins, without secrets', async () => {
    using small = new RawTracesHome({ chunkBytes: 4_096, maxLineBytes: 10_000 });
    const long = line(2, { filler: `password=hunter2222 ${'x'.repeat(20_000)}` });
    const medium = line(3, { filler: 'y'.repeat(6_000) });
    small.writeText('s.jsonl', text([line(1), long, medium, line(4)]));
    await small.keep('s.jsonl');
    const [first, second, third, fourth] = small.lines('s.jsonl');
    expect([first, third, fourth]).toEqual([line(1), medium, line(4)]);
    const told = JSON.parse(second!) as Record<string, unknown>;
    expect(told).toMatchObject({
      type: TOO_LONG,
      offset_bytes: line(1).length + 1,
      length_bytes: long.length + 1,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(String(told['beginning'])).toHaveLength(4_096);
    expect(second).not.toContain('hunter2222');
    expect(small.counts.get('export_dropped raw-traces too_long')).toBe(1);
  });

  it('waits while it is not finished', async () => {
    using small = new RawTracesHome({ chunkBytes: 4_096, maxLineBytes: 10_000 });
    small.writeText('s.jsonl', `${line(1)}\n${'x'.repeat(30_000)}`);
    await small.keep('s.jsonl');
    expect(small.lines('s.jsonl')).toEqual([line(1)]);
    appendFileSync(small.file('s.jsonl'), `\n${line(2)}\n`);
    await small.keep('s.jsonl');
    expect(small.lines('s.jsonl')).toHaveLength(3);
  });

  it('with brackets a million deep is kept as what it is: no JSON that is worth parsing', async () => {
    home.writeText('s.jsonl', `${'['.repeat(1_000_000)}\n${line(1)}\n`);
    await home.keep('s.jsonl');
    expect(home.traces().map(({ event_type }) => event_type)).toEqual(['invalid', 'user']);
    expect(home.lines('s.jsonl')[0]).toHaveLength(1_000_000);
  });
});

describe('what is not ours to read', () => {
  needs('posix')('is left alone: links, folders and what lies elsewhere', async () => {
    const outside = path.join(home.folder, 'outside.jsonl');
    writeFileSync(outside, text(lines(1, 2)));
    symlinkSync(outside, home.file('link.jsonl'));
    mkdirSync(home.file('folder.jsonl'));
    symlinkSync(home.folder, home.file('away'));
    const { signal } = new AbortController();
    const named = [
      outside,
      home.file('link.jsonl'),
      home.file('folder.jsonl'),
      home.file('away/outside.jsonl'),
      home.file('none.jsonl'),
    ];
    for (const file of named) expect(await home.keeper.keep(file, signal)).toBe(false);
    expect(home.one('SELECT count(*) FROM line')).toBe(0);
    linkSync(outside, home.file('hard.jsonl'));
    await home.keep('hard.jsonl');
    expect(home.lines('hard.jsonl')).toEqual(lines(1, 2));
  });
});
