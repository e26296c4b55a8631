import { describe, expect, it } from 'vitest';
import { FileDecoder, type Memory } from '../../../receivers/transcripts/file-decoder.ts';
import { packPosition, unpackPosition } from '../../../receivers/transcripts/position.ts';
import {
  assistant,
  at,
  jsonl,
  type Line,
  OTHER_SESSION,
  SESSION,
  START_MS,
  toolResult,
  toolUseId,
  user,
} from '../../support/transcript-lines.ts';
import {
  decodeLines,
  decodeOccurrences,
  TRANSCRIPT_PATH,
} from '../../support/transcript-records.ts';

const URL = 'https://example.org/a/b/pull/12';
const KEY = `pr:${SESSION}:${URL}`;
const link: Line = {
  type: 'pr-link',
  sessionId: SESSION,
  prNumber: 12,
  prUrl: URL,
  prRepository: 'a/b',
  timestamp: at(9),
};
const made = (pr: unknown, more: Line = {}): Line =>
  user([toolResult(toolUseId(1))], {
    toolUseResult: { stdout: `${URL}\n`, gitOperation: { push: { branch: 'x' }, pr } },
    timestamp: at(8),
    ...more,
  });
const pulls = (...lines: readonly Line[]) => decodeOccurrences('pr_created', ...lines);

describe('a link to a pull request', () => {
  it('tells of the branch that the line before it was on', () => {
    const branches = (...lines: readonly Line[]): readonly unknown[] =>
      pulls(...lines).map((data) => data['git_branch']);
    const on = (gitBranch: unknown): Line => user('Please.', { gitBranch });
    expect(branches(on('main'), on('plan/foo'), link)).toEqual(['plan/foo']);
    expect(branches(on('plan/foo'), assistant({}, { gitBranch: undefined }), link)).toEqual([
      'plan/foo',
    ]);
    expect(branches(on('main'), link, on('plan/foo'), link)).toEqual(['main', 'plan/foo']);
    expect(branches(on(''), link)).toEqual([undefined]);
    expect(branches(on(7), link)).toEqual([undefined]);
  });

  it('says what its address says where it says no more', () => {
    const bare = { type: 'pr-link', sessionId: SESSION, prUrl: URL };
    expect(pulls(bare)).toEqual([{ pr_url: URL, pr_number: 12, pr_repository: 'a/b' }]);
  });

  it('loses a password in its address', () => {
    const prUrl = 'https://me:secret@example.org/a/b/pull/12';
    const { occurrences } = decodeLines({ ...link, prUrl });
    expect(occurrences.map(({ key }) => key)).toEqual([KEY]);
    expect(JSON.stringify(occurrences)).not.toContain('secret');
  });

  it.each([
    'javascript:alert(1)',
    'ftp://example.org/1',
    `https://e.org/${'x'.repeat(2048)}`,
    '',
    7,
  ])('is none with the address %j', (prUrl) => {
    expect(pulls({ ...link, prUrl })).toEqual([]);
  });
});

describe('a command that made a pull request', () => {
  it('tells of it as the link does that follows', () => {
    const branch = user('Please.', { gitBranch: 'plan/foo' });
    const result = made({ number: 12, url: URL, action: 'created' }, { gitBranch: 'plan/foo' });
    const { occurrences } = decodeLines(branch, result, link);
    const told = occurrences.filter(({ type }) => type === 'pr_created');
    expect(told).toMatchObject([
      { key: KEY, category: 'custom', sessionId: SESSION, atMs: START_MS + 8000, line: 2 },
      { key: KEY, category: 'custom', sessionId: SESSION, atMs: START_MS + 9000, line: 3 },
    ]);
    expect(JSON.parse(told[0]!.data)).toEqual(JSON.parse(told[1]!.data));
    expect(JSON.parse(told[0]!.data)).toEqual({
      pr_url: URL,
      pr_number: 12,
      pr_repository: 'a/b',
      git_branch: 'plan/foo',
    });
  });

  it.each([{ url: URL }, { url: URL, number: 12, action: 'opened' }, { url: URL, action: null }])(
    'is known by %j',
    (pr) => {
      expect(pulls(made(pr))).toMatchObject([{ pr_url: URL, pr_number: 12 }]);
    },
  );

  it.each([
    { url: URL, action: 'merged' },
    { number: 12, action: 'created' },
    { url: 'file:///etc/passwd', action: 'created' },
    { url: [URL] },
    [URL],
    URL,
    null,
  ])('is none that says %j', (pr) => {
    const { occurrences, toolCalls, rejects } = decodeLines(made(pr));
    expect([occurrences, toolCalls.length, rejects]).toEqual([[], 1, []]);
  });

  it.each([null, 'pr', [], 7])('survives %j for what was done', (gitOperation) => {
    const line = user([toolResult(toolUseId(1))], { toolUseResult: { gitOperation } });
    expect(decodeLines(line)).toMatchObject({ occurrences: [], rejects: [] });
  });

  it('is not told again by a fork’s copy of its line', () => {
    const forkedFrom = { sessionId: OTHER_SESSION, messageUuid: 'u-1' };
    expect(pulls(made({ url: URL }, { forkedFrom }))).toEqual([]);
  });

  it('is forgotten with its line', () => {
    expect(pulls(made({ url: URL }), user([toolResult(toolUseId(2))]))).toHaveLength(1);
  });
});

describe('the branch of a file', () => {
  const read = (memory: Memory | null, ...lines: readonly Line[]) => {
    const bytes = Buffer.from(jsonl(...lines));
    const decoder = new FileDecoder(TRANSCRIPT_PATH, START_MS, memory, 0);
    decoder.decode(bytes, 0, bytes.length, 0);
    return { memory: decoder.memory, records: decoder.take().records };
  };
  const position = (memory: Memory): string =>
    packPosition({
      ...memory,
      device: 1,
      inode: 2,
      sizeBytes: 3,
      modifiedMs: 4,
      offsetBytes: 3,
      lines: 1,
      headBytes: 3,
      headDigest: 'a',
      anchorDigest: 'b',
    });

  it('is remembered from one reading to the next', () => {
    const first = read(null, user('Please.', { gitBranch: 'plan/foo' }));
    const memory = unpackPosition(position(first.memory))!;
    expect(memory).toMatchObject(first.memory);
    const [pull] = read(memory, link).records;
    expect(pull).toMatchObject({ key: KEY });
    expect(JSON.stringify(pull)).toContain('plan/foo');
  });

  it('is not known from a position that was kept before branches were', () => {
    const { memory } = read(null, user('Please.'));
    const packed = JSON.parse(position(memory)) as readonly unknown[];
    const old = unpackPosition(JSON.stringify(packed.slice(0, -1)))!;
    expect(old).toMatchObject({ ...memory, gitBranch: null });
    expect(read(old, link).records).toMatchObject([{ key: KEY }]);
  });
});
