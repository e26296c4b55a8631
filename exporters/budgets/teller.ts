import { join } from 'node:path';
import type { Pusher, PusherDeps } from '../../src/component.ts';
import { PermanentError, TransientError } from '../../src/errors.ts';
import { type BudgetUse, budgetUses } from '../../src/rollups/budgets.ts';
import { isStoreFilled } from '../../src/rollups/store-filled.ts';
import { createTimeZone } from '../../src/rollups/time-zone.ts';
import { type Backoff, createBackoff } from '../../src/runtime/backoff.ts';
import { pause } from '../../src/runtime/pause.ts';
import type { BudgetsConfig } from './index.ts';
import { Ledger } from './ledger.ts';
import { type BudgetMessage, createMessage, levelOf, messageId } from './message.ts';
import { resolveTarget } from './target.ts';
import { readTold, writeTold } from './told-file.ts';
import { createWebhook, type Webhook } from './webhook.ts';

/** What a teller takes from outside; replaced in tests. */
export interface TellerParts {
  readonly uses?: typeof budgetUses;
  /** Waits so many milliseconds, or until the signal aborts. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** A number from 0 up to 1, for the back-off. */
  readonly random?: () => number;
}

const NAME = 'budgets';
/** Time between two looks at what was spent. */
const LOOK_MS = 15_000;
/** What could not be told for so long is no news any more. */
const LONGEST_WAIT_MS = 24 * 60 * 60_000;
/** However long the far side says to stay away, it is asked again after so many milliseconds. */
const LONGEST_ASKED_MS = 15 * 60_000;

/** Looks at the budgets until it is told to stop, and tells the webhook what has come to a level. */
export const createTeller = (
  config: BudgetsConfig,
  deps: PusherDeps,
  parts: TellerParts = {},
): Pusher => {
  const resolved = resolveTarget(config.webhook);
  if ('fault' in resolved) {
    const text = `Nobody is told of budgets by the webhook: ${resolved.fault}`;
    deps.log.warn({ exporter: NAME }, text);
    return { name: NAME, run: stopped, trouble: () => text };
  }
  for (const warning of resolved.warnings) deps.log.warn({ exporter: NAME }, warning);
  const teller = new Teller({ config, deps, parts, webhook: createWebhook(resolved.target, deps) });
  return { name: NAME, run: (signal) => teller.run(signal), trouble: () => teller.trouble };
};

const stopped = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });

interface TellerOptions {
  readonly config: BudgetsConfig;
  readonly deps: PusherDeps;
  readonly parts: TellerParts;
  readonly webhook: Webhook;
}

/** What can go wrong independently of each other. */
type Matter = 'look' | 'file' | 'webhook';

class Teller {
  readonly #config: BudgetsConfig;
  readonly #deps: PusherDeps;
  readonly #webhook: Webhook;
  readonly #uses: typeof budgetUses;
  readonly #wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly #backoff: Backoff;
  readonly #path: string;
  readonly #zone: ReturnType<typeof createTimeZone>;
  readonly #troubles = new Map<Matter, string>();
  #ledger = new Ledger({ told: {}, waiting: [] });

  constructor({ config, deps, parts, webhook }: TellerOptions) {
    this.#config = config;
    this.#deps = deps;
    this.#webhook = webhook;
    this.#uses = parts.uses ?? budgetUses;
    this.#wait = parts.wait ?? pause;
    this.#backoff = createBackoff({ random: parts.random ?? Math.random });
    this.#path = join(deps.home, NAME, 'told.json');
    this.#zone = createTimeZone(deps.timezone);
  }

  get trouble(): string | undefined {
    return this.#troubles.size === 0 ? undefined : [...this.#troubles.values()].join(' ');
  }

  async run(signal: AbortSignal): Promise<void> {
    const { db } = this.#deps.reader;
    while (!signal.aborted && !isStoreFilled(db)) await this.#wait(LOOK_MS, signal);
    if (signal.aborted) return;
    await this.#open();
    // Counted in time that was waited: a clock that is put back must not hold anything up.
    let restMs = 0;
    while (!signal.aborted) {
      this.#look();
      await this.#save();
      if (restMs <= 0) restMs = await this.#tell(signal);
      const ms = restMs > 0 ? Math.min(restMs, LOOK_MS) : LOOK_MS;
      await this.#wait(ms, signal);
      restMs -= ms;
    }
  }

  async #open(): Promise<void> {
    try {
      this.#ledger = new Ledger(await readTold(this.#path));
    } catch (error) {
      this.#deps.log.warn(
        { exporter: NAME, file: this.#path, reason: textOf(error) },
        'What was told of budgets cannot be read; it begins anew, and may tell something twice.',
      );
    }
  }

  #look(): void {
    const nowMs = this.#deps.now();
    let uses: readonly BudgetUse[];
    try {
      uses = this.#uses(this.#deps.reader.db, this.#config, { zone: this.#zone, nowMs });
    } catch (error) {
      this.#fail('look', `Budgets could not be worked out: ${textOf(error)}`);
      return;
    }
    this.#troubles.delete('look');
    const current = new Set<string>();
    for (const use of uses) {
      const level = levelOf(use, this.#config.warnRatio);
      if (level === undefined) continue;
      const exceeded = messageId(use, 'exceeded');
      current.add(exceeded).add(messageId(use, 'warning'));
      // Whoever was told that it is overdrawn needs no warning, also where a price was corrected since.
      if (this.#ledger.knows(exceeded) || this.#ledger.knows(messageId(use, level))) continue;
      const { timezone } = this.#deps;
      this.#ledger.add(createMessage(use, level, { timezone, atMs: nowMs }));
    }
    this.#ledger.forget(current, nowMs);
  }

  /** Sends what waits, oldest first; the milliseconds after which to try again, 0 where nothing is left. */
  async #tell(signal: AbortSignal): Promise<number> {
    for (const message of this.#ledger.waiting) {
      if (signal.aborted) return 0;
      if (this.#deps.now() - Date.parse(message.at) > LONGEST_WAIT_MS) {
        this.#give(message, 'expired', 'It could not be delivered for a day.');
      } else {
        const againMs = await this.#send(message, signal);
        if (againMs > 0) return againMs;
      }
      await this.#save();
    }
    return 0;
  }

  /** Sends one message; the milliseconds after which to try it again, 0 where it is settled. */
  async #send(message: BudgetMessage, signal: AbortSignal): Promise<number> {
    const { count, now } = this.#deps;
    try {
      await this.#webhook.post(message, signal);
    } catch (error) {
      if (error instanceof PermanentError) {
        const text = withHint(error);
        this.#give(message, 'refused', text);
        this.#troubles.set('webhook', `A message about a budget was refused: ${text}`);
        this.#backoff.reset();
        return 0;
      }
      if (!(error instanceof TransientError)) throw error;
      const ownMs = this.#backoff.next();
      if (signal.aborted) return ownMs;
      count('export_retries', NAME, 1);
      this.#fail('webhook', `A message about a budget could not be delivered: ${error.message}`);
      return Math.max(ownMs, Math.min(error.retryAfterMs ?? 0, LONGEST_ASKED_MS));
    }
    this.#backoff.reset();
    this.#troubles.delete('webhook');
    count('exported', NAME, 1);
    this.#ledger.settle(message.id, now());
    return 0;
  }

  #give({ id }: BudgetMessage, reason: 'refused' | 'expired', text: string): void {
    const { count, log, now } = this.#deps;
    count('export_dropped', `${NAME} ${reason}`, 1);
    log.warn({ exporter: NAME, id, reason: text }, 'A message about a budget was given up.');
    this.#ledger.settle(id, now());
  }

  /** Writes down what changed; what could not be written is tried again at the next look. */
  async #save(): Promise<void> {
    if (!this.#ledger.isChanged) return;
    try {
      await writeTold(this.#path, this.#ledger.state);
    } catch (error) {
      this.#fail('file', `What was told of budgets cannot be written down: ${textOf(error)}`);
      return;
    }
    this.#ledger.isChanged = false;
    this.#troubles.delete('file');
  }

  /** Tells a trouble, in the log only when it is a new one. */
  #fail(matter: Matter, text: string): void {
    if (!this.#troubles.has(matter)) this.#deps.log.warn({ exporter: NAME }, text);
    this.#troubles.set(matter, text);
  }
}

const withHint = ({ message, hint }: PermanentError): string =>
  hint === undefined ? message : `${message} ${hint}`;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
