import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { archiveFiles, type ArchiveFiles } from '../../../exporters/archive/archive-files.ts';
import { createArchive } from '../../../exporters/archive/index.ts';
import { DEFAULTS } from '../../../src/config/defaults.ts';
import type { Pusher } from '../../../src/component.ts';
import { TransientError } from '../../../src/errors.ts';
import { silentLog } from '../../../src/runtime/log.ts';
import { DAY_MS, heldIn, NINE_MS, repeatedIn, temporaryRoot } from './archive-home.ts';
import { LogBook } from './log-book.ts';

const CONFIG = DEFAULTS.archive;
const MINUTE_MS = 60_000;

const start = (book: LogBook, home: string, files: ArchiveFiles = archiveFiles) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'], now: NINE_MS });
  const errors: unknown[] = [];
  const archive = createArchive(CONFIG, {
    reader: book.reader,
    cursors: book.cursors,
    home,
    files,
    log: { ...silentLog, error: (fields: unknown) => void errors.push(fields) },
    now: Date.now,
    count: () => undefined,
  });
  const abort = new AbortController();
  const running = archive.run(abort.signal);
  const stop = async (): Promise<void> => {
    abort.abort();
    await running;
  };
  onTestFinished(stop);
  return { archive, stop, errors };
};

// Files are real, and take real time.
const realTimeout = setTimeout;

/** Lets fake time go on until something holds; real work is done in between. */
const until = async (holds: () => boolean): Promise<number> => {
  const stepMs = 100;
  for (let passedMs = 0; passedMs <= 2 * MINUTE_MS; passedMs += stepMs) {
    for (let turn = 0; turn < 5 && !holds(); turn += 1) {
      await new Promise((resolve) => realTimeout(resolve, 1));
    }
    if (holds()) return passedMs;
    await vi.advanceTimersByTimeAsync(stepMs);
  }
  throw new Error('it does not come to hold');
};

/** Waits for real work while fake time stands still. */
const stillUntil = async (holds: () => boolean): Promise<void> => {
  for (let turn = 0; turn < 5_000; turn += 1) {
    if (holds()) return;
    await new Promise((resolve) => realTimeout(resolve, 1));
  }
  throw new Error('it does not come to hold');
};

const isHeld = (book: LogBook, root: string): boolean => {
  try {
    const held = heldIn(root);
    return [...book.truth].every(([id, revision]) => held.get(id) === revision);
  } catch {
    return false;
  }
};

const refusing = (code: string): { readonly files: ArchiveFiles; isRefusing: boolean } => {
  const refusal = (): never => {
    throw Object.assign(new Error(`${code}: refused`), { code, syscall: 'open' });
  };
  const state = {
    isRefusing: false,
    files: {
      ...archiveFiles,
      append: async (...args: Parameters<ArchiveFiles['append']>) =>
        state.isRefusing ? refusal() : await archiveFiles.append(...args),
      create: async (...args: Parameters<ArchiveFiles['create']>) =>
        state.isRefusing ? refusal() : await archiveFiles.create(...args),
    },
  };
  return state;
};

afterEach(() => void vi.useRealTimers());

describe('the loop of the archive', () => {
  it('writes what is committed, soon', async () => {
    const [book, home] = [new LogBook(), temporaryRoot()];
    const root = join(home, 'archive');
    start(book, home);
    book.tell({ id: 'a', atMs: NINE_MS });
    expect(await until(() => isHeld(book, root))).toBeLessThan(1_000);
    book.tell({ id: 'b', atMs: NINE_MS });
    expect(await until(() => isHeld(book, root))).toBeLessThan(1_000);
  });

  it.each([
    ['deleted', (file: string) => rmSync(file)],
    ['cut', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 10))],
    ['taken away with its folder', (file: string) => rmSync(join(file, '..'), { recursive: true })],
    [
      'taken away with the archive',
      (file: string) => rmSync(join(file, '../..'), { recursive: true }),
    ],
  ])('builds a day file that was %s again within a minute', async (_name, damage) => {
    const [book, home] = [new LogBook(), temporaryRoot()];
    const root = join(home, 'archive');
    start(book, home);
    for (const id of ['a', 'b', 'c', 'a']) book.tell({ id, atMs: NINE_MS });
    book.tell({ id: 'd', atMs: NINE_MS - DAY_MS });
    // Which the first look ends with.
    await until(() => isHeld(book, root) && existsSync(join(root, 'clock.json')));
    await vi.advanceTimersByTimeAsync(5_000);
    damage(join(root, 'requests', '2026-11-20.jsonl'));
    expect(isHeld(book, root)).toBe(false);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    await stillUntil(() => isHeld(book, root));
    expect(repeatedIn(root)).toEqual([]);
  });

  it('finds within a minute what was deleted, also where something comes just before it looks', async () => {
    const [book, home] = [new LogBook(), temporaryRoot()];
    const root = join(home, 'archive');
    start(book, home);
    book.tell({ id: 'a', atMs: NINE_MS - DAY_MS });
    await until(() => isHeld(book, root) && existsSync(join(root, 'clock.json')));
    const yesterday = join(root, 'requests', '2026-11-19.jsonl');
    rmSync(yesterday);
    for (const waitMs of [27_000, 27_000]) {
      await vi.advanceTimersByTimeAsync(waitMs);
      book.tell({ id: `b${waitMs}`, atMs: NINE_MS });
      await until(() => isHeld(book, root) || !existsSync(yesterday));
    }
    await vi.advanceTimersByTimeAsync(5_000);
    await stillUntil(() => existsSync(yesterday) && isHeld(book, root));
    expect(repeatedIn(root)).toEqual([]);
  });

  it.each(['EACCES', 'ENOSPC', 'EROFS'])(
    'says so while nothing can be written (%s), and goes on without a gap when it can',
    async (code) => {
      const [book, home] = [new LogBook(), temporaryRoot()];
      const root = join(home, 'archive');
      const refuser = refusing(code);
      const { archive } = start(book, home, refuser.files);
      book.tell({ id: 'a', atMs: NINE_MS });
      await until(() => book.cursorSeq === 1);
      refuser.isRefusing = true;
      book.tell({ id: 'b', atMs: NINE_MS });
      await until(() => archive.trouble?.()?.includes(code) === true);
      for (let index = 0; index < 20; index += 1) book.tell({ id: `c${index % 7}`, atMs: NINE_MS });
      await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
      expect(book.cursorSeq).toBe(1);
      refuser.isRefusing = false;
      expect(await until(() => isHeld(book, root))).toBeLessThanOrEqual(5_000);
      await until(() => archive.trouble?.() === undefined);
      expect(repeatedIn(root)).toEqual([]);
    },
  );

  it('writes nothing twice while the position cannot be saved', async () => {
    const [book, home] = [new LogBook(), temporaryRoot()];
    const root = join(home, 'archive');
    book.savesFail = new TransientError('A position cannot be saved: disk is full');
    const { archive } = start(book, home);
    book.tell({ id: 'a', atMs: NINE_MS });
    await until(() => archive.trouble?.()?.includes('disk is full') === true);
    book.tell({ id: 'b', atMs: NINE_MS });
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    book.savesFail = undefined;
    await until(() => book.cursorSeq === 2);
    expect(isHeld(book, root)).toBe(true);
    expect(repeatedIn(root)).toEqual([]);
  });

  it('heals what it can while one file cannot be written', async () => {
    const [book, home] = [new LogBook(), temporaryRoot()];
    const root = join(home, 'archive');
    const { archive } = start(book, home);
    book.tell({ id: 'a', atMs: NINE_MS });
    book.tell({ id: 'b', atMs: NINE_MS, stream: 'plans' });
    await until(() => isHeld(book, root));
    const folder = join(root, 'requests', '2026-11-20.jsonl');
    rmSync(folder);
    mkdirSync(folder);
    rmSync(join(root, 'plans', '2026-11-20.jsonl'));
    await until(() => heldIn(root).has('b') && archive.trouble?.() !== undefined);
    expect(heldIn(root).has('a')).toBe(false);
    book.tell({ id: 'c', atMs: NINE_MS, stream: 'plans' });
    await until(() => heldIn(root).has('c'));
    rmSync(folder, { recursive: true });
    await until(() => isHeld(book, root) && archive.trouble?.() === undefined);
  });

  it('opens the archive again after a fault of its own, and says so', async () => {
    const [book, home] = [new LogBook(), temporaryRoot()];
    let isBroken = true;
    const files: ArchiveFiles = {
      ...archiveFiles,
      append: async (...args) => {
        if (isBroken) throw new RangeError('a bug');
        return await archiveFiles.append(...args);
      },
    };
    const { archive, errors } = start(book, home, files);
    book.tell({ id: 'a', atMs: NINE_MS });
    await until(() => archive.trouble?.()?.includes('a bug') === true);
    expect(errors).toHaveLength(1);
    isBroken = false;
    await until(() => isHeld(book, join(home, 'archive')));
  });

  it('stops when it is told to, also while it waits', async () => {
    const [book, home] = [new LogBook(), temporaryRoot()];
    const refuser = refusing('EACCES');
    refuser.isRefusing = true;
    const { archive, stop } = start(book, home, refuser.files);
    await until(() => archive.trouble?.() !== undefined);
    await stop();
    expect(book.cursorSeq).toBeNull();
  });
});

const named = (pusher: Pusher): string => pusher.name;

describe('the archive as an exporter', () => {
  it('goes under its own name', () => {
    const book = new LogBook();
    const deps = { reader: book.reader, cursors: book.cursors, home: '/nowhere' };
    const rest = { log: silentLog, now: Date.now, count: () => undefined };
    expect(named(createArchive(CONFIG, { ...deps, ...rest }))).toBe('archive');
  });
});
