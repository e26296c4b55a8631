import type { ArchiveFields } from './archive-fields.ts';

/** A line that is kept until everything else is there. */
export interface KeptLine {
  readonly seq: number;
  readonly revision: number;
  readonly fields: ArchiveFields;
}

/** Lines by id, of each the one with the highest revision. */
export class NewestLines {
  readonly #lines = new Map<string, KeptLine>();

  /** Keeps a line unless a newer one is known; false where one is. */
  put(fields: ArchiveFields): boolean {
    const id = fields.text('id');
    const line = { seq: fields.count('seq'), revision: fields.count('revision'), fields };
    const known = this.#lines.get(id);
    const isNewer =
      known === undefined ||
      line.revision > known.revision ||
      (line.revision === known.revision && line.seq > known.seq);
    if (isNewer) this.#lines.set(id, line);
    return isNewer;
  }

  /** All of them, oldest first. */
  all(): readonly KeptLine[] {
    return [...this.#lines.values()].sort((left, right) => left.seq - right.seq);
  }
}
