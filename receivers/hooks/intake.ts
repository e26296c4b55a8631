import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Component } from '../../src/component.ts';
import { TransientError } from '../../src/errors.ts';
import type { HooksConfig } from './config.ts';
import { SCOPE_HEADER } from './registration.ts';
import { HOOK_SCOPES } from './shim.ts';

/**
 * Takes hooks over HTTP. A payload is put into the spool and is on disk when the answer goes out, so that neither a busy
 * collector nor its end loses one; what it tells is understood where the spool is drained, so there is one decoder.
 *
 * The answer has no body: the client would take one for an order.
 */
export const createHookIntake = ({
  spool,
  maxPayloadBytes,
}: Pick<HooksConfig, 'spool' | 'maxPayloadBytes'>): Component => {
  const writer = new SpoolWriter(spool, maxPayloadBytes);
  const handle = async (request: Request): Promise<Response> => {
    await writer.write(request.body ?? [], scopeOf(request));
    return new Response(null, { status: 200 });
  };
  return {
    name: 'hook-intake',
    routes: [{ method: 'POST', path: '/hooks', isStreamed: true, handle }],
  };
};

const scopeOf = (request: Request): string => {
  const scope = request.headers.get(SCOPE_HEADER) ?? '';
  return HOOK_SCOPES.some((known) => known === scope) ? scope : 'http';
};

type Pieces = NonNullable<Request['body']> | readonly Uint8Array[];

/** Writes payloads as hooks do, but durably. */
class SpoolWriter {
  readonly #tmp: string;
  readonly #new: string;
  readonly #maxBytes: number;
  readonly #process = randomBytes(6).toString('hex');
  #count = 0;
  #syncing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** Of a payload of more than `maxBytes`, the receiver is left one byte more than it reads. */
  constructor(spool: string, maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#tmp = path.join(spool, 'tmp');
    this.#new = path.join(spool, 'new');
  }

  /** Resolves when the payload would survive the end of the machine. Throws TransientError where it cannot be written. */
  async write(pieces: Pieces, scope: string): Promise<void> {
    const name = `${this.#process}.${(this.#count += 1)}-${scope}`;
    try {
      await this.#write(pieces, name);
    } catch (error) {
      await rm(path.join(this.#tmp, name), { force: true }).catch(() => undefined);
      const hint = 'Make room on the disk, and look at who may write to the data folder.';
      throw new TransientError('The hook cannot be kept: the spool cannot be written to.', {
        cause: error,
        hint,
      });
    }
  }

  async #write(pieces: Pieces, name: string): Promise<void> {
    const place = path.join(this.#tmp, name);
    const file = await this.#open(place);
    try {
      let room = this.#maxBytes + 1;
      for await (const piece of pieces as AsyncIterable<Uint8Array>) {
        if (room > 0) await file.appendFile(piece.subarray(0, room));
        room -= piece.length;
      }
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(place, path.join(this.#new, name));
    await this.#syncFolder();
  }

  async #open(place: string): Promise<FileHandle> {
    try {
      return await open(place, 'wx', 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      for (const folder of [this.#tmp, this.#new])
        await mkdir(folder, { recursive: true, mode: 0o700 });
      return await open(place, 'wx', 0o600);
    }
  }

  /** One sync covers every renaming that came before it began. */
  async #syncFolder(): Promise<void> {
    if (this.#syncing !== undefined) {
      this.#next ??= this.#syncing.catch(() => undefined).then(() => this.#startSync());
      await this.#next;
      return;
    }
    await this.#startSync();
  }

  async #startSync(): Promise<void> {
    this.#next = undefined;
    this.#syncing = this.#sync().finally(() => (this.#syncing = undefined));
    await this.#syncing;
  }

  async #sync(): Promise<void> {
    const folder = await open(this.#new, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}
