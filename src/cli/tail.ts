import { setImmediate, setTimeout } from 'node:timers/promises';
import { jsonLine } from '../runtime/json-text.ts';
import { lockHolder } from '../store/lock.ts';
import type { Stored } from '../store/store.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { createEventLines, projectPath, toldOf } from './event-line.ts';
import { createFollower } from './follower.ts';
import { readStore } from './read-store.ts';
import { stopSignal } from './stop-signal.ts';
import { zoneOf } from './time-options.ts';

/** Flags of `hall-monitor tail`. */
export interface TailOptions {
  readonly session?: string;
  readonly project?: string;
  /** How many of the last entries to begin with. */
  readonly lines: number;
  readonly json?: boolean;
  readonly sync: boolean;
}

const POLL_MS = 100;
/** Where no collector runs, this often is looked for what is new. */
const SYNC_MS = 2_000;

/** Prints what happens, as it is recorded, until stopped. */
export async function run(options: TailOptions, context: CommandContext): CommandResult {
  const { config, terminal } = context;
  const lineOf = createEventLines({ zone: zoneOf(context), hasColour: terminal.hasColour });
  const print = (stored: Stored): void =>
    terminal.print(options.json === true ? jsonLine(toldOf(stored)) : lineOf(stored));
  const stop = stopSignal();
  void stop.requested.then(stop.abort);
  // Says so where there is no store, or one of another version.
  await readStore(context, options, () => undefined);
  const follower = createFollower(config.home);
  try {
    follower.last(options).forEach(print);
    let syncedMs = terminal.nowMs();
    while (!stop.signal.aborted) {
      const news = follower.next();
      news.filter((one) => isWanted(one, options)).forEach(print);
      // In between a person must be able to stop it.
      await setImmediate();
      if (news.length > 0) continue;
      if (options.sync && terminal.nowMs() - syncedMs >= SYNC_MS) {
        await syncAlone(context);
        syncedMs = terminal.nowMs();
      }
      await setTimeout(POLL_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  } finally {
    follower.close();
    stop.release();
  }
}

/** Reads what is new where no collector does. */
async function syncAlone({ config, terminal }: CommandContext): Promise<void> {
  if (lockHolder(config.home) !== null) return;
  const { syncStore } = await import('./sync.ts');
  await syncStore(config, terminal.note);
}

function isWanted(stored: Stored, { session, project }: TailOptions): boolean {
  if (session !== undefined && !toldOf(stored).session_id.startsWith(session)) return false;
  const path = projectPath(stored);
  return project === undefined || path === project || path.split(/[\\/]/).at(-1) === project;
}
