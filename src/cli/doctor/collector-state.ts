import { lockHolder, type Held } from '../../store/lock.ts';
import type { Config } from '../../config/schema.ts';
import { hookMode } from '../hooks/wanted-handlers.ts';

/** Who collects at this moment, as far as can be told without disturbing anybody. */
export interface CollectorState {
  /** Who may write to the store, null where nobody does. */
  readonly holder: Held | null;
  /** Where a collector of this configuration answers, null where the system chooses its port. */
  readonly url: string | null;
  readonly answer: CollectorAnswer;
}

/** What came back from that address; `other` is an answer that no collector gives. */
export type CollectorAnswer =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'other' }
  | {
      readonly kind: 'collector';
      readonly isReady: boolean;
      readonly reasons: readonly string[];
      /** What does not get on without keeping it from collecting. */
      readonly warnings: readonly string[];
    };

const DEADLINE_MS = 1_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/** Looks who writes to the store, and asks a collector whether it is ready. */
export async function readCollector(config: Config): Promise<CollectorState> {
  const holder = lockHolder(config.home);
  if (config.port === 0) return { holder, url: null, answer: { kind: 'nobody' } };
  const url = originOf(config);
  // A token is not for whoever else may listen there.
  return { holder, url, answer: await ask(url, holder === null ? null : config.token) };
}

function originOf(config: Config): string {
  const mode = hookMode('http', config);
  return mode.kind === 'http' ? new URL(mode.url).origin : '';
}

async function ask(url: string, token: string | null): Promise<CollectorAnswer> {
  try {
    const response = await fetch(new URL('/readyz', url), {
      redirect: 'manual',
      signal: AbortSignal.timeout(DEADLINE_MS),
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
    });
    return understand(await readText(response));
  } catch (error) {
    return { kind: isListening(error) ? 'silent' : 'nobody' };
  }
}

/** Whether somebody took the connection, and then gave no answer that can be read. */
function isListening(error: unknown): boolean {
  const { name, cause } = error as Error;
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  const isBroken = typeof code === 'string' && /^(ECONNRESET|EPIPE|UND_ERR_|HPE_)/.test(code);
  return name === 'TimeoutError' || isBroken;
}

/** What answers may be anything, and send without end. */
async function readText({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of (body ?? []) as AsyncIterable<Uint8Array>) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > MAX_ANSWER_BYTES) return '';
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function understand(text: string): CollectorAnswer {
  try {
    const { ready, reasons, warnings } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return typeof ready === 'boolean'
      ? { kind: 'collector', isReady: ready, reasons: texts(reasons), warnings: texts(warnings) }
      : { kind: 'other' };
  } catch {
    return { kind: 'other' };
  }
}

const texts = (told: unknown): readonly string[] =>
  Array.isArray(told) ? told.filter((text): text is string => typeof text === 'string') : [];
