import { describe, expect, it } from 'vitest';
import {
  isNewPullRequest,
  pullRequestData,
  pullRequestKey,
  pullRequestUrl,
  pullRequestUrlIn,
} from '../../src/records/pull-request.ts';

const URL = 'https://example.org/a/b/pull/12';

describe('the address of a pull request', () => {
  it.each([URL, 'http://localhost:8080/a/b/pull/1', 'https://example.org/größe/漢字/pull/3'])(
    'is kept as it is: %s',
    (url) => {
      expect(pullRequestUrl(url)).toBe(url);
    },
  );

  it.each([
    ['https://me:secret@example.org/a/b/pull/12', URL],
    ['https://token@example.org/a/b/pull/12', URL],
    ['https://:secret@example.org/a/b/pull/12', URL],
  ])('loses the name and password in it: %s', (url, kept) => {
    expect(pullRequestUrl(url)).toBe(kept);
  });

  it.each([
    undefined,
    null,
    12,
    {},
    '',
    'a/b#12',
    'ftp://example.org/a/b/pull/12',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://',
    'https://example.org/a b/pull/12',
    'https://example.org/a/b/pull/12\n',
    'https://example.org/\u0000/pull/12',
    'https://example.org/\ud800/pull/12',
    `https://example.org/${'x'.repeat(2048)}`,
  ])('is none: %j', (value) => {
    expect(pullRequestUrl(value)).toBeNull();
  });

  it.each([
    [`${URL}\n`, URL],
    [`Creating pull request for x into main in a/b\n\n${URL}`, URL],
    [
      `remote: see https://example.org/a/b/pull/new/x\n${URL}\nhttps://example.org/a/b/pull/13`,
      URL,
    ],
    [`(${URL})`, URL],
    [`https://me:secret@example.org/a/b/pull/12`, URL],
    ['https://example.org/a/b/issues/12', null],
    ['pull/12', null],
    ['', null],
  ])('is the first one in what was printed: %j', (text, url) => {
    expect(pullRequestUrlIn(text)).toBe(url);
  });

  it.each(['https://', 'https://a/', 'https://a/b/c/pull/', 'h'])(
    'is looked for at once in many of %j',
    { timeout: 2000 },
    (part) => {
      expect(pullRequestUrlIn(part.repeat(65_536 / part.length))).toBeNull();
    },
  );
});

describe('what is told of a pull request', () => {
  it('is what was said, and else what its address says', () => {
    expect(pullRequestData(URL, { number: 7, repository: 'c/d', branch: 'plan/x' })).toEqual({
      pr_url: URL,
      pr_number: 7,
      pr_repository: 'c/d',
      git_branch: 'plan/x',
    });
    expect(pullRequestData(`${URL}/files?a=1`, { branch: null })).toEqual({
      pr_url: `${URL}/files?a=1`,
      pr_number: 12,
      pr_repository: 'a/b',
    });
  });

  it.each(['https://example.org/1', 'https://example.org/a/b/pull/12x'])(
    'stays unknown where the address does not say: %s',
    (url) => {
      expect(pullRequestData(url, { number: -1, branch: '' })).toEqual({
        pr_url: url,
        pr_number: null,
        pr_repository: null,
      });
    },
  );

  it('is known by session and address', () => {
    expect(pullRequestKey('s', URL)).toBe(`pr:s:${URL}`);
  });

  it.each([
    [undefined, true],
    [null, true],
    ['created', true],
    ['opened', true],
    ['merged', false],
    ['closed', false],
    [1, false],
  ])('is news where it was %j: %s', (action, isNew) => {
    expect(isNewPullRequest(action)).toBe(isNew);
  });
});
