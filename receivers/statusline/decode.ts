import { own } from '../../src/records/foreign-value.ts';
import {
  LIMIT_WINDOW_NAMES,
  LIMIT_WINDOWS,
  type LimitWindow,
  type RateLimitRecord,
} from '../../src/records/rate-limit.ts';
import type { Reject, RejectReason } from '../../src/records/record.ts';
import { isSessionId } from './kept-limits.ts';

/** A file that a status line left, as it was read. */
export interface KeptText {
  readonly name: string;
  /** Null where it is too long. */
  readonly bytes: Uint8Array | null;
  readonly sizeBytes: number;
  /** Unix milliseconds since which its session says this; not in the future. */
  readonly toldAtMs: number;
}

/** What a file tells. */
export interface Decoded {
  readonly records: readonly RateLimitRecord[];
  readonly rejects: readonly Reject[];
}

/** How far a clock may be from that of the server. */
const CLOCK_SLACK_MS = 3_600_000;
/** Use beyond ten times the limit is no use. */
const MAX_PERCENTAGE = 1_000;

/** Understands one file. A limit of which nothing is said is none; one that cannot be is rejected alone. */
export const decodeKept = (kept: KeptText): Decoded => {
  const reject = (reason: RejectReason, window?: string): Reject => ({
    reason,
    name: window === undefined ? kept.name : `${kept.name} ${window}`,
    line: 0,
    offsetBytes: 0,
    lengthBytes: kept.sizeBytes,
  });
  const payload = read(kept.bytes);
  if (typeof payload === 'string') return { records: [], rejects: [reject(payload)] };
  const { sessionId, limits } = payload;
  const records: RateLimitRecord[] = [];
  const rejects: Reject[] = [];
  for (const window of LIMIT_WINDOW_NAMES) {
    const told = own(limits, window);
    if (told === undefined || told === null) continue;
    const amounts = readWindow(told, window, kept.toldAtMs);
    if (amounts === null) rejects.push(reject('invalid_field', window));
    else
      records.push({ kind: 'rate_limit', window, ...amounts, toldAtMs: kept.toldAtMs, sessionId });
  }
  return { records, rejects };
};

const read = (
  bytes: Uint8Array | null,
): { readonly sessionId: string; readonly limits: object } | RejectReason => {
  if (bytes === null) return 'too_long';
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return 'invalid_json';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not_an_object';
  const sessionId = own(value, 'session_id');
  if (sessionId === undefined || sessionId === null) return 'missing_session';
  if (!isSessionId(sessionId)) return 'invalid_id';
  const limits = own(value, 'rate_limits');
  if (typeof limits !== 'object' || limits === null || Array.isArray(limits))
    return 'invalid_field';
  return { sessionId, limits };
};

const readWindow = (
  told: unknown,
  window: LimitWindow,
  toldAtMs: number,
): Pick<RateLimitRecord, 'usedBasisPoints' | 'resetsAtMs'> | null => {
  const percentage = own(told, 'used_percentage');
  const resetsAt = own(told, 'resets_at');
  if (!isNumber(percentage) || percentage < 0 || percentage > MAX_PERCENTAGE) return null;
  if (!isNumber(resetsAt) || resetsAt <= 0) return null;
  const resetsAtMs = Math.round(resetsAt * 1_000);
  // Neither milliseconds, which are a thousand times as many, nor a limit that never ends.
  if (resetsAtMs > toldAtMs + LIMIT_WINDOWS[window] + CLOCK_SLACK_MS) return null;
  return { usedBasisPoints: Math.round(percentage * 100), resetsAtMs };
};

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);
