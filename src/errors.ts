/** What every error of ours may carry beside its message: what to do about it, and what caused it. */
export interface ErrorDetail {
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Whether the operating system refused something: a file that is gone, unreadable or on a full disk. */
export const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error;

abstract class SortedError extends Error {
  /** What a person can do about it, as a command where possible. */
  readonly hint: string | undefined;

  constructor(message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.hint = detail.hint;
  }
}

/** A person must change the configuration or the machine; the process ends with exit code 78. */
export class ConfigError extends SortedError {
  override readonly name = 'ConfigError';
}

/** The peer sent something unusable: answer 4xx or count it, and go on. */
export class InputError extends SortedError {
  override readonly name = 'InputError';
}

/** Worth another try with the same data, after `retryAfterMs` where the far side named a time. */
export class TransientError extends SortedError {
  override readonly name = 'TransientError';
  readonly retryAfterMs: number | undefined;

  constructor(message: string, detail: ErrorDetail & { readonly retryAfterMs?: number } = {}) {
    super(message, detail);
    this.retryAfterMs = detail.retryAfterMs;
  }
}

/** This payload is bad and will stay bad: never send it again. */
export class PermanentError extends SortedError {
  override readonly name = 'PermanentError';
}
