import path from 'node:path';

/** Of a command no more than so many characters are looked at. */
export const MAX_PLAN_COMMAND = 16 * 1024;

/** A command without any of these tells of no plan. */
export const PLAN_MARKS: readonly string[] = [
  'dev/active/',
  'dev/complete/',
  'manifest.jsonl',
  'features.json',
  'plan.md',
];

const MARKED = /dev\/(?:active|complete)\/|manifest\.jsonl|features\.json|plan\.md/;
const PLAN_FILE = /manifest\.jsonl|features\.json|plan\.md/;
/** Where a plan's name may follow. */
const LOCATION = /dev\/(?:active|complete)\//g;
/** The folder in a file's absolute path. What lies in `/dev` are devices. */
const FOLDER = /^.+?\/dev\/(?:active|complete)\/[^/]+(?=\/)/s;
const ABSOLUTE = /^(?:\/|[A-Za-z]:[\\/]|\\\\)/;
const MAX_PATH = 4096;
const MAX_NAME = 255;
/** Folders in a command that are looked at. */
const MAX_PLACES = 64;

/** `cd folder &&` at the beginning, where the folder is said and not worked out. */
const CHANGE_FOLDER =
  /^\s*cd\s+(?:"([^"\\$`\n]+)"|'([^'\n]+)'|((?:[^\s;&|"'`()\\$*?~]|\\.)+))\s*(?:&&|;|\n)/;
const MAX_CHANGES = 8;
/** What ends a word of a command. */
const BREAKS = ' \t\r\n"\'`;|&<>()=,';
const NAME = /(?:[^\s"'`;|&<>()/\\,]|\\.)+/y;
/** What the shell takes for something else than a name. */
const EXPANDED = /[*?$[\]{}~]/;
const OWN_FOLDER = /^\$(?:PWD|\{PWD\})\//;
/** Behind these a quote closes. */
const CLOSED = /[\w)}\]]/;

/** The plan folder that a file lies in; null where it lies in none. A relative path is taken from `from`. */
export const planFolderOfFile = (file: string, from: string): string | null => {
  // Nearly every file is none of a plan's: this is asked of each that a transcript names.
  if (file.startsWith('/') && !file.includes('dev/active/') && !file.includes('dev/complete/'))
    return null;
  return folderOf(inFolder(file, from));
};

/** The plan folder of a tool call: that of the file it names, else that of its command. */
export const planFolderOfCall = (
  file: string | null,
  command: string | null,
  from: string,
): string | null => {
  if (file !== null) return planFolderOfFile(file, from);
  return command === null ? null : planFolderOfCommand(command, from);
};

/** Whether a tool names the file it works on as `path`: those do that a server brings. */
export const namesPath = (tool: string): boolean => tool.startsWith('mcp__');

/** Whether a command may tell of a plan. */
export const isPlanCommand = (command: string): boolean => MARKED.test(command);

/**
 * The first plan folder that a command names, or the one it runs in where it names a plan's file; null where there is
 * none, or where the shell has to work out which one. A relative path is taken from `from`, past a `cd` at the
 * beginning.
 */
export const planFolderOfCommand = (command: string, from: string): string | null => {
  const whole =
    command.length > MAX_PLAN_COMMAND ? wholeWords(command.slice(0, MAX_PLAN_COMMAND)) : command;
  if (!isPlanCommand(whole)) return null;
  const { rest, folder } = changedFolder(whole, from);
  const entered = rest === whole ? null : folderOf(`${folder}/`);
  return (
    entered ?? firstNamed(rest, folder) ?? (PLAN_FILE.test(rest) ? folderOf(`${folder}/`) : null)
  );
};

/** The beginning of a command without its last word, which may be cut. */
export const wholeWords = (head: string): string =>
  head.slice(0, Math.max(0, head.lastIndexOf(' '), head.lastIndexOf('\n')));

/** '' where the folder is not known. */
const inFolder = (name: string, from: string): string => {
  if (ABSOLUTE.test(name)) return name;
  return from === '' ? '' : `${from}/${name}`;
};

const folderOf = (file: string): string | null => {
  if (file.length > MAX_PATH || !ABSOLUTE.test(file) || file.includes('\0')) return null;
  const slashed = file.startsWith('/') ? file : file.replaceAll('\\', '/');
  return FOLDER.exec(path.posix.normalize(slashed))?.[0].toWellFormed() ?? null;
};

/** What follows the `cd` at a command's beginning, and where that is run. */
const changedFolder = (
  command: string,
  from: string,
): { readonly rest: string; readonly folder: string } => {
  let rest = command;
  let folder = from;
  for (let count = 0; count < MAX_CHANGES; count++) {
    const found = CHANGE_FOLDER.exec(rest);
    const target = found?.[1] ?? found?.[2] ?? plainText(found?.[3] ?? '-');
    if (found === null || target.startsWith('-')) break;
    folder = inFolder(target, folder);
    rest = rest.slice(found[0].length);
  }
  return { rest, folder };
};

const firstNamed = (command: string, from: string): string | null => {
  let places = 0;
  for (const { index, 0: location } of command.matchAll(LOCATION)) {
    places += 1;
    if (places > MAX_PLACES) break;
    const before = wordBefore(command, index);
    const name = before === null ? null : nameAt(command, index + location.length, before.quote);
    if (before === null || name === null) continue;
    const folder = folderOf(inFolder(`${before.text}${location}${name}/`, from));
    if (folder !== null) return folder;
  }
  return null;
};

/** The part of a path that was read so far, and the quote that it stands in, or ''. */
interface PathHead {
  readonly text: string;
  readonly quote: string;
}

/** What stands before `dev` in the same path; null where that is no path, or not known. */
const wordBefore = (command: string, end: number): PathHead | null => {
  const limit = Math.max(0, end - MAX_PATH);
  let start = end;
  while (start > limit && !isBreak(command, start - 1)) start -= 1;
  const quoted = quotedBefore(command, end, start);
  const text = quoted?.text ?? command.slice(start, end);
  const behind = command[start - 1] ?? '';
  if (quoted === null && text !== '') {
    // The rest of a path that the shell puts together.
    if (behind === ')') return null;
    if (text.startsWith('/') && isQuote(behind) && CLOSED.test(command[start - 2] ?? ''))
      return null;
  }
  const own = text.replace(OWN_FOLDER, './');
  if (EXPANDED.test(own) || own.includes('://')) return null;
  const isRevision = own.endsWith(':');
  if (own !== '' && !own.endsWith('/') && !isRevision) return null;
  const quote = quoted?.quote ?? (isQuote(behind) ? behind : '');
  return { text: isRevision ? '' : quote === '' ? plainText(own) : own, quote };
};

/** An absolute path that began before a space, in quotes. */
const quotedBefore = (command: string, end: number, start: number): PathHead | null => {
  if (command[start - 1] !== ' ') return null;
  const open = Math.max(command.lastIndexOf('"', start), command.lastIndexOf("'", start));
  if (open < 0 || end - open > MAX_PATH || CLOSED.test(command[open - 1] ?? '')) return null;
  const text = command.slice(open + 1, end);
  return ABSOLUTE.test(text) && !text.includes('\n') ? { text, quote: command[open]! } : null;
};

/** The plan's name; null where there is none, or the shell has to work it out. */
const nameAt = (command: string, at: number, quote: string): string | null => {
  const opened = quote === '' && isQuote(command[at] ?? '') ? command[at]! : quote;
  const start = opened === quote ? at : at + 1;
  const name = opened === '' ? plainName(command, start) : quotedName(command, start, opened);
  if (name === '' || name === '.' || name === '..' || name.length > MAX_NAME) return null;
  return EXPANDED.test(name) ? null : name;
};

const plainName = (command: string, at: number): string => {
  NAME.lastIndex = at;
  return plainText(NAME.exec(command)?.[0] ?? '');
};

/** A name in quotes that do not end is none. */
const quotedName = (command: string, at: number, quote: string): string => {
  for (let end = at; end <= at + MAX_NAME; end++) {
    const char = command[end];
    if (char === undefined || char === '\n') return '';
    if (char === '/' || char === '\\' || char === quote) return command.slice(at, end);
  }
  return '';
};

/** An escaped quote is one of the text that the command hands on; an escaped space belongs to the word. */
const isBreak = (command: string, at: number): boolean => {
  const char = command[at]!;
  return BREAKS.includes(char) && (isQuote(char) || command[at - 1] !== '\\');
};

const isQuote = (char: string): boolean => char === '"' || char === "'";

const plainText = (text: string): string => text.replaceAll(/\\(.)/g, '$1');
