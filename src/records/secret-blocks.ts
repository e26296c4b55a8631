import { isPlaceholder, type SecretDetector } from './secret-span.ts';

const BEGIN = '-----BEGIN ';
const BEGINNING = /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/y;
/** What a key is made of, in lines that a program may have numbered, marked as changed or escaped. */
const BODY = /^(?:[A-Za-z0-9+/= \t\r\n:,.()|>\u2192\u00e2\u0086\u0092-]|\\+[nrt])*/;
/** The same where the end is missing, so that it is told from prose. */
const CUT_BODY = /^(?:(?:[ \t\r\n+>-]|\\+[nrt])+[A-Za-z0-9+/=]{16,})*/;
const END = /-----END [A-Z0-9 ]{0,40}-----/;

/** Private keys, to their end or to that of the text they stand in. */
export const privateKeySecrets: SecretDetector = (text, found) => {
  for (let at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, at)) {
    BEGINNING.lastIndex = at;
    if (!BEGINNING.test(text)) {
      at += BEGIN.length;
      continue;
    }
    const from = BEGINNING.lastIndex;
    const next = text.indexOf(BEGIN, from);
    const rest = text.slice(from, next < 0 ? text.length : next);
    const ending = END.exec(BODY.exec(rest)?.[0] ?? '');
    const size =
      ending === null ? (CUT_BODY.exec(rest)?.[0].length ?? 0) : ending.index + ending[0].length;
    const end = from + size;
    found({ start: at, end, type: 'private-key' });
    at = end;
  }
};

const AUTHORITY = /:\\*\/\\*\/[^ \t\r\n:@/"'\\<>]{0,128}:([^ \t\r\n@/"'\\<>]{1,256})@/y;

/** Passwords in addresses, such as that of `postgres://user:password@host`. */
export const urlSecrets: SecretDetector = (text, found) => {
  for (const sign of ['://', ':\\/']) {
    for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + sign.length)) {
      AUTHORITY.lastIndex = at;
      const password = AUTHORITY.exec(text)?.[1];
      if (password === undefined || isPlaceholder(password)) continue;
      const end = AUTHORITY.lastIndex - 1;
      found({ start: end - password.length, end, type: 'url-password' });
    }
  }
};
