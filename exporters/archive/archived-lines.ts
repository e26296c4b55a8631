import { StringDecoder } from 'node:string_decoder';

/** What a line of an archive says about itself. */
export interface LineHead {
  readonly id: string;
  readonly revision: number;
  readonly seq: number;
}

/** The lines of a text that comes in pieces; the last one may lack its newline. */
export async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + decoder.write(piece)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
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
