import { StringDecoder } from 'node:string_decoder';

/** What a line of an archive says about itself. */
export interface LineHead {
  readonly id: string;
  readonly revision: number;
  readonly seq: number;
}

/** Of a line that is longer than any can be, so many characters are kept. */
const MAX_KEPT = 64 * 1024 * 1024;

/** The lines of a text that comes in pieces; the last one may lack its newline. Takes time in proportion to the text. */
export async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let [parts, size]: [string[], number] = [[], 0];
  const add = (text: string): void => {
    if (size < MAX_KEPT) parts.push(text);
    size += text.length;
  };
  const take = (): string => {
    const line = parts.join('');
    [parts, size] = [[], 0];
    return line;
  };
  for await (const piece of pieces) {
    const [first = '', ...others] = decoder.write(piece).split('\n');
    add(first);
    for (const other of others) {
      yield take();
      add(other);
    }
  }
  add(decoder.end());
  if (size > 0) yield take();
}

/** What a line says about itself; null where it is no line of an archive. */
export const headOf = (line: string): LineHead | null => {
  try {
    const { id, revision, seq } = JSON.parse(line) as Partial<LineHead>;
    const isLine =
      typeof id === 'string' && typeof revision === 'number' && typeof seq === 'number';
    return isLine ? { id, revision, seq } : null;
  } catch {
    return null;
  }
};
