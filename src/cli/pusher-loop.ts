import type { Pusher } from '../component.ts';
import { createBackoff } from '../runtime/backoff.ts';
import type { Log } from '../runtime/log.ts';
import { pause } from '../runtime/pause.ts';

/** One exporter that pushes, kept running. */
export interface PusherLoop {
  /** Resolves when it has ended, which it does with the signal; never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Why it does not get on, in words. */
  readonly trouble: () => string | undefined;
}

/** What a loop is made of. */
export interface PusherLoopParts {
  readonly name: string;
  readonly create: () => Promise<Pusher>;
  readonly log: Log;
  /** A number from 0 up to 1, for the back-off. */
  readonly random?: () => number;
}

/** Makes an exporter and runs it; one that fails begins again a little later, and no other one notices. */
export const createPusherLoop = ({
  name,
  create,
  log,
  random = Math.random,
}: PusherLoopParts): PusherLoop => {
  const backoff = createBackoff({ random });
  let pusher: Pusher | undefined;
  let failure: string | undefined;
  const run = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      try {
        pusher = await create();
        failure = undefined;
        await pusher.run(signal);
        return;
      } catch (error) {
        pusher = undefined;
        if (signal.aborted) return;
        const text = error instanceof Error ? error.message : String(error);
        log.error({ err: error, exporter: name }, 'An exporter failed; it begins again.');
        failure = `The exporter ${name} failed: ${text}`;
        await pause(backoff.next(), signal);
      }
    }
  };
  return { run, trouble: () => failure ?? pusher?.trouble?.() };
};
