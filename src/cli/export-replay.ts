import path from 'node:path';
import { createOutlet, type Outlet } from '../../exporters/clickhouse/outlet.ts';
import { ConfigError, PermanentError } from '../errors.ts';
import { deadLettersOf, type DeadLetter } from '../rollups/dead-letters.ts';
import { forgetDeadLetters } from '../store/forget-dead-letters.ts';
import { isHeld, lockStore } from '../store/lock.ts';
import { openStore, STORE_FILE } from '../store/open.ts';
import { createReader, type Reader } from '../store/reader.ts';
import type { Stored } from '../store/store.ts';
import { StoreHeldError } from './collector.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { jsonText } from './escape.ts';
import { EXIT } from './exit-codes.ts';
import { countText } from './figures.ts';
import { readStore } from './read-store.ts';
import { renderTable } from './table.ts';
import { packageVersion } from './version.ts';

/** What is wanted of `export replay`. */
export interface ReplayOptions {
  readonly list?: boolean;
  readonly json?: boolean;
}

const EXPORTER = 'clickhouse';
const AT_A_TIME = 200;

/** Sends again what ClickHouse refused, or lists it. Exit code 1 where something is refused again. */
export async function run(options: ReplayOptions, context: CommandContext): CommandResult {
  return options.list === true ? await list(options, context) : await replay(options, context);
}

async function list({ json }: ReplayOptions, context: CommandContext): CommandResult {
  const { terminal } = context;
  const letters = await readStore(context, { sync: false }, (db) => [
    ...inPages((afterId) => deadLettersOf(db, EXPORTER, { afterId, limit: AT_A_TIME })),
  ]);
  if (json === true) {
    terminal.print(jsonText(letters.map(publicLetter)));
    return EXIT.ok;
  }
  if (letters.length === 0) terminal.note('ClickHouse has refused nothing.\n');
  else terminal.print(renderTable(COLUMNS, letters, terminal));
  return EXIT.ok;
}

const COLUMNS = [
  { head: 'Refused (UTC)', kind: 'label', text: (letter: DeadLetter) => iso(letter.refusedAtMs) },
  { head: 'Entry', kind: 'label', text: (letter: DeadLetter) => letter.entryId },
  { head: 'Revision', text: (letter: DeadLetter) => String(letter.revision), rank: 1 },
  { head: 'Reason', kind: 'name', text: (letter: DeadLetter) => letter.reason },
] as const;

const publicLetter = ({ entryId, revision, seq, reason, refusedAtMs }: DeadLetter) => ({
  entry_id: entryId,
  revision,
  seq,
  reason,
  refused_at: iso(refusedAtMs),
});

const iso = (atMs: number): string => new Date(atMs).toISOString();

/** @throws StoreHeldError while another process writes to the store, TransientError where ClickHouse does not answer. */
async function replay({ json }: ReplayOptions, context: CommandContext): CommandResult {
  const { config, terminal } = context;
  if (config.clickhouse.url === null)
    throw new ConfigError('No ClickHouse is set.', {
      hint: 'Set clickhouse.url or HALL_MONITOR_CLICKHOUSE_URL.',
    });
  // A folder without a store is left as it is.
  await readStore(context, { sync: false }, () => undefined);
  const lock = lockStore(config.home, 0, process.pid);
  if (isHeld(lock)) throw new StoreHeldError(config.home, lock.holderPid);
  const db = openStore(config.home);
  const reader = createReader(path.join(config.home, STORE_FILE));
  const outlet = await createOutlet(config.clickhouse, {
    db: reader.db,
    home: config.home,
    version: packageVersion(),
    now: terminal.nowMs,
  });
  let landed = 0;
  let refused = 0;
  try {
    const pages = (afterId: number): readonly DeadLetter[] =>
      deadLettersOf(db, EXPORTER, { afterId, limit: AT_A_TIME });
    // Ctrl+C may end it anywhere: what landed is forgotten only then, and may land twice.
    const parts = { reader, outlet, signal: new AbortController().signal };
    for (let page = pages(0); page.length > 0; page = pages(page.at(-1)!.id)) {
      for await (const part of sendAgain(page, parts)) {
        if (part.isTaken)
          forgetDeadLetters(
            db,
            part.letters.map(({ id }) => id),
          );
        if (part.isTaken) landed += part.letters.length;
        else refused += part.letters.length;
      }
    }
  } finally {
    await outlet.close();
    reader.close();
    db.close();
    lock.release();
  }
  if (json === true) terminal.print(jsonText({ exporter: EXPORTER, landed, refused }));
  else terminal.note(`${countText(landed)} landed, ${countText(refused)} refused again.\n`);
  return refused === 0 ? EXIT.ok : EXIT.failure;
}

interface Parts {
  readonly reader: Reader;
  readonly outlet: Outlet;
  readonly signal: AbortSignal;
}

interface Resent {
  readonly letters: readonly DeadLetter[];
  readonly isTaken: boolean;
}

/** Sends what the store knows of the letters now, in halves where something is refused again. */
async function* sendAgain(letters: readonly DeadLetter[], parts: Parts): AsyncGenerator<Resent> {
  try {
    await sendLetters(letters, parts);
    yield { letters, isTaken: true };
    return;
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
  }
  if (letters.length === 1) {
    yield { letters, isTaken: false };
    return;
  }
  const half = Math.ceil(letters.length / 2);
  yield* sendAgain(letters.slice(0, half), parts);
  yield* sendAgain(letters.slice(half), parts);
}

/** A line that the store does not have any more, or that a later one supersedes, is sent as it was. */
async function sendLetters(
  letters: readonly DeadLetter[],
  { reader, outlet, signal }: Parts,
): Promise<void> {
  const lines: Stored[] = [];
  for (const { seq, entryId, body } of letters) {
    const [line] = reader.current(seq - 1, 1).lines;
    if (line?.kind === 'metric' && line.entry.id === entryId) lines.push(line);
    else await outlet.sendBody(body, signal);
  }
  if (lines.length > 0)
    await outlet.send(
      lines.toSorted((a, b) => a.seq - b.seq),
      signal,
    );
}

function* inPages(page: (afterId: number) => readonly DeadLetter[]): Generator<DeadLetter> {
  for (let letters = page(0); letters.length > 0; letters = page(letters.at(-1)!.id))
    yield* letters;
}
