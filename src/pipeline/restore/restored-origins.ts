import type { WriteStore } from '../../store/write-store.ts';
import type { ArchiveFields } from './archive-fields.ts';

/** Kinds of input that origins are of. */
const ORIGIN_SOURCES = ['transcript', 'hook', 'telemetry', 'custom', 'plan'] as const;

/**
 * Origins of an archive by source and path. What their own lines say is written when everything else is there; a position
 * only where nothing before it can be missing. Else what still exists is read again from its beginning.
 */
export class RestoredOrigins {
  readonly #store: WriteStore;
  readonly #ids = new Map<string, number>();
  readonly #renamed = new Map<string, string>();

  constructor(store: WriteStore) {
    this.#store = store;
  }

  /** Takes note of what an origin's line says of former names; lines of entries may use any of them. */
  learn(fields: ArchiveFields): void {
    const source = fields.oneOf('source', ORIGIN_SOURCES);
    const path = fields.text('path');
    for (const former of fields.texts('former_paths'))
      if (former !== path) this.#renamed.set(keyOf(source, former), path);
  }

  /** Id of an origin, which is added where it is new. */
  id(source: string, path: string): number {
    const key = keyOf(source, path);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#store.origins.restore(source, this.#today(source, path));
    this.#ids.set(key, id);
    return id;
  }

  /** Writes what an origin's line says. An origin that has another name since is told by the line of that one. */
  describe(fields: ArchiveFields, keepsPosition: boolean): number | null {
    const source = fields.oneOf('source', ORIGIN_SOURCES);
    const path = fields.text('path');
    if (this.#today(source, path) !== path) return null;
    const sessionId = fields.textOrNull('session_id');
    const id = this.id(source, path);
    const former = fields.texts('former_paths');
    this.#store.origins.describe(id, {
      session: sessionId === null ? null : this.#store.sessions.id(sessionId),
      firstAtMs: fields.wholeOrNull('first_at_ms'),
      writtenAtMs: fields.number('written_at_ms'),
      lines: fields.count('lines'),
      bytes: fields.count('bytes'),
      formerPaths: former.length === 0 ? null : JSON.stringify(former),
      position: keepsPosition ? (fields.textOrNull('position') ?? '') : '',
    });
    return id;
  }

  /** The path that an origin has now, after however many renames; a circle of them ends where it began. */
  #today(source: string, path: string): string {
    let now = path;
    for (let steps = 0; steps <= this.#renamed.size; steps++) {
      const next = this.#renamed.get(keyOf(source, now));
      if (next === undefined || next === path) return now;
      now = next;
    }
    return now;
  }
}

const keyOf = (source: string, path: string): string => `${source}\n${path}`;
