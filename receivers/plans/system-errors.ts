import { isSystemError } from '../../src/errors.ts';

const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);
const CLOSED: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);

const codeOf = (error: unknown): string => {
  if (!isSystemError(error)) throw error;
  return error.code ?? '';
};

/** Whether there is nothing under that path; throws what is no refusal of the operating system. */
export const isGone = (error: unknown): boolean => GONE.has(codeOf(error));

/** Whether it is there and we may not see it; throws what is no refusal of the operating system. */
export const isClosed = (error: unknown): boolean => CLOSED.has(codeOf(error));
