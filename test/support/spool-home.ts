import { randomUUID } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A payload as a test writes it down: what every hook is told is filled in. */
export type Told = Readonly<Record<string, unknown>>;

export const HOOK_SESSION = '11111111-2222-4333-8444-555555555555';

/** What every hook of a session is told. */
export const told = (event: string, more: Told = {}): Told => ({
  session_id: HOOK_SESSION,
  transcript_path: `/home/dev/.claude/projects/-home-dev-project/${HOOK_SESSION}.jsonl`,
  cwd: '/home/dev/project',
  hook_event_name: event,
  ...more,
});

/** A spool in a folder of its own, and what hooks do to it. */
export class SpoolHome implements Disposable {
  readonly home = mkdtempSync(path.join(tmpdir(), 'hall-monitor-spool-'));
  readonly spool: string;
  #count = 0;

  /** `place` is where the spool is in a folder of its own. */
  constructor(place = 'spool') {
    this.spool = path.join(this.home, place);
    for (const folder of ['tmp', 'new'])
      mkdirSync(path.join(this.spool, folder), { recursive: true });
  }

  /** Puts a payload where hooks put it; `atMs` is when it was written. */
  put(
    payload: Told | string | Uint8Array,
    { scope = 'user', atMs, folder = 'new', name }: PutOptions = {},
  ): string {
    const bytes =
      typeof payload === 'string' || payload instanceof Uint8Array
        ? payload
        : JSON.stringify(payload);
    const file = name ?? `${(this.#count += 1)}.${randomUUID().slice(0, 8)}-${scope}`;
    const tmp = path.join(this.spool, 'tmp', file);
    writeFileSync(tmp, bytes, { mode: 0o600 });
    // The middle of the millisecond, so that no rounding leads to another one.
    if (atMs !== undefined) utimesSync(tmp, (atMs + 0.5) / 1000, (atMs + 0.5) / 1000);
    if (folder === 'new') renameSync(tmp, path.join(this.spool, 'new', file));
    return file;
  }

  /** Names that lie in one of the folders. */
  names(folder: 'tmp' | 'new' | 'dead'): readonly string[] {
    try {
      return readdirSync(path.join(this.spool, folder));
    } catch {
      return [];
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

interface PutOptions {
  readonly scope?: string;
  readonly atMs?: number;
  readonly folder?: 'tmp' | 'new';
  readonly name?: string;
}
