/** `NAME=value` before a command; the value may be quoted, but nothing the shell would run or put together. */
const ASSIGNMENT = /^[A-Za-z_]\w*=(?:"(?:[^"\\$`]|\\.|\$(?!\())*"|'[^']*'|[^\s"'`()\\]|\\.)*\s+/;
const CHANGE_FOLDER =
  /^cd\s+(?:"[^"]*"|'[^']*'|(?:[^\s;&|"'`()\\]|\\.)+)(?:\s*(?:&&|;)\s*|[\t ]*\n\s*)/;
const COMMENT = /^#[^\n]*\n\s*/;
const OPENING = /^(?:\(|[{!]\s)\s*/;
/**
 * Commands that run the one after them, with the options that are known to have no value or a plain one. Where others
 * stand there, the name is that of the wrapper: what follows may be anything.
 */
const WRAPPERS = [
  /^(?:\/usr\/bin\/)?sudo\s+(?:(?:-[AbEHKknPSsi]+|-[ughCTRD]\s+[\w.#+-]+)\s+)*(?=[^\s-])/,
  /^(?:\/usr\/bin\/)?env\s+(?:(?:-i|-u\s+\w+|-)\s+)*(?=[^\s-])/,
  /^(?:time|nohup|command|builtin|exec|doas)\s+(?:-p\s+)?(?=[^\s-])/,
  /^nice\s+(?:(?:-n\s+-?\d+|-\d+)\s+)?(?=[^\s-])/,
  /^timeout\s+(?:(?:-[sk]\s+[\w.]+|--[a-z-]+(?:=[\w.]+)?)\s+)*[\d.]+[smhd]?\s+(?=[^\s-])/,
];
const PREFIXES = [ASSIGNMENT, CHANGE_FOLDER, COMMENT, OPENING, ...WRAPPERS];
const WORD = /^[\w./+@-]{1,64}(?=$|[\s;&|<>()])/;
const QUOTED_WORD = /^(["'])([\w./+@-]{1,64})\1(?=$|[\s;&|<>()])/;
const MAX_PREFIXES = 16;

/**
 * First word of a shell command, past `NAME=value`, `cd folder &&`, comments, `sudo` and the like; null where no plain word
 * stands there.
 *
 * Only this word of a command is ever kept: the rest may hold anything.
 */
export const commandName = (command: string): string | null => {
  const whole = command.trimStart();
  let rest = whole;
  for (let count = 0; count < MAX_PREFIXES; count++) {
    const before = rest;
    for (const prefix of PREFIXES) rest = rest.replace(prefix, '');
    if (rest === before) break;
  }
  return wordOf(rest) ?? wordOf(whole);
};

const wordOf = (text: string): string | null =>
  WORD.exec(text)?.[0] ?? QUOTED_WORD.exec(text)?.[2] ?? null;
