import type { ChildProcess } from 'node:child_process';
import { endOf, type Ended, type Place, startCommand, until } from './running-command.ts';

/** A `hall-monitor serve` that answers. */
export interface RunningCollector {
  readonly url: string;
  readonly pid: number;
  /** Resolves with how it ended, whatever ended it. */
  readonly ended: Promise<Ended>;
  /** What it has said so far. */
  readonly said: () => string;
  readonly get: (path: string) => Promise<Response>;
  readonly json: <T>(path: string) => Promise<T>;
  /** Resolves when it has read everything there was. */
  readonly ready: () => Promise<void>;
  readonly stop: () => Promise<Ended>;
  readonly kill: () => Promise<Ended>;
}

const ADDRESS = /http:\/\/127\.0\.0\.1:\d+/;

/** Starts a collector on a port that the system chooses, and waits until it says where it is. */
export const startCollector = (
  place: Place,
  ...args: readonly string[]
): Promise<RunningCollector> =>
  followCollector(startCommand(place, ['serve', '--port', '0', ...args]));

/** The same for a process that was started in another way. */
export async function followCollector(child: ChildProcess): Promise<RunningCollector> {
  let stderr = '';
  let isOver = false;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = endOf(child);
  ended.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  const url = await until('address', () => {
    if (isOver) throw new Error(`It ended before it answered: ${stderr}`);
    return ADDRESS.exec(stderr)?.[0];
  });
  const get = (path: string): Promise<Response> => fetch(`${url}${path}`);
  const json = async <T>(path: string): Promise<T> => {
    const response = await get(path);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const ready = async (): Promise<void> => {
    await until('readiness', async () => ((await get('/readyz')).ok ? true : undefined));
  };
  const end = (signal: NodeJS.Signals) => (): Promise<Ended> => {
    child.kill(signal);
    return ended;
  };
  return {
    url,
    pid: child.pid ?? 0,
    ended,
    said: () => stderr,
    get,
    json,
    ready,
    stop: end('SIGTERM'),
    kill: end('SIGKILL'),
  };
}
