import { createHash, timingSafeEqual } from 'node:crypto';

/** Tells whether a request carries the token, in the same time however wrong it is. */
export type TokenCheck = (request: Request) => boolean;

/** A check for `Authorization: Bearer <token>`. */
export function createTokenCheck(token: string): TokenCheck {
  const expected = digest(token);
  return (request) => {
    const given = /^bearer +([^\s]+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1];
    return timingSafeEqual(digest(given ?? ''), expected) && given !== undefined;
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
