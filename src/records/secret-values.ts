import { isPlaceholder, type SecretDetector } from './secret-span.ts';

/** Words in the names of settings whose values are secret. */
const NAME =
  /pass(?:word|wd|phrase|wort|code)|pwd|secret|token|credential|(?:api|access|auth|account|private|encryption|signing|shared|master|service|session|license)[_-]?key|(?<=[a-z0-9])_key|(?<=[A-Z0-9]_)PASS|connection[_-]?string|authorization|cookie:|bearer |"auth\\*"/gi;
/** What may follow such a word within the name. */
const REST_OF_NAME =
  /(?:s|[_-]?(?:access)?[_-]?key|_[A-Z0-9_]{1,32}|[_-]?(?:value|hash|text|base64|b64))?(?![A-Za-z0-9])/y;
/** From the name's end to the value: quotes of the name, and `:`, `=`, `=>` or `:=`. */
const ASSIGNMENT =
  /(\\*["'`])?(?:[ \t\r\n]|\\+t){0,8}(?::=|=>|[:=](?![:=]))(?:[ \t\r\n]|\\+t){0,8}/y;
const FLAG = /--?[a-z][a-z-]{0,40}$/;
const FLAG_GAP = / {1,4}(?!-)/y;
const QUOTE = /(\\*)(["'`])/y;
const BARE = /(?:[^\u0000-\u0020"'`\\,;&|<>(){}[\]]|\\u(?!00[01])[0-9a-f]{4})+/iy;
/** In files of variables a value goes on to the end of its line. */
const BARE_IN_ENV = /(?:[^\u0000-\u0020"'`\\]|\\u(?!00[01])[0-9a-f]{4})+/iy;
const SCHEME = /(?:(?:bearer|basic|token|apikey|digest|negotiate|aws4-hmac-sha256)(?: |%20))?/iy;
const HEADER_VALUE = /[^\u0000-\u0020"'`\\,;<>{}]+/y;
const HEADER_LINE = /[\w.-]{1,64}=[^"'`\\\r\n<>]{4,4096}/y;
const MAX_VALUE = 4096;
const MIN_QUOTED = 4;
/** Longest value without quotes that is looked into again. */
const LOOKED_INTO = 128;
/** How far before a word its name may begin. */
const MAX_NAME = 48;

/** Secrets that are known by the name of what they are assigned to: fields, variables, flags and headers. */
export const valueSecrets: SecretDetector = (text, found) => {
  NAME.lastIndex = 0;
  for (let match = NAME.exec(text); match !== null; match = NAME.exec(text)) {
    const word = match[0].toLowerCase();
    const end = NAME.lastIndex;
    const value = valueAfter(text, { at: match.index, end, word });
    if (value === undefined) continue;
    if (value.type !== null) {
      const name = text.slice(Math.max(0, match.index - MAX_NAME), end);
      found({ ...value, type: /aws/i.test(name) ? 'aws-secret-key' : value.type });
    }
    // What was looked at is not looked at again, whatever it was.
    NAME.lastIndex = Math.max(end, value.end);
  }
};

/** A value, and what kind of secret it is; null where it is none. */
interface Value {
  readonly start: number;
  readonly end: number;
  readonly type: string | null;
}

interface Word {
  readonly at: number;
  readonly end: number;
  readonly word: string;
}

const valueAfter = (text: string, { at, end, word }: Word): Value | undefined => {
  if (word === 'bearer ') return headerToken(text, end);
  if (word === 'cookie:') return cookieValue(text, end);
  REST_OF_NAME.lastIndex = end;
  if (!REST_OF_NAME.test(text)) return undefined;
  const nameEnd = REST_OF_NAME.lastIndex;
  const type = typeOf(word);
  ASSIGNMENT.lastIndex = nameEnd;
  const assignment = ASSIGNMENT.exec(text);
  if (assignment === null) {
    FLAG_GAP.lastIndex = nameEnd;
    const isFlag =
      FLAG_GAP.test(text) && FLAG.test(text.slice(Math.max(0, at - MAX_NAME), nameEnd));
    return isFlag
      ? bareValue(text, { from: FLAG_GAP.lastIndex, type, isVariable: false })
      : undefined;
  }
  const from = ASSIGNMENT.lastIndex;
  if (word === 'authorization') return headerValue(text, from);
  const isVariable = text[nameEnd] === '=' && isUpperCase(text.slice(at, nameEnd));
  if (word === '_key' && !isVariable) return undefined;
  const quoted = quotedValue(text, from);
  if (quoted !== undefined) {
    if (quoted.end - quoted.start < MIN_QUOTED) return undefined;
    const value = text.slice(quoted.start, quoted.end);
    const isSecret = word.startsWith('"auth') ? isLogin(value) : isQuotedSecret(value, type);
    // The shell calls the folder one is in so, too.
    if (word === 'pwd' && PATH.test(value)) return undefined;
    return isSecret ? { ...quoted, type } : undefined;
  }
  // A quoted name without a quoted value is that of a number or an object.
  const isQuotedName = assignment[1] !== undefined || word.startsWith('"auth');
  return isQuotedName ? undefined : bareValue(text, { from, type, isVariable });
};

const typeOf = (word: string): string => {
  if (word.startsWith('pass') || word === 'pwd') return 'password';
  if (word.startsWith('connection')) return 'connection-string';
  if (word.startsWith('"auth')) return 'basic-auth';
  if (word.endsWith('key')) return 'api-key';
  return word === 'token' ? 'token' : 'secret';
};

/** The value between two quotes, which are escaped alike. */
const quotedValue = (
  text: string,
  from: number,
): { readonly start: number; readonly end: number } | undefined => {
  let at = from;
  while (text[at] === '\\') at++;
  const quote = text[at];
  if (quote !== '"' && quote !== "'" && quote !== '`') return undefined;
  const escapes = at - from;
  // Within strings in strings quotes are escaped by 0, 1, 3, 7 backslashes, and so on.
  const level = escapes + 1;
  if ((escapes & level) !== 0) return undefined;
  const start = at + 1;
  const limit = Math.min(text.length, start + MAX_VALUE);
  let run = 0;
  for (at = start; at < limit; at++) {
    const char = text[at];
    if (char === '\\') {
      run++;
      continue;
    }
    if (char === '\n') return undefined;
    if (char === quote && run % (2 * level) === escapes) return { start, end: at - escapes };
    // A quote that is escaped less ends what this stands in.
    if (char === '"' && run % level !== escapes) return undefined;
    run = 0;
  }
  return undefined;
};

const DIGIT = /[0-9]/;
const LETTER = /[A-Za-z]/;

const isQuotedSecret = (value: string, type: string): boolean => {
  if (isPlaceholder(value)) return false;
  if (type === 'connection-string') return /(?:key|password|pwd|secret)=/i.test(value);
  if (/[\u0000-\u0020]|\\+[nrt]/.test(value)) return false;
  if (type === 'password') return value.length >= 6 || DIGIT.test(value);
  return isRandom(value);
};

/** Whether a value is hardly a word, a name or a place. */
const isRandom = (value: string): boolean => {
  if (value.length < 8 || PATH.test(value) || /^[.@]|:\/\//.test(value)) return false;
  if (DIGIT.test(value) && LETTER.test(value)) return true;
  return (
    value.length >= 20 &&
    /^[A-Za-z0-9+/=_-]+$/.test(value) &&
    !/^[a-z]+(?:[_-][a-z]+)+$/i.test(value)
  );
};

/** Whether it is a user and a password in base64, as container registries have them. */
const isLogin = (value: string): boolean =>
  /^[A-Za-z0-9+/]{8,}={0,2}$/.test(value) &&
  /^[\x20-\x7e]+:[\x20-\x7e]+$/.test(Buffer.from(value, 'base64').toString('latin1'));

interface BarePlace {
  readonly from: number;
  readonly type: string;
  readonly isVariable: boolean;
}

/** A path, or members of something, or a call. */
const CODE = /^[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)+$/;
const PATH = /^[.~]{0,2}\/(?:[^/]{0,24}\/){0,64}[^/]{0,24}$|^[A-Za-z]:\\/;

const bareValue = (text: string, { from, type, isVariable }: BarePlace): Value | undefined => {
  const pattern = isVariable ? BARE_IN_ENV : BARE;
  pattern.lastIndex = from;
  const value = pattern.exec(text)?.[0];
  if (value === undefined) return undefined;
  if (value.length <= MAX_NAME && value.endsWith(':')) return undefined;
  const end = from + value.length;
  const isCall = !isVariable && /[([]/.test(text[end] ?? '');
  const isSecret = !isCall && isBareSecret(value, type, isVariable);
  // There may be another name in it; in a long one this would be looked for again and again.
  if (!isSecret && value.length <= LOOKED_INTO) return undefined;
  return { start: from, end, type: isSecret ? type : null };
};

const isBareSecret = (value: string, type: string, isVariable: boolean): boolean => {
  if (isPlaceholder(value) || CODE.test(value) || PATH.test(value)) return false;
  if (isVariable) return value.length >= 6;
  if (!DIGIT.test(value)) return false;
  return type === 'password' ? value.length >= 6 : value.length >= 12 && LETTER.test(value);
};

const isUpperCase = (name: string): boolean => name === name.toUpperCase();

const headerValue = (text: string, from: number): Value | undefined => {
  QUOTE.lastIndex = from;
  const start = QUOTE.test(text) ? QUOTE.lastIndex : from;
  SCHEME.lastIndex = start;
  SCHEME.test(text);
  return valueLike(text, SCHEME.lastIndex, HEADER_VALUE, (value) =>
    value.length >= 8 && !isPlaceholder(value) ? 'authorization' : null,
  );
};

const headerToken = (text: string, from: number): Value | undefined =>
  valueLike(text, from, HEADER_VALUE, (value) =>
    value.length >= 16 && DIGIT.test(value) && !isPlaceholder(value) ? 'authorization' : null,
  );

const cookieValue = (text: string, from: number): Value | undefined =>
  valueLike(text, text[from] === ' ' ? from + 1 : from, HEADER_LINE, (value) =>
    isPlaceholder(value) ? null : 'cookie',
  );

const valueLike = (
  text: string,
  from: number,
  pattern: RegExp,
  typeOfValue: (value: string) => string | null,
): Value | undefined => {
  pattern.lastIndex = from;
  const value = pattern.exec(text)?.[0];
  if (value === undefined) return undefined;
  return { start: from, end: from + value.length, type: typeOfValue(value) };
};
