import { join } from 'node:path';
import { ARCHIVE } from '../../records/archive-line.ts';
import { archiveIn } from '../../../exporters/archive/index.ts';
import { silentLog } from '../../runtime/log.ts';
import { readCursor } from '../../store/cursor-table.ts';
import { STORE_FILE } from '../../store/open.ts';
import { createReader } from '../../store/reader.ts';
import type { Cursors } from '../../store/store.ts';
import { type Collector, openCollector } from '../collector.ts';
import type { CommandContext, CommandResult } from '../context.ts';
import { escapeText, jsonText } from '../escape.ts';
import { countText } from '../figures.ts';

const LOCK_WAIT_MS = 2_000;

/** Brings the archive up to date once. */
export async function runUpdate(
  options: { readonly json?: boolean },
  { config, terminal }: CommandContext,
): CommandResult {
  const { home, pricing } = config;
  const { overrideFile } = pricing;
  const collector = await openCollector({
    home,
    overrideFile,
    waitMs: LOCK_WAIT_MS,
    onRecovery: (text) => terminal.note(`hall-monitor: ${escapeText(text)}\n`),
  });
  const reader = createReader(join(home, STORE_FILE));
  let [added, healed] = [0, 0];
  const warn = (_fields: unknown, text?: string): void =>
    terminal.note(`hall-monitor: ${escapeText(text ?? '')}\n`);
  try {
    const archive = await archiveIn(config.archive, {
      home,
      reader,
      cursors: cursorsOf(collector),
      log: { ...silentLog, warn },
      now: terminal.nowMs,
      count: (name, label, by = 1) => {
        if (name === 'exported') added += by;
        if (name === 'archive_damage' && label.endsWith(' healed')) healed += by;
      },
    });
    while (collector.logDocuments());
    while (await archive.advance());
    await archive.look(true);
    for (const damage of archive.damages) warn({}, damage);
    const done = {
      folder: join(home, ARCHIVE),
      added_lines: added,
      healed_files: healed,
      damaged_files: archive.damages.length,
      bytes: Object.fromEntries(archive.sizes),
    };
    terminal.print(options.json === true ? jsonText(done) : summary(done));
  } finally {
    reader.close();
    collector.close();
  }
}

const cursorsOf = ({ store, saveCursor }: Collector): Cursors => ({
  load: (exporter) => readCursor(store.db, exporter),
  save: async (exporter, seq, refused = []) => saveCursor(exporter, seq, refused),
});

interface Done {
  readonly folder: string;
  readonly added_lines: number;
  readonly healed_files: number;
  readonly damaged_files: number;
  readonly bytes: Readonly<Record<string, number>>;
}

const summary = ({ folder, bytes, ...done }: Done): string => {
  const total = Object.values(bytes).reduce((sum, one) => sum + one, 0);
  return [
    `Added ${countText(done.added_lines)} lines to ${folder}, which now has ${countText(total)} bytes.`,
    ...(done.healed_files === 0
      ? []
      : [`Built ${countText(done.healed_files)} damaged files again.`]),
    'Examine it with: hall-monitor archive verify',
    '',
  ].join('\n');
};
