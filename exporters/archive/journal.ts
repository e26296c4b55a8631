import { join } from 'node:path';
import type { MetricEntry } from '../../src/records/metric-entry.ts';
import type { ArchiveFiles } from './archive-files.ts';
import { readWhole, replaceFile } from './archive-files.ts';
import { linesOf } from './archived-lines.ts';
import { plainPieces } from './compression.ts';
import { sha256Of } from './digest.ts';
import {
  JOURNAL_FILES,
  type JournalEntry,
  journalEntry,
  type JournalFile,
  journalTexts,
} from './journal-lines.ts';
import { dayOf, dayStartMs } from './segment-name.ts';
import { isUnreadable } from './segment-lines.ts';
import type { StreamFolder } from './stream-folder.ts';

/** What a journal is made of. */
export interface JournalParts {
  readonly files: ArchiveFiles;
  /** Folder of the journal. */
  readonly root: string;
  readonly requests: StreamFolder;
  readonly toolCalls: StreamFolder;
  readonly occurrences: StreamFolder;
}

/** What was written of a day. */
interface WrittenDay {
  /** Tells the archive's files that it was made of from any others. */
  readonly source: string;
  readonly sizes: Readonly<Record<string, number>>;
}

const STATE_FILE = 'state.json';
/** So few at a time that the archive itself does not wait for long. */
const DAYS_AT_ONCE = 10;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const FILES = Object.keys(JOURNAL_FILES) as readonly JournalFile[];

const fileOf = (file: JournalFile, day: string): string => `${file}-${day}${JOURNAL_FILES[file]}`;

/**
 * Short lines of what happened, as older tools read them. A day of it is worked out from that day of the archive and
 * replaced as a whole, so there is nothing that could be in it twice or be missing.
 */
export class Journal {
  readonly #parts: JournalParts;
  #written: Map<string, WrittenDay> | undefined;

  constructor(parts: JournalParts) {
    this.#parts = parts;
  }

  /** Writes days whose archive has changed or whose files are not what was written, newest first; false where none is left. */
  async update(): Promise<boolean> {
    const { files, root } = this.#parts;
    await files.makeFolder(root);
    const written = (this.#written ??= await this.#load());
    const sources = this.#sources();
    let left = DAYS_AT_ONCE;
    const days = [...sources].toSorted(([one], [other]) => (one < other ? 1 : -1));
    for (const [day, source] of days) {
      if (await this.#isWritten(day, source)) continue;
      if (left === 0) break;
      const sizes = await this.#write(day);
      if (sizes === null) continue;
      written.set(day, { source, sizes });
      left -= 1;
    }
    for (const day of [...written.keys()].filter((known) => !sources.has(known))) {
      for (const file of FILES) await files.remove(join(root, fileOf(file, day)));
      written.delete(day);
      left -= 1;
    }
    if (left === DAYS_AT_ONCE) return false;
    const text = JSON.stringify(Object.fromEntries(written));
    await replaceFile(files, join(root, STATE_FILE), [Buffer.from(`${text}\n`)]);
    return left <= 0;
  }

  /** What each day is made of: the hashes of its files in the archive. */
  #sources(): ReadonlyMap<string, string> {
    const { requests, toolCalls, occurrences } = this.#parts;
    const hashes = new Map<string, string[]>();
    for (const folder of [requests, toolCalls, occurrences]) {
      for (const { day, sha256 } of folder.segments) {
        hashes.set(day, [...(hashes.get(day) ?? []), sha256]);
      }
    }
    return new Map([...hashes].map(([day, all]) => [day, sha256Of(all.join(' '))]));
  }

  async #isWritten(day: string, source: string): Promise<boolean> {
    const known = this.#written?.get(day);
    if (known?.source !== source) return false;
    for (const file of FILES) {
      const mark = await this.#parts.files.mark(join(this.#parts.root, fileOf(file, day)));
      if ((mark?.sizeBytes ?? 0) !== (known.sizes[file] ?? 0)) return false;
    }
    return true;
  }

  /** Null where the archive of that day cannot be read. */
  async #write(day: string): Promise<WrittenDay['sizes'] | null> {
    const { files, root } = this.#parts;
    const texts = await this.#textsOf(day);
    if (texts === null) return null;
    const sizes: Record<string, number> = {};
    for (const file of FILES) {
      const data = Buffer.from(texts[file]);
      const path = join(root, fileOf(file, day));
      if (data.length === 0) await files.remove(path);
      else await replaceFile(files, path, [data]);
      sizes[file] = data.length;
    }
    return sizes;
  }

  async #textsOf(day: string): Promise<Readonly<Record<JournalFile, string>> | null> {
    const { requests, toolCalls, occurrences } = this.#parts;
    const models = new Map<string, string | null>();
    const entries: JournalEntry[] = [];
    const dayBefore = dayOf(dayStartMs(day) - 1);
    try {
      // A call after midnight may belong to a request from before it.
      for (const one of [dayBefore, day]) {
        const told = await newestOf(requests, one, ({ model }) => model ?? null);
        for (const [id, model] of told) models.set(id, model);
      }
      for (const folder of [toolCalls, occurrences]) {
        for (const entry of (await newestOf(folder, day, journalEntry)).values()) {
          if (entry !== null) entries.push(entry);
        }
      }
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return null;
    }
    return journalTexts(entries, (id) => models.get(id) ?? null);
  }

  async #load(): Promise<Map<string, WrittenDay>> {
    const { files, root } = this.#parts;
    const bytes = await readWhole(files, join(root, STATE_FILE));
    try {
      const state = JSON.parse(bytes?.toString('utf8') ?? '{}') as Record<string, WrittenDay>;
      return new Map(Object.entries(state).filter(([day]) => DAY.test(day)));
    } catch {
      // It says only what need not be written again.
      return new Map();
    }
  }
}

/** What is taken of each entry of a day, from the line with its highest revision. */
const newestOf = async <T>(
  folder: StreamFolder,
  day: string,
  take: (entry: MetricEntry) => T,
): Promise<ReadonlyMap<string, T>> => {
  const newest = new Map<string, { readonly revision: number; readonly taken: T }>();
  for (const segment of folder.segments) {
    if (segment.day !== day) continue;
    const { file, sizeBytes } = segment;
    if ((await folder.files.mark(folder.path(file))) === null) continue;
    const pieces = plainPieces(file, folder.files.read(folder.path(file), sizeBytes));
    for await (const line of linesOf(pieces)) {
      const entry = JSON.parse(line) as MetricEntry;
      const before = newest.get(entry.id)?.revision ?? Number.NEGATIVE_INFINITY;
      if (entry.revision >= before) {
        newest.set(entry.id, { revision: entry.revision, taken: take(entry) });
      }
    }
  }
  return new Map([...newest].map(([id, { taken }]) => [id, taken]));
};
