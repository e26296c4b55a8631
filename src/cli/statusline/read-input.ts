import type { Readable } from 'node:stream';

/** How much is read of whoever writes, and for how long; in bytes and milliseconds. */
export interface InputLimits {
  readonly maxBytes: number;
  readonly withinMs: number;
}

/**
 * Everything that a stream has, as text; undefined where it is more than `maxBytes` or has not ended in time. The stream
 * is let go of then, so that nothing keeps the process. Rejects where it cannot be read.
 */
export async function readInput(
  stream: Readable,
  { maxBytes, withinMs }: InputLimits,
): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isCut = false;
  const cut = (): void => {
    isCut = true;
    stream.destroy();
  };
  const timer = setTimeout(cut, withinMs);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxBytes) cut();
    }
  } catch (error) {
    if (!isCut) throw error;
  } finally {
    clearTimeout(timer);
  }
  return isCut ? undefined : Buffer.concat(chunks).toString('utf8');
}
