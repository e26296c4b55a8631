/** Headers that were read, and one sentence for each that cannot be used; no sentence holds a value. */
export interface ParsedHeaders {
  readonly headers: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** Headers that say how the body is to be read, or how the connection is used: nobody else's business. */
const OURS: ReadonlySet<string> = new Set([
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'host',
  'expect',
  'upgrade',
  'te',
  'trailer',
  'user-agent',
]);

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Understands `name=value,name=value` as OTLP exporters have it: values are URL-encoded, blanks around parts do not count.
 * `owner` says in warnings whose headers they are.
 */
export function parseHeaders(text: string, owner: string): ParsedHeaders {
  const headers: Record<string, string> = {};
  const warnings: string[] = [];
  const parts = text.split(',').filter((part) => part.trim() !== '');
  parts.forEach((part, index) => {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(0, equals)).trim().toLowerCase();
    const value = decoded(part.slice(equals + 1).trim());
    const fault = faultOf(name, value);
    if (fault === undefined && value !== undefined) headers[name] = value;
    else warnings.push(`Header ${index + 1} of ${owner} is not used: ${fault}.`);
  });
  return { headers, warnings };
}

function faultOf(name: string, value: string | undefined): string | undefined {
  if (!TOKEN.test(name)) return 'it has no name, or one that is not allowed';
  if (OURS.has(name)) return `${name} is set by Hall Monitor itself`;
  if (value === undefined) return `the value of ${name} is not URL-encoded`;
  return VALUE.test(value) ? undefined : `the value of ${name} has characters that are not allowed`;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
