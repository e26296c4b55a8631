import { join } from 'node:path';
import type { BudgetsConfig } from '../../exporters/budgets/index.ts';
import type { BudgetMessage } from '../../exporters/budgets/message.ts';
import { createTeller } from '../../exporters/budgets/teller.ts';
import type { Pusher } from '../../src/component.ts';
import type { BudgetUse } from '../../src/rollups/budgets.ts';
import { createExportLog, type ExportLog } from '../pipeline/export-log.ts';
import type { WebhookServer } from './webhook-server.ts';

const NANO_USD = 1_000_000_000;
export const NOW_MS = Date.UTC(2026, 10, 26, 9, 30);
/** Part of an address that lets anybody post. */
export const SECRET_PATH = '/services/T000/B000/not-to-be-seen';

/** How much of the budget of a day is used, in USD. */
export const day = (usedUsd: number, more: Partial<BudgetUse> = {}): BudgetUse => ({
  budget: 'day',
  project: '',
  sessionId: null,
  period: '2026-11-26',
  limitNanoUsd: 10 * NANO_USD,
  usedNanoUsd: usedUsd * NANO_USD,
  ...more,
});

/** A teller over a real store and budgets that a test sets, whose time passes when the test says so. */
export interface BudgetRig extends AsyncDisposable {
  readonly log: ExportLog;
  readonly warnings: readonly string[];
  /** Milliseconds of each wait so far. */
  readonly waits: readonly number[];
  readonly file: string;
  /** How much is used from the next look on. */
  readonly spend: (...uses: readonly BudgetUse[]) => void;
  /** What the next looks fail with. */
  readonly failLooks: (error: Error | null) => void;
  /** Puts the clock on without anybody waiting. */
  readonly jump: (ms: number) => void;
  /** Begins, and resolves when it waits for the first time. */
  readonly start: (more?: Partial<BudgetsConfig['webhook']>) => Promise<void>;
  /** Begins, and resolves at once. */
  readonly begin: (more?: Partial<BudgetsConfig['webhook']>) => void;
  /** Lets one wait end, and resolves at the next. */
  readonly pass: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly trouble: () => string | undefined;
}

/** What a server was sent. */
export const messagesOf = ({ posted }: WebhookServer): readonly BudgetMessage[] =>
  posted.map(({ body }) => JSON.parse(body) as BudgetMessage);

/** Makes one that posts to `server`. */
export function createBudgetRig(server: WebhookServer): BudgetRig {
  const log = createExportLog();
  log.fixture.store.settle();
  const warnings: string[] = [];
  const waits: number[] = [];
  let uses: readonly BudgetUse[] = [];
  let failure: Error | null = null;
  let nowMs = NOW_MS;
  let asleep = Promise.withResolvers<void>();
  let wake: () => void = () => undefined;
  let pusher: Pusher | undefined;
  let abort = new AbortController();
  let running = Promise.resolve();

  const wait = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      waits.push(ms);
      wake = () => {
        nowMs += ms;
        resolve();
      };
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) resolve();
      asleep.resolve();
    });
  const note = (fields: unknown, message?: string): void =>
    void warnings.push(`${message ?? ''} ${JSON.stringify(fields)}`);
  const begin: BudgetRig['begin'] = (more = {}) => {
    const webhook = {
      url: `${server.origin}${SECRET_PATH}?wait=true`,
      headers: null,
      timeoutMs: 10_000,
      allowHttp: false,
      ...more,
    };
    pusher = createTeller(
      { dayUsd: 10, sessionUsd: null, projects: {}, warnRatio: 0.8, webhook },
      {
        ...log.deps,
        now: () => nowMs,
        log: { ...log.deps.log, warn: note, error: note },
        home: log.fixture.home,
        resource: {},
        version: '9.9.9',
        timezone: 'Europe/Berlin',
      },
      {
        wait,
        random: () => 1,
        uses: () => {
          if (failure !== null) throw failure;
          return uses;
        },
      },
    );
    abort = new AbortController();
    asleep = Promise.withResolvers();
    running = pusher.run(abort.signal);
  };
  const stop = async (): Promise<void> => {
    abort.abort();
    await running;
  };
  return {
    log,
    warnings,
    waits,
    file: join(log.fixture.home, 'budgets', 'told.json'),
    spend: (...next) => void (uses = next),
    failLooks: (error) => void (failure = error),
    jump: (ms) => void (nowMs += ms),
    begin,
    start: async (more) => {
      begin(more);
      await asleep.promise;
    },
    pass: async () => {
      asleep = Promise.withResolvers();
      wake();
      await asleep.promise;
    },
    stop,
    trouble: () => pusher?.trouble?.(),
    [Symbol.asyncDispose]: async () => {
      await stop();
      log.remove();
    },
  };
}
