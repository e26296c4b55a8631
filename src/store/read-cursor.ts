import { InputError } from '../errors.ts';

/** Where an entry stands among all: by time, then kind, then row. */
export interface Position {
  readonly atMs: number;
  readonly kind: number;
  readonly id: number;
}

/** A position as opaque text for the next page. */
export function encodeCursor({ atMs, kind, id }: Position): string {
  return Buffer.from(`${atMs}.${kind}.${id}`).toString('base64url');
}

/** @throws InputError for a text that no page has given out. */
export function decodeCursor(cursor: string): Position {
  const match = /^(-?\d{1,16})\.([012])\.(\d{1,16})$/.exec(
    Buffer.from(cursor, 'base64url').toString('latin1'),
  );
  if (match === null) {
    throw new InputError('The cursor is not one of ours.', {
      hint: 'Take `next` of the page before, unchanged.',
    });
  }
  return { atMs: Number(match[1]), kind: Number(match[2]), id: Number(match[3]) };
}

/** Negative when `a` comes before `b` in ascending order. */
export function comparePositions(a: Position, b: Position): number {
  return a.atMs - b.atMs || a.kind - b.kind || a.id - b.id;
}
