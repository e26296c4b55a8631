import { escapeText } from './escape.ts';
import { displayWidth } from './table.ts';

/** One line of a plan's tree: a mark, what it is about, and its figures. */
export interface TreeLine {
  /** Empty for lines that are no feature. */
  readonly mark: string;
  readonly id: string;
  readonly text: string;
  /** In the order of the heads. */
  readonly figures: readonly string[];
  /** What has to be said of it below. */
  readonly remarks: readonly string[];
}

/** How wide things are, and how text is cut. */
export interface TreeShape {
  readonly columns: number;
  readonly heads: readonly string[];
  readonly markWidth: number;
  /** What stands for the end of a text that was cut. */
  readonly ellipsis: string;
}

const INDENT = 2;
const GAP = 2;
const LEAST_TEXT = 16;
const WIDEST_ID = 12;

/**
 * Lines with their figures below each other. Where there is little room the figures after the second go, the last one
 * first; descriptions are cut at their end, remarks go on in another line. All text is escaped.
 */
export function renderLines(
  lines: readonly TreeLine[],
  { columns, heads, markWidth, ellipsis }: TreeShape,
): readonly string[] {
  const cut = (text: string, width: number): string => cutEnd(escapeText(text), width, ellipsis);
  const idWidth = Math.min(
    WIDEST_ID,
    Math.max(0, ...lines.map(({ id }) => displayWidth(escapeText(id)))),
  );
  const before = INDENT + markWidth + 1 + idWidth + GAP;
  const widths = fittedWidths(columns - before - LEAST_TEXT, heads, lines);
  const figuresWidth = widths.reduce((sum, width) => sum + GAP + width, 0);
  const textWidth = Math.max(LEAST_TEXT, columns - before - figuresWidth);
  const figured = (figures: readonly string[]): string =>
    widths.map((width, index) => ' '.repeat(GAP) + (figures[index] ?? '').padStart(width)).join('');
  const head = ' '.repeat(before + textWidth) + figured(heads);
  return [
    head,
    ...lines.flatMap(({ mark, id, text, figures, remarks }) => [
      `${' '.repeat(INDENT)}${mark === '' ? ' '.repeat(markWidth) : mark} ${padEnd(cut(id, idWidth), idWidth + GAP)}${padEnd(cut(text, textWidth), textWidth)}${figured(figures)}`.trimEnd(),
      ...remarks.flatMap((remark) =>
        wrap(escapeText(remark), columns - before).map((part) => ' '.repeat(before) + part),
      ),
    ]),
  ];
}

function fittedWidths(
  room: number,
  heads: readonly string[],
  lines: readonly TreeLine[],
): readonly number[] {
  const widths = heads.map((head, index) =>
    Math.max(head.length, ...lines.map(({ figures }) => (figures[index] ?? '').length)),
  );
  while (widths.length > 2 && widths.reduce((sum, width) => sum + GAP + width, 0) > room)
    widths.pop();
  return widths;
}

const padEnd = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - displayWidth(text)));

function cutEnd(text: string, width: number, ellipsis: string): string {
  if (displayWidth(text) <= width) return text;
  const kept: string[] = [];
  let used = ellipsis.length;
  for (const character of text) {
    used += displayWidth(character);
    if (used > width) break;
    kept.push(character);
  }
  return `${kept.join('').trimEnd()}${ellipsis}`;
}

/** Words in lines; one that is too long for any line stands alone. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(last) + 1 + displayWidth(word) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
