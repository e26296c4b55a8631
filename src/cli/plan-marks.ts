import { styleText } from 'node:util';
import type { Terminal } from './terminal.ts';

/** How a feature stands, as a line of a plan's tree shows it. */
export type FeatureMark = 'pending' | 'in_progress' | 'completed' | 'failed' | 'removed';

type Style = Parameters<typeof styleText>[0];

const MARKS: Readonly<Record<FeatureMark, readonly [text: string, plain: string, style: Style]>> = {
  pending: ['○', '[ ]', 'dim'],
  in_progress: ['▶', '[>]', 'cyan'],
  completed: ['✔', '[x]', 'green'],
  failed: ['✘', '[!]', 'red'],
  removed: ['–', '[-]', 'dim'],
};

/** Whether a terminal shows more than ASCII, by its locale. */
export const hasUnicode = ({ env }: Pick<Terminal, 'env'>): boolean =>
  /utf-?8/i.test([env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((each) => each) ?? '');

/** The mark of a feature; all of one terminal are as wide as each other. */
export function markText(mark: FeatureMark, terminal: Pick<Terminal, 'env' | 'hasColour'>): string {
  const [text, plain, style] = MARKS[mark];
  return styled(hasUnicode(terminal) ? text : plain, style, terminal);
}

/** How much of something is done, as a bar; full only when all is. */
export function barText(
  done: number,
  all: number,
  terminal: Pick<Terminal, 'env'>,
  width = 10,
): string {
  const filled = all === 0 ? 0 : Math.floor((done / all) * width);
  return hasUnicode(terminal)
    ? '█'.repeat(filled) + '░'.repeat(width - filled)
    : `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}]`;
}

/** Text in a colour, where the terminal has colours. */
export const styled = (
  text: string,
  style: Style,
  { hasColour }: Pick<Terminal, 'hasColour'>,
): string => (hasColour ? styleText(style, text, { validateStream: false }) : text);
