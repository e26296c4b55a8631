import { styleText } from 'node:util';
import Table from 'cli-table3';
import { escapeText } from './escape.ts';
import type { Terminal } from './terminal.ts';

/** One column of a table. */
export interface Column<R> {
  readonly head: string;
  readonly text: (row: R) => string;
  /** Text of the totals row; none leaves the cell empty. */
  readonly total?: string;
  /** Figures (the default) stand right, labels and names left; only names may be shortened. */
  readonly kind?: 'figure' | 'label' | 'name';
  /** Which column goes first where the terminal is narrow: the lowest. Those without a rank always stay. */
  readonly rank?: number;
}

const GAP = 2;
/** Names are cut to this before a column goes, and to the other after the last has gone. */
const NAME_WIDTH = 28;
const MIN_NAME_WIDTH = 12;

/**
 * Rows as a table that fits the terminal: names are cut in their middle, then columns go by rank until the rest fits.
 * All text is escaped, since names of tools, files and models come from outside.
 */
export function renderTable<R>(
  columns: readonly Column<R>[],
  rows: readonly R[],
  { columns: available, hasColour }: Pick<Terminal, 'columns' | 'hasColour'>,
): string {
  const hasTotals = columns.some(({ total }) => total !== undefined);
  const kept = fitted(
    columns.map((column) => measured(column, rows)),
    available,
  );
  const bold = (text: string): string =>
    hasColour ? styleText('bold', text, { validateStream: false }) : text;
  const table = new Table({
    chars: PLAIN_CHARS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
    colAligns: kept.map(({ kind }) => (kind === 'figure' ? 'right' : 'left')),
  });
  const rule = kept.map(({ width }) => '-'.repeat(width));
  table.push(
    kept.map(({ head }) => bold(head)),
    rule,
  );
  table.push(...rows.map((_, index) => kept.map(({ cells }) => cells[index] ?? '')));
  if (hasTotals) {
    table.push(
      rule,
      kept.map(({ total }) => bold(total)),
    );
  }
  const lines = table.toString().split('\n');
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** No lines but the two rules that are rows. */
const PLAIN_CHARS = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((name) => [name, '']),
);

interface MeasuredColumn {
  readonly head: string;
  readonly cells: readonly string[];
  readonly total: string;
  readonly width: number;
  readonly kind: 'figure' | 'label' | 'name';
  readonly rank: number | undefined;
}

function measured<R>(
  { head, text, total = '', kind = 'figure', rank }: Column<R>,
  rows: readonly R[],
): MeasuredColumn {
  const cells = rows.map((row) => escapeText(text(row)));
  const width = [head, total, ...cells].reduce(
    (widest, cell) => Math.max(widest, displayWidth(cell)),
    0,
  );
  return { head, cells, total, width, kind, rank };
}

function fitted(all: readonly MeasuredColumn[], available: number): MeasuredColumn[] {
  let kept = [...all];
  while (widthOf(kept, NAME_WIDTH) > available) {
    const ranks = kept.flatMap(({ rank }) => (rank === undefined ? [] : [rank]));
    if (ranks.length === 0) {
      return kept.map((column) => cut(column, MIN_NAME_WIDTH));
    }
    kept = kept.filter(({ rank }) => rank !== Math.min(...ranks));
  }
  let nameWidth = NAME_WIDTH;
  while (
    widthOf(kept, nameWidth) < widthOf(kept, Infinity) &&
    widthOf(kept, nameWidth + 1) <= available
  ) {
    nameWidth += 1;
  }
  return kept.map((column) => cut(column, nameWidth));
}

function widthOf(columns: readonly MeasuredColumn[], nameWidth: number): number {
  const widths = columns.map(({ kind, width }) =>
    kind === 'name' ? Math.min(width, nameWidth) : width,
  );
  return widths.reduce((sum, width) => sum + width + GAP, -GAP);
}

function cut(column: MeasuredColumn, nameWidth: number): MeasuredColumn {
  if (column.kind !== 'name' || column.width <= nameWidth) {
    return column;
  }
  return {
    ...column,
    width: nameWidth,
    cells: column.cells.map((cell) => cutMiddle(cell, nameWidth)),
  };
}

/** Keeps both ends, more of the last: the end of a path says most. */
function cutMiddle(text: string, width: number): string {
  const characters = Array.from(text);
  if (displayWidth(text) <= width) {
    return text;
  }
  const perCharacter = Math.max(1, displayWidth(text) / characters.length);
  const room = Math.floor((width - 1) / perCharacter);
  const before = Math.floor(room / 3);
  return `${characters.slice(0, before).join('')}…${characters.slice(characters.length - (room - before)).join('')}`;
}

/** Columns of a terminal that text takes; wide scripts and emoji take two. */
export function displayWidth(text: string): number {
  if (/^[\u0020-\u007e…]*$/.test(text)) {
    return text.length;
  }
  return Array.from(text).reduce(
    (sum, character) => sum + (WIDE.test(character) ? 2 : /\p{M}/u.test(character) ? 0 : 1),
    0,
  );
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
