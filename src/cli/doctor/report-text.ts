import { styleText } from 'node:util';
import { escapeText } from '../escape.ts';
import type { Terminal } from '../terminal.ts';
import type { Finding, Level } from './finding.ts';

const MARKS = { ok: 'ok', note: 'note', warning: 'warn', error: 'FAIL' } as const;
const COLOURS = { ok: 'green', note: 'cyan', warning: 'yellow', error: 'red' } as const;
/** Two spaces, a mark, two spaces. */
const INDENT = ' '.repeat(8);
const MIN_WIDTH = 40;
const MAX_WIDTH = 100;

/** Findings for people, by area in their order, with what it comes to at the end. */
export function reportText(
  findings: readonly Finding[],
  terminal: Pick<Terminal, 'columns' | 'hasColour'>,
): string {
  const { columns, hasColour } = terminal;
  const width = Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, columns)) - INDENT.length;
  const areas = [...Map.groupBy(findings, ({ area }) => area)].map(([area, own]) =>
    [
      escapeText(area.charAt(0).toUpperCase() + area.slice(1)),
      ...own.flatMap((finding) => linesOf(finding, width, hasColour)),
    ].join('\n'),
  );
  return `${[...areas, summary(findings)].join('\n\n')}\n`;
}

function linesOf({ level, message, fix }: Finding, width: number, hasColour: boolean): string[] {
  const [first = '', ...others] = wrapped(escapeText(message), width);
  return [
    `  ${marked(level, hasColour)}  ${first}`,
    ...others.map((line) => INDENT + line),
    // In one piece, so that it can be copied.
    ...(fix === undefined || fix === '' ? [] : [`${INDENT}fix: ${escapeText(fix)}`]),
  ];
}

function marked(level: Level, hasColour: boolean): string {
  const mark = MARKS[level].padEnd(4);
  return hasColour ? styleText(COLOURS[level], mark, { validateStream: false }) : mark;
}

/** Lines of whole words; a word that is longer than a line has one to itself. */
function wrapped(text: string, width: number): readonly string[] {
  return text.split(' ').reduce<string[]>((lines, word) => {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
    return lines;
  }, []);
}

function summary(findings: readonly Finding[]): string {
  const count = (level: Level): number =>
    findings.filter((finding) => finding.level === level).length;
  const [errors, warnings] = [count('error'), count('warning')];
  if (errors === 0 && warnings === 0) return 'Nothing is wrong.';
  const parts = [
    ...(errors === 0 ? [] : [`${errors} thing${errors === 1 ? ' is' : 's are'} wrong`]),
    ...(warnings === 0 ? [] : [`${warnings} warning${warnings === 1 ? '' : 's'}`]),
  ];
  return `${parts.join(', ')}${errors === 0 ? '; nothing is wrong' : ''}.`;
}
