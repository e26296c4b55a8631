/**
 * ClickHouse in a process of its own, for tests: the engine of chdb behind as much of ClickHouse's HTTP interface as its
 * client speaks. Started with the module's path, the folder of the data and a port; tells where it is on stdout.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { buffer } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';

interface Insert {
  readonly table: string;
  readonly values: Buffer;
  readonly format: string;
  readonly settings: Readonly<Record<string, string>>;
}

interface Session {
  readonly queryAsync: (
    sql: string,
    options: { readonly format: string },
  ) => Promise<{ readonly bytes: () => Uint8Array }>;
  readonly insert: (insert: Insert) => Promise<{ readonly rowsWritten: number }>;
}

interface Engine {
  readonly Session: new (folder: string) => Session;
}

const [, , modulePath = '', dataFolder = '', port = '0'] = process.argv;
const password = process.env['ENGINE_PASSWORD'] ?? '';
const { Session } = createRequire(import.meta.url)(modulePath) as Engine;
const session = new Session(dataFolder);

/** Parameters that are not settings of the server. */
const OWN = new Set(['query', 'database', 'query_id', 'session_id', 'default_format', 'role']);
const INSERT = /^\s*INSERT\s+INTO\s+(?<table>[\w.`]+)\s+FORMAT\s+(?<format>\w+)\s*;?\s*$/i;
const SELECT = /^(?<select>\s*(?:SELECT|WITH)\b[^]*?)(?:\s+FORMAT\s+(?<format>\w+))?\s*;?\s*$/i;
/** Settings that have no meaning without the server's own protocol. */
const isForQuery = (name: string): boolean => !OWN.has(name) && name !== 'enable_http_compression';

/** The engine does one thing after the other. */
let last: Promise<unknown> = Promise.resolve();
const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
  const next = last.then(work, work);
  last = next;
  return next;
};

const settingsOf = (params: URLSearchParams): Readonly<Record<string, string>> =>
  Object.fromEntries([...params].filter(([name]) => isForQuery(name)));

const settingsSql = (settings: Readonly<Record<string, string>>): string => {
  const parts = Object.entries(settings).map(
    ([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`,
  );
  return parts.length === 0 ? '' : ` SETTINGS ${parts.join(', ')}`;
};

const execute = async (params: URLSearchParams, body: Buffer): Promise<Uint8Array> => {
  const told = params.get('query');
  const sql = told ?? body.toString('utf8');
  const settings = settingsOf(params);
  const insert = told === null ? null : INSERT.exec(sql)?.groups;
  if (insert?.['table'] !== undefined && insert['format'] !== undefined) {
    const table = insert['table'].replaceAll('`', '');
    await session.insert({ table, format: insert['format'], values: body, settings });
    return new Uint8Array();
  }
  const select = SELECT.exec(sql)?.groups;
  if (select?.['select'] === undefined)
    return (await session.queryAsync(sql, { format: 'TabSeparated' })).bytes();
  const whole = /\bSETTINGS\b/i.test(select['select'])
    ? select['select']
    : select['select'] + settingsSql(settings);
  const format = select['format'] ?? 'TabSeparated';
  return (await session.queryAsync(whole, { format })).bytes();
};

const isAllowed = ({ headers }: IncomingMessage): boolean => {
  if (password === '') return true;
  const given = Buffer.from((headers.authorization ?? '').replace(/^Basic /, ''), 'base64');
  return given.toString('utf8').split(':').slice(1).join(':') === password;
};

const refuse = (response: ServerResponse, message: string): void => {
  const code = /Code: (\d+)/.exec(message)?.[1] ?? '1000';
  const status =
    { '516': 403, '60': 404, '81': 404 }[code] ?? (/\(CANNOT_/.test(message) ? 400 : 500);
  response.writeHead(status, { 'X-ClickHouse-Exception-Code': code });
  response.end(message);
};

const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://engine');
  if (pathname === '/ping') {
    response.end('Ok.\n');
    return;
  }
  const sent = await buffer(request);
  if (!isAllowed(request)) {
    refuse(
      response,
      'Code: 516. DB::Exception: default: Authentication failed. (AUTHENTICATION_FAILED)',
    );
    return;
  }
  const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
  const result = await inTurn(() => execute(searchParams, body));
  const isPacked =
    searchParams.get('enable_http_compression') === '1' &&
    /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  if (isPacked) response.setHeader('Content-Encoding', 'gzip');
  response.end(isPacked ? gzipSync(result) : result);
};

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    refuse(response, error instanceof Error ? error.message : String(error));
  });
});
server.listen(Number(port), '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
