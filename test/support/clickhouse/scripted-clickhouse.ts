import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';

/** What a far side was asked. */
export interface Asked {
  /** The statement, whether it came in the address or in the body. */
  readonly query: string;
  /** Rows of an insert, one line each. */
  readonly lines: readonly string[];
  readonly settings: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** What it answers; 200 and nothing where the script says nothing. */
export interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A far side that does what a test says, on loopback. */
export interface ScriptedClickHouse {
  readonly url: string;
  readonly asked: Asked[];
  /** Inserts by the table's name, in order. */
  readonly inserts: (table: string) => readonly Asked[];
  readonly close: () => Promise<void>;
}

/** Starts one that has the schema of this version and takes everything, unless `script` answers first. */
export async function startScriptedClickHouse(
  script: (asked: Asked) => Answer | undefined = () => undefined,
): Promise<ScriptedClickHouse> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const isPacked = request.headers['content-encoding'] === 'gzip';
    void text(isPacked ? request.pipe(createGunzip()) : request).then((body) => {
      const { searchParams: settings } = new URL(request.url ?? '/', 'http://far');
      const told = settings.get('query');
      const lines = told === null ? [] : body.split('\n').filter((line) => line !== '');
      const one: Asked = { query: told ?? body, lines, settings, headers: request.headers };
      asked.push(one);
      const isVersion = one.query.startsWith('SELECT max(version)');
      const usual = { status: 200, body: isVersion ? '{"version":1}\n' : '' };
      const { status, body: answer = '', headers = {} }: Answer = script(one) ?? usual;
      response.writeHead(status, headers).end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    inserts: (table) =>
      asked.filter(({ query }) => query.startsWith('INSERT') && query.includes(`\`${table}\``)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An error as ClickHouse words it, quoting what it was sent. */
export const exception = (code: number, type: string, quoted = ''): Answer => ({
  status: 500,
  headers: { 'X-ClickHouse-Exception-Code': String(code) },
  body: `Code: ${code}. DB::Exception: Something about ${quoted}: (at row 1). (${type}) (version 26.7.2.1)`,
});
