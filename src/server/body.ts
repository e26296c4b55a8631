/** The same request with its whole body in memory; undefined when the body is larger than `maxBytes`. */
export async function withBoundedBody(
  request: Request,
  maxBytes: number,
): Promise<Request | undefined> {
  const declared = Number(request.headers.get('content-length') ?? '0');
  const body = declared > maxBytes ? undefined : await readBounded(request, maxBytes);
  if (body === undefined) {
    return undefined;
  }
  const { url, method, headers, signal } = request;
  return new Request(url, { method, headers, signal, body: new Uint8Array(body) });
}

/** Counts what really comes, since a chunked body declares nothing. */
async function readBounded({ body }: Request, maxBytes: number): Promise<Buffer | undefined> {
  if (body === null) {
    return Buffer.alloc(0);
  }
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of body as ReadableStream<Uint8Array>) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > maxBytes) {
      return undefined;
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
