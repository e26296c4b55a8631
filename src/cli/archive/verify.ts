import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ARCHIVE } from '../../records/archive-line.ts';
import { archiveFiles } from '../../../exporters/archive/archive-files.ts';
import { type Verification, verifyArchive } from '../../../exporters/archive/verify-archive.ts';
import type { Finding, StreamCounts } from '../../../exporters/archive/verify-stream.ts';
import type { CommandContext, CommandResult } from '../context.ts';
import { escapeText, jsonText } from '../escape.ts';
import { EXIT } from '../exit-codes.ts';
import { countText } from '../figures.ts';
import { renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** Examines every file of the archive for damage. Exit code 1 where there is any, or no archive. */
export async function runVerify(
  options: { readonly json?: boolean },
  { config, terminal }: CommandContext,
): CommandResult {
  const root = join(config.home, ARCHIVE);
  if (!existsSync(root)) {
    terminal.note(
      `hall-monitor: there is no archive in ${config.home}.\nA running collector makes one, and so does hall-monitor archive update.\n`,
    );
    return EXIT.failure;
  }
  const verification = await verifyArchive(archiveFiles, root);
  if (options.json === true) terminal.print(jsonText(figures(root, verification)));
  else terminal.print(report(verification, terminal));
  return verification.isSound ? EXIT.ok : EXIT.failure;
}

const figures = (folder: string, { isSound, faults, remarks, streams }: Verification) => ({
  sound: isSound,
  folder,
  faults,
  remarks,
  streams: Object.fromEntries(streams),
  totals: totalsOf([...streams.values()]),
});

const totalsOf = (all: readonly StreamCounts[]): StreamCounts => {
  const sum = (of: (counts: StreamCounts) => number): number =>
    all.reduce((total, counts) => total + of(counts), 0);
  return {
    open: sum(({ open }) => open),
    plain: sum(({ plain }) => plain),
    compressed: sum(({ compressed }) => compressed),
    deleted: sum(({ deleted }) => deleted),
    records: sum(({ records }) => records),
    lines: sum(({ lines }) => lines),
    bytes: sum(({ bytes }) => bytes),
  };
};

const report = (
  { isSound, faults, remarks, streams }: Verification,
  terminal: Terminal,
): string => {
  const totals = totalsOf([...streams.values()]);
  const figure = (key: keyof StreamCounts, head: string = key) => ({
    head,
    text: ([, counts]: readonly [string, StreamCounts]) => countText(counts[key]),
    total: countText(totals[key]),
  });
  const columns = [
    {
      head: 'stream',
      text: ([stream]: readonly [string, StreamCounts]) => stream,
      total: 'all',
      kind: 'label' as const,
    },
    figure('lines'),
    figure('bytes'),
    figure('open', 'open files'),
    figure('plain'),
    figure('compressed'),
    figure('deleted'),
  ];
  return [
    renderTable(columns, [...streams], terminal),
    ...section('The archive is damaged:', faults),
    ...section('Also:', remarks),
    isSound
      ? 'The archive is sound.\n'
      : 'A collector builds again what its store still holds; the rest is lost unless you have a copy.\n',
  ].join('');
};

const section = (title: string, findings: readonly Finding[]): readonly string[] =>
  findings.length === 0
    ? []
    : [
        `${title}\n`,
        ...findings.map(
          ({ file, place, reason }) => `${escapeText(`  ${file}, ${place}: ${reason}`)}\n`,
        ),
      ];
