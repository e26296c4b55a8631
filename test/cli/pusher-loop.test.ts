import { describe, expect, it } from 'vitest';
import { createPusherLoop } from '../../src/cli/pusher-loop.ts';
import type { Pusher } from '../../src/component.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { until } from '../support/running-command.ts';

/** A loop over pushers that are made one after the other; what is an error fails to be made. */
const loopOver = (made: (Pusher | Error)[]) =>
  createPusherLoop({
    name: 'one',
    create: () => {
      const next = made.shift()!;
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
    log: silentLog,
    random: () => 0,
  });

const untilStopped = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

describe('an exporter that pushes', () => {
  it('that cannot be made, or fails, begins again and says why meanwhile', async () => {
    const works: Pusher = { name: 'one', run: untilStopped, trouble: () => 'it waits' };
    const fails: Pusher = { name: 'one', run: () => Promise.reject(new Error('broken')) };
    const { run, trouble } = loopOver([new Error('unmade'), fails, works]);
    const stop = new AbortController();
    const running = run(stop.signal);
    await until('one failure', () => (trouble()?.includes('unmade') ? true : undefined));
    await until('another', () => (trouble()?.includes('broken') ? true : undefined));
    await until('a run', () => (trouble() === 'it waits' ? true : undefined));
    stop.abort();
    await expect(running).resolves.toBeUndefined();
  });

  it('ends with the signal, also while it waits', async () => {
    const { run, trouble } = loopOver([new Error('unmade')]);
    const stop = new AbortController();
    const running = run(stop.signal);
    await until('a failure', trouble);
    stop.abort();
    await running;
    expect(trouble()).toBe('The exporter one failed: unmade');
  });
});
