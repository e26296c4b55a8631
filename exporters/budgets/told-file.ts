import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isSystemError } from '../../src/errors.ts';
import { isDraftOf, writeWhole } from '../../src/runtime/write-whole.ts';
import type { BudgetMessage } from './message.ts';

/** What was told already, and what is still to be told. */
export interface ToldState {
  /** Unix milliseconds of when a message was last known to be settled, by its id. */
  readonly told: Readonly<Record<string, number>>;
  /** Oldest first. */
  readonly waiting: readonly BudgetMessage[];
}

const VERSION = 1;
const MODE = 0o600;
/** Far more than is ever written; what is larger was not written here. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads the state, nothing where there is no file; takes away what a killed process left beside it.
 *
 * @throws Error where there is a file and it cannot be used.
 */
export async function readTold(path: string): Promise<ToldState> {
  const folder = dirname(path);
  try {
    const drafts = (await readdir(folder)).filter((name) => isDraftOf(name, basename(path)));
    for (const name of drafts) await rm(join(folder, name), { force: true });
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw new Error(`It has ${size} bytes.`);
    return stateOf(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return { told: {}, waiting: [] };
    throw error;
  }
}

/** Writes the state for its owner alone; resolves once it is on disk as a whole. */
export const writeTold = (path: string, { told, waiting }: ToldState): Promise<void> =>
  writeWhole(path, `${JSON.stringify({ version: VERSION, told, waiting })}\n`, MODE);

function stateOf(value: unknown): ToldState {
  const { version, told, waiting } = (value ?? {}) as Record<string, unknown>;
  if (version !== VERSION) throw new Error('It is of another version, or no such file.');
  if (typeof told !== 'object' || told === null || !Object.values(told).every(Number.isFinite))
    throw new Error('It does not say when messages were told.');
  if (!Array.isArray(waiting) || !waiting.every(isMessage))
    throw new Error('It holds messages that are none.');
  return { told: told as Record<string, number>, waiting };
}

function isMessage(value: unknown): value is BudgetMessage {
  const { version, id, at, text } = (value ?? {}) as Record<string, unknown>;
  const atMs = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return version === 1 && typeof id === 'string' && typeof text === 'string' && !Number.isNaN(atMs);
}
