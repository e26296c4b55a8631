/** `NAME=value` before a command; the value may be quoted, but nothing the shell would run or put together. */
const ASSIGNMENT = /^[A-Za-z_]\w*=(?:"(?:[^"\\$`]|\\.|\$(?!\())*"|'[^']*'|[^\s"'`()\\]|\\.)*\s+/;
const CHANGE_FOLDER = /^cd\s+(?:"[^"]*"|'[^']*'|(?:[^\s;&|"'`()\\]|\\.)+)\s*(?:&&|;)\s*/;
const WORD = /^[\w./+@-]{1,64}(?=$|[\s;&|<>()])/;
const MAX_PREFIXES = 16;

/**
 * First word of a shell command, past `NAME=value` and `cd folder &&`; null where no plain word stands there.
 *
 * Only this word of a command is ever kept: the rest may hold anything.
 */
export const commandName = (command: string): string | null => {
  let rest = command.trimStart();
  for (let count = 0; count < MAX_PREFIXES; count++) {
    const shorter = rest.replace(ASSIGNMENT, '').replace(CHANGE_FOLDER, '');
    if (shorter === rest) break;
    rest = shorter;
  }
  return WORD.exec(rest)?.[0] ?? null;
};
