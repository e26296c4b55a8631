const HOUR_MS = 3_600_000;

/** Windows in which a subscription's use is limited, as the client calls them, with their length in milliseconds. */
export const LIMIT_WINDOWS = {
  five_hour: 5 * HOUR_MS,
  seven_day: 7 * 24 * HOUR_MS,
} as const;

/** One of the windows. */
export type LimitWindow = keyof typeof LIMIT_WINDOWS;

/** All of them, the shortest first. */
export const LIMIT_WINDOW_NAMES = Object.keys(LIMIT_WINDOWS) as readonly LimitWindow[];

/** What a session's client said of one rate limit; which one is newest is for the store to decide. */
export interface RateLimitRecord {
  readonly kind: 'rate_limit';
  readonly window: LimitWindow;
  /** Used part in hundredths of a percent; more than 10,000 where it is overdrawn. */
  readonly usedBasisPoints: number;
  /** Unix milliseconds at which the window begins anew. */
  readonly resetsAtMs: number;
  /** Unix milliseconds since which the session tells this. */
  readonly toldAtMs: number;
  readonly sessionId: string;
}
