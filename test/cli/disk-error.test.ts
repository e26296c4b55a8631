import { describe, expect, it } from 'vitest';
import { withDiskHint } from '../../src/cli/disk-error.ts';
import { InputError, TransientError } from '../../src/errors.ts';

const coded = (message: string, code: string, more: object = {}): Error =>
  Object.assign(new Error(message), { code }, more);

describe('what a disk causes', () => {
  it.each([
    [
      coded("EACCES: permission denied, stat '/a'", 'EACCES', { syscall: 'stat' }),
      "EACCES: permission denied, stat '/a'.",
      'Look at who may read and write there.',
    ],
    [
      coded('database or disk is full', 'SQLITE_FULL'),
      'Cannot use the data folder: database or disk is full.',
      'Make room on that disk.',
    ],
    [
      coded('unable to open', 'SQLITE_CANTOPEN_ISDIR'),
      'Cannot use the data folder: unable to open.',
      'Look at who may read and write there.',
    ],
  ])('says what to do: %s', (error, message, hint) => {
    const told = withDiskHint(error);
    expect(told).toBeInstanceOf(TransientError);
    expect(told).toMatchObject({ message, hint, cause: error });
  });

  it.each([
    coded('ENOENT', 'ENOENT', { syscall: 'open' }),
    coded('damaged', 'SQLITE_CORRUPT'),
    new InputError('wrong', { hint: 'right' }),
    new Error('a bug'),
  ])('leaves anything else as it is: %s', (error) => {
    expect(withDiskHint(error)).toBe(error);
  });
});
