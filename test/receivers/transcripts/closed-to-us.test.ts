import { chmodSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenStore, TranscriptHome } from '../../support/transcript-home.ts';
import { conversation, SESSION } from '../../support/transcript-lines.ts';

const NAME = `${SESSION}.jsonl`;
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
let home: TranscriptHome;
let store: OpenStore;
let file: string;

beforeEach(async () => {
  home = new TranscriptHome();
  file = home.write(NAME, ...conversation(2));
  home.write('other.jsonl', ...conversation(1, 11));
  for (const one of [home.folder, ...everything()]) chmodSync(one, 0o755);
  store = await home.open();
  store.collector.store.settle();
});
afterEach(() => {
  store[Symbol.dispose]();
  for (const one of everything()) chmodSync(one, 0o755);
  home[Symbol.dispose]();
});

const everything = (): readonly string[] => [
  home.claudeDir,
  home.projects,
  path.dirname(file),
  file,
];

/** The superuser may read everything; so this looks as somebody else where the tests are run by it. */
const look = async (...ways: readonly (() => Promise<unknown>)[]): Promise<void> => {
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    for (const way of ways) await way();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
};
const sweep = (): Promise<void> => store.sweep();
const all = (): Promise<unknown> => store.import();

const known = { requests: 3, files: 2 };
const closed: readonly [string, () => string, number][] = [
  ['a file', () => file, 0],
  ['a folder', () => path.dirname(file), 0],
  ['a folder that only tells its names', () => path.dirname(file), 0o444],
  ['the root', () => home.projects, 0],
  ['the folder above the root', () => home.claudeDir, 0],
];

describe.skipIf(process.platform === 'win32')('what may not be read', () => {
  it.each(closed)('is a problem, and is read when it may be: %s', async (_name, what, mode) => {
    chmodSync(what(), mode);
    await look(all, sweep);
    expect(store.problems.length).toBeGreaterThan(0);
    expect(store.problems[0]!.path.startsWith(home.claudeDir)).toBe(true);
    expect(store.totals().requests).toBeLessThan(3);
    chmodSync(what(), 0o755);
    await look(sweep);
    expect(store.totals()).toMatchObject(known);
  });

  it.each(closed)('stops no way of looking: %s', async (_name, what, mode) => {
    await look(sweep);
    home.append(NAME, ...conversation(1, 21));
    chmodSync(what(), mode);
    const hinted = (): Promise<void> => store.follower.readFiles([file, home.file('new.jsonl')]);
    await look(hinted, () => store.follower.quickLook(), sweep, all);
    expect(store.totals()).toMatchObject(known);
    chmodSync(what(), 0o755);
    await look(sweep);
    expect(store.totals()).toMatchObject({ requests: 4, files: 2 });
  });

  it('does not keep other files from being read', async () => {
    chmodSync(file, 0);
    await look(all);
    expect(store.totals()).toMatchObject({ requests: 1, files: 1 });
    expect(store.problems).toMatchObject([
      { path: file, reason: expect.stringContaining('EACCES') as string },
    ]);
  });
});
