import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { archiveFiles, type ArchiveFiles } from '../../../exporters/archive/archive-files.ts';
import { verifyArchive } from '../../../exporters/archive/verify-archive.ts';
import {
  DAY_MS,
  drain,
  FAST_FOLDER,
  heldIn,
  NINE_MS,
  open,
  repeatedIn,
  TestClocks,
} from './archive-home.ts';
import { failingFiles, Killed, type Manner } from './failing-files.ts';
import { LogBook, streams } from './log-book.ts';

const HOUR_MS = 3_600_000;
const limits = { batchLines: 7, maxSegmentBytes: 400, keepDays: 30 };

/** What happens to an archive: entries and revisions of them, over days and streams, and rounds with time in between. */
type Deed =
  | { readonly kind: 'tell'; readonly id: number; readonly day: number; readonly stream: number }
  | { readonly kind: 'drain' }
  | { readonly kind: 'look'; readonly isFinal: boolean }
  | { readonly kind: 'pass'; readonly hours: number }
  | { readonly kind: 'reopen' };

interface Scene {
  readonly book: LogBook;
  readonly root: string;
  readonly clocks: TestClocks;
}

const perform = async (
  { book, root, clocks }: Scene,
  deeds: readonly Deed[],
  files: ArchiveFiles,
): Promise<void> => {
  const again = () => open({ book, root, clocks, files, limits });
  let archive = await again();
  for (const deed of deeds) {
    if (deed.kind === 'tell') {
      const stream = streams[deed.stream % streams.length]!;
      const atMs = NINE_MS - deed.day * DAY_MS;
      book.tell({ id: `${stream}-${deed.id}`, atMs, stream, text: 'x'.repeat(deed.id) });
    }
    if (deed.kind === 'drain') await drain(archive);
    if (deed.kind === 'look') await archive.look(deed.isFinal);
    if (deed.kind === 'pass') clocks.pass(deed.hours * HOUR_MS);
    if (deed.kind === 'reopen') archive = await again();
  }
};

/** What is not as it should be once the archive was opened again and has caught up; empty where all is well. */
const complaints = async ({ book, root, clocks }: Scene): Promise<readonly string[]> => {
  const archive = await open({ book, root, clocks, limits: { ...limits, keepDays: null } });
  await drain(archive);
  await archive.look();
  const held = heldIn(root);
  const lost = [...book.truth].filter(([id, revision]) => held.get(id) !== revision);
  const { faults, remarks } = await verifyArchive(archiveFiles, root);
  return [
    ...lost.map(([id, revision]) => `lost ${id} ${revision}`),
    ...repeatedIn(root).map((name) => `twice ${name}`),
    ...[...faults, ...remarks].map(({ file, place, reason }) => `${file} ${place} ${reason}`),
  ];
};

const withScene = async <T>(work: (scene: Scene) => Promise<T>): Promise<T> => {
  const root = mkdtempSync(join(FAST_FOLDER, 'hall-monitor-crash-'));
  try {
    return await work({ book: new LogBook(), root, clocks: new TestClocks() });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

const cutShort = async (
  scene: Scene,
  deeds: readonly Deed[],
  files: ArchiveFiles,
): Promise<void> => {
  try {
    await perform(scene, deeds, files);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
};

const tell = (id: number, day: number, stream = 0): Deed => ({ kind: 'tell', id, day, stream });
const drained: Deed = { kind: 'drain' };
/** Every kind of step: new files, appended lines, rolled over, closed, compressed, continued and late. */
const STORY: readonly Deed[] = [
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((id) => tell(id, id % 3, id % 2)),
  drained,
  ...[0, 20, 21, 22, 1].map((id) => tell(id, 10)),
  drained,
  { kind: 'look', isFinal: true },
  tell(20, 10),
  tell(30, 0, 4),
  drained,
  { kind: 'reopen' },
  { kind: 'look', isFinal: true },
  tell(31, 0, 5),
  drained,
];
const MANNERS: readonly Manner[] = ['before', 'middle'];

describe('an archive whose process is killed', () => {
  it('has every line once and is sound, wherever it was', async () => {
    const whole = failingFiles(0, 'before');
    await withScene((scene) => perform(scene, STORY, whole.files));
    const found: string[] = [];
    for (let at = 1; at <= whole.steps(); at += 1) {
      for (const manner of MANNERS) {
        if (manner === 'middle' && !whole.writing.has(at)) continue;
        await withScene(async (scene) => {
          await cutShort(scene, STORY, failingFiles(at, manner).files);
          for (const text of await complaints(scene)) found.push(`${at} ${manner}: ${text}`);
        });
      }
    }
    expect(whole.steps()).toBeGreaterThan(100);
    expect(found).toEqual([]);
  }, 120_000);

  it('keeps every line of another store that was there before, and has its own', async () => {
    const before = new LogBook('before');
    const after = new LogBook('after');
    for (const id of [1, 2, 3, 4, 5, 6, 7, 8]) {
      before.tell({ id: `before-${id}`, atMs: NINE_MS - (id % 4) * 5 * DAY_MS });
      after.tell({ id: `after-${id}`, atMs: NINE_MS - (id % 4) * 5 * DAY_MS });
    }
    const prepare = async ({ root, clocks }: Scene): Promise<void> => {
      const archive = await open({ book: before.copy(), root, clocks, limits });
      await drain(archive);
      await archive.look(true);
      for (const name of ['requests/manifest.jsonl', 'requests/open.json']) {
        if (clocks.ranMs > 0) rmSync(join(root, name));
      }
    };
    const change = (scene: Scene, files: ArchiveFiles): Promise<void> =>
      cutShort(scene, [drained, { kind: 'look', isFinal: true }], files);
    const found: string[] = [];
    for (const areBooksLost of [false, true]) {
      const whole = failingFiles(0, 'before');
      for (let at = 0; at === 0 || at <= whole.steps(); at += areBooksLost ? 2 : 1) {
        await withScene(async ({ root, clocks }) => {
          if (areBooksLost) clocks.pass(1);
          const scene = { root, clocks, book: after.copy() };
          await prepare(scene);
          await change(scene, at === 0 ? whole.files : failingFiles(at, 'middle').files);
          const texts = await complaints(scene);
          const held = heldIn(root);
          const lost = [...before.truth.keys()].filter((id) => !held.has(id));
          for (const text of [...texts, ...lost]) found.push(`${at} ${areBooksLost}: ${text}`);
        });
      }
      expect(whole.steps()).toBeGreaterThan(20);
    }
    expect(found).toEqual([]);
  }, 120_000);

  it('goes on from a cursor that could not be saved', async () => {
    await withScene(async (scene) => {
      for (const id of [1, 2, 3, 4]) scene.book.tell({ id: `a${id}`, atMs: NINE_MS });
      scene.book.savesFail = new Killed();
      await cutShort(scene, [drained], archiveFiles);
      scene.book.savesFail = undefined;
      scene.book.tell({ id: 'a1', atMs: NINE_MS });
      expect(await complaints(scene)).toEqual([]);
    });
  });

  it('survives being killed again and again, in any story', async () => {
    const deed: fc.Arbitrary<Deed> = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          kind: fc.constant('tell' as const),
          id: fc.nat(12),
          day: fc.nat(12),
          stream: fc.nat(2),
        }),
      },
      { weight: 3, arbitrary: fc.constant<Deed>({ kind: 'drain' }) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('look' as const), isFinal: fc.boolean() }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('pass' as const), hours: fc.nat(30) }),
      },
      { weight: 1, arbitrary: fc.constant<Deed>({ kind: 'reopen' }) },
    );
    const life = fc.record({
      deeds: fc.array(deed, { maxLength: 25 }),
      at: fc.integer({ min: 1, max: 60 }),
      manner: fc.constantFrom<Manner>('before', 'middle'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 4 }), async (lives) => {
        await withScene(async (scene) => {
          for (const { deeds, at, manner } of lives) {
            await cutShort(scene, deeds, failingFiles(at, manner).files);
          }
          expect(await complaints(scene)).toEqual([]);
        });
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});

describe('an archive on a disk that is full', () => {
  it('skips nothing and writes nothing twice, whichever step there was no room for', async () => {
    const whole = failingFiles(0, 'before');
    await withScene((scene) => perform(scene, STORY, whole.files));
    const full = Object.assign(new Error('no space left on device'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    const found: string[] = [];
    for (let at = 1; at <= whole.steps(); at += 4) {
      await withScene(async (scene) => {
        const { files } = failingFiles(at, 'middle', full);
        const { book, root, clocks } = scene;
        const insist = async <T>(work: () => Promise<T>): Promise<T> => {
          try {
            return await work();
          } catch (error) {
            if (error !== full) throw error;
            return await work();
          }
        };
        const archive = await insist(() => open({ book, root, clocks, files, limits }));
        for (const deed of STORY) {
          if (deed.kind === 'tell')
            await perform(scene, [deed], archiveFiles).catch(() => undefined);
          if (deed.kind === 'drain') await insist(() => drain(archive));
          if (deed.kind === 'look') await insist(() => archive.look(deed.isFinal));
        }
        for (const text of await complaints(scene)) found.push(`${at}: ${text}`);
      });
    }
    expect(found).toEqual([]);
  }, 120_000);
});
