import type { Database } from 'better-sqlite3';
import { csvHeader, csvLines, jsonLines } from '../../exporters/rest/encode.ts';
import { ALL_ENTRIES, type EntryPage, type EntryQuery } from '../records/entry-query.ts';
import type { EventCategory } from '../records/occurrence.ts';
import type { EntrySource } from '../records/record.ts';
import { resolveFilter } from '../rollups/filter.ts';
import { createEntryPages } from '../store/read-entries.ts';
import { asOfOneMoment } from '../store/snapshot.ts';
import type { CommandContext, CommandResult } from './context.ts';
import type { EntryFormat } from './export-commands.ts';
import { isFile, targetPath, type ExportTarget } from './export-target.ts';
import { countText } from './figures.ts';
import { readStore } from './read-store.ts';
import { rangeOf, wallText, zoneOf, type TimeOptions } from './time-options.ts';
import { writeExport } from './write-export.ts';

/** Flags of `hall-monitor export jsonl` and `csv`. */
export interface ExportEntriesOptions extends TimeOptions, ExportTarget {
  readonly project?: string;
  readonly model?: string;
  readonly session?: string;
  readonly source?: EntrySource;
  readonly eventType?: string;
  readonly eventCategory?: EventCategory;
  readonly tool?: string;
  readonly success?: 'true' | 'false';
  readonly tag?: readonly string[];
  readonly sync: boolean;
}

const PAGE = 1_000;

/** Writes entries by filter, oldest first. */
export async function run(
  format: EntryFormat,
  options: ExportEntriesOptions,
  context: CommandContext,
): CommandResult {
  const { terminal } = context;
  const zone = zoneOf(context);
  const range = rangeOf(options, zone, terminal.nowMs());
  if (isFile(options)) targetPath(options);
  let count = 0;
  let lastAt = '';
  const note = ({ entries }: EntryPage): void => {
    count += entries.length;
    lastAt = entries.at(-1)?.timestamp ?? lastAt;
  };
  const progress = (): string =>
    `${countText(count)} entries${lastAt === '' ? '' : `, up to ${wallText(zone, Date.parse(lastAt))}`}`;
  return await readStore(context, options, async (db) => {
    const query = {
      ...ALL_ENTRIES,
      ...restrictions(db, options),
      fromMs: range.sinceMs,
      toMs: range.untilMs,
      order: 'asc' as const,
      limit: PAGE,
    };
    // What changes meanwhile would else be missed, or told twice.
    const all = asOfOneMoment(db, () => texts(db, query, { format, note }));
    return await writeExport(all, options, { terminal, progress, done: progress });
  });
}

function restrictions(db: Database, options: ExportEntriesOptions): Partial<EntryQuery> {
  const { project = null, model = null, session = null } = options;
  const { source = null, eventType = null, eventCategory = null, tool = null } = options;
  return {
    ...resolveFilter(db, { project, model, session }),
    source,
    eventType,
    category: eventCategory,
    tool,
    success: options.success === undefined ? null : options.success === 'true',
    tags: options.tag ?? [],
  };
}

interface Telling {
  readonly format: EntryFormat;
  readonly note: (page: EntryPage) => void;
}

/** The text of one page after the other. */
function* texts(db: Database, query: EntryQuery, { format, note }: Telling): Generator<string> {
  const read = createEntryPages(db);
  const textOf = format === 'csv' ? csvLines : jsonLines;
  if (format === 'csv') yield csvHeader();
  for (let cursor: string | null = null; ;) {
    const page = read({ ...query, cursor });
    note(page);
    if (page.entries.length > 0) yield textOf(page.entries);
    if (page.next === null) return;
    cursor = page.next;
  }
}
