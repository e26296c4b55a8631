// `needs` makes tests that the linter does not know for such.
import { spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type * as Chokidar from 'chokidar';
import { isRemote } from '../../../src/runtime/remote-folder.ts';
import { needs } from '../../support/offers.ts';
import { TranscriptHome } from '../../support/transcript-home.ts';
import { conversation, SESSION } from '../../support/transcript-lines.ts';
import { runReceiver } from '../../support/transcript-receiver.ts';

/** Stands for the watching library where the system has no watches left: it fails, and fails again. */
const exhausted = vi.hoisted(() => ({ isSo: false }));
vi.mock('chokidar', async (importOriginal) => {
  const real = await importOriginal<typeof Chokidar>();
  const watch: typeof real.watch = (...given) => {
    if (!exhausted.isSo) return real.watch(...given);
    const watcher = Object.assign(new EventEmitter(), {
      close: () => Promise.resolve(),
      add: () => watcher,
    });
    const fail = (): void =>
      void watcher.emit(
        'error',
        new Error('ENOSPC: System limit for number of file watchers reached'),
      );
    setImmediate(fail);
    setImmediate(fail);
    return watcher as unknown as ReturnType<typeof real.watch>;
  };
  return { ...real, watch };
});

const WATCHER = path.join(import.meta.dirname, '../../support/transcript-watcher.ts');
const told = ['Changes are not told by the system; looking for them instead.'];
const without = (limit: string): ReturnType<typeof spawnSync> =>
  spawnSync(
    'unshare',
    [
      '-Ur',
      'sh',
      '-c',
      `echo 0 > /proc/sys/user/${limit} && exec "$0" "$@"`,
      process.execPath,
      WATCHER,
    ],
    { encoding: 'utf8' },
  );
const canUnshare =
  spawnSync('unshare', ['-Ur', 'sh', '-c', 'echo 0 > /proc/sys/user/max_inotify_watches'])
    .status === 0;

describe('a system without watches', () => {
  it('is looked at again and again instead, and that is said once', async () => {
    using home = new TranscriptHome();
    using store = await home.open();
    home.write(`${SESSION}.jsonl`, ...conversation(2));
    exhausted.isSo = true;
    const receiver = runReceiver(home, store, { watch: 'events', pollIntervalMs: 5 });
    await receiver.caughtUp;
    home.append(`${SESSION}.jsonl`, ...conversation(1, 11));
    await receiver.until({ requests: 3 });
    home.write('other.jsonl', ...conversation(1, 21));
    await receiver.until({ requests: 4 });
    exhausted.isSo = false;
    expect(receiver.warnings).toEqual(told);
    await receiver.stop();
  });

  it.for(['max_inotify_watches', 'max_inotify_instances'])(
    'is looked at again and again instead where the system really has none: %s',
    { timeout: 60_000 },
    (limit, context) => {
      context.skip(
        !canUnshare,
        'no user namespaces: the limits of the system cannot be lowered for one process',
      );
      const { stdout, stderr } = without(limit);
      expect({ stdout, stderr }).toEqual({
        stdout: `${JSON.stringify({ requests: 4, warnings: told })}\n`,
        stderr: '',
      });
    },
  );
});

describe('a folder', () => {
  it('that cannot be asked about is not watched', () => {
    expect(isRemote(path.join(import.meta.dirname, 'nowhere'))).toBe(true);
  });

  needs('linux')('on a file system of this machine is watched', () => {
    expect(isRemote('/proc')).toBe(false);
  });
});
