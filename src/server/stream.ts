import type { ServerResponse } from 'node:http';

/** Whether the answer has no end of its own and must reach the socket piece by piece. */
export function isEventStream(response: Response): boolean {
  return (
    response.body !== null &&
    (response.headers.get('content-type') ?? '').startsWith('text/event-stream')
  );
}

/**
 * Writes an answer to the socket as its pieces come, and pulls the next one only when the socket has room.
 *
 * A body that fails cuts the connection, which is how a client that does not read is got rid of; a client that goes away
 * cancels the body.
 */
export async function pump(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.flushHeaders();
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  outgoing.on('close', cancel);
  outgoing.on('error', cancel);
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      if (!outgoing.write(piece.value)) {
        await roomOrClosed(outgoing);
      }
    }
    outgoing.end();
  } catch {
    outgoing.destroy();
  }
}

function roomOrClosed(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      outgoing.off('drain', settle);
      outgoing.off('close', settle);
      resolve();
    };
    outgoing.on('drain', settle);
    outgoing.on('close', settle);
  });
}
