import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import path from 'node:path';
import { TransientError } from '../../src/errors.ts';
import { FINAL, frameOf, OPEN } from './segment.ts';

interface Waiting {
  readonly frame: Buffer;
  readonly settled: PromiseWithResolvers<void>;
}

/** A segment this long is closed, and the next one begun. */
const MAX_SEGMENT_BYTES = 16 * 1024 * 1024;
/** A segment to which nothing was added for this long is closed, so that it can be taken away. */
const IDLE_MS = 1_000;

/**
 * Payloads that came over HTTP, on disk: one file after the other, to which payloads are added. All that wait go out with
 * one write and one sync, so a payload waits for two of them at most.
 */
export class IntakeLog {
  readonly #folder: string;
  #waiting: Waiting[] = [];
  #isFlushing = false;
  #file: FileHandle | undefined;
  #name = '';
  #sizeBytes = 0;
  #count = 0;
  #idle: NodeJS.Timeout | undefined;

  /** What an earlier process left open in the folder will get no more. */
  constructor(folder: string) {
    this.#folder = folder;
    closeLeftSegments(folder);
  }

  /** Resolves when the payload would survive the end of the machine. Throws TransientError where it cannot be written. */
  append(payload: Buffer, scope: string, atMs: number): Promise<void> {
    const settled = Promise.withResolvers<void>();
    this.#waiting.push({ frame: frameOf(payload, scope, atMs), settled });
    if (!this.#isFlushing) void this.#flush();
    return settled.promise;
  }

  async #flush(): Promise<void> {
    this.#isFlushing = true;
    clearTimeout(this.#idle);
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(Buffer.concat(group.map(({ frame }) => frame)));
        for (const { settled } of group) settled.resolve();
      } catch (cause) {
        const error = unwritable(cause);
        for (const { settled } of group) settled.reject(error);
        // Part of a payload may stand at its end: nothing may follow it.
        await this.#close().catch(() => undefined);
      }
    }
    this.#isFlushing = false;
    this.#idle = setTimeout(() => {
      if (!this.#isFlushing) void this.#close().catch(() => undefined);
    }, IDLE_MS).unref();
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#sizeBytes >= MAX_SEGMENT_BYTES) await this.#close();
    this.#file ??= await this.#open();
    await this.#file.appendFile(bytes);
    await this.#file.datasync();
    this.#sizeBytes += bytes.length;
  }

  async #open(): Promise<FileHandle> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    // Names in order of time, so that what came first is taken in first.
    const time = Date.now().toString().padStart(15, '0');
    this.#name = `${time}-${(this.#count += 1)}-${randomBytes(4).toString('hex')}`;
    this.#sizeBytes = 0;
    const file = await open(path.join(this.#folder, this.#name + OPEN), 'ax', 0o600);
    // A file whose name is not on disk is lost with all that is in it.
    const folder = await open(this.#folder, 'r');
    await folder.sync();
    await folder.close();
    return file;
  }

  async #close(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    this.#sizeBytes = 0;
    await file.close();
    const place = path.join(this.#folder, this.#name);
    await rename(place + OPEN, place + FINAL);
  }
}

/** Marks segments that a process which is gone left open as those that get no more. */
export const closeLeftSegments = (folder: string): void => {
  for (const name of namesIn(folder)) {
    if (!name.endsWith(OPEN)) continue;
    const place = path.join(folder, name);
    renameSync(place, `${place.slice(0, -OPEN.length)}${FINAL}`);
  }
};

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    // It is made with the first payload.
    return [];
  }
};

const unwritable = (cause: unknown): TransientError =>
  new TransientError('The hook cannot be kept: the spool cannot be written to.', {
    cause,
    hint: 'Make room on the disk, and look at who may write to the data folder.',
  });
