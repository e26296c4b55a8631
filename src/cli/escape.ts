export { jsonText } from '../runtime/json-text.ts';

/**
 * Characters that a terminal would obey or a reader could not see: controls of both ranges, the marks that turn the
 * direction of text, and the separators that some programs take for line ends.
 */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** Text from outside, safe to show: what could command the terminal is written out, such as `\x1b`. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    return code < 256 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
  });
}

/** Lines of text, each made safe to show. */
export function escapeLines(text: string): string {
  return text.split('\n').map(escapeText).join('\n');
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
