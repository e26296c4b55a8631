import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { enginePath } from './installed-engine.ts';

/** A ClickHouse that runs. */
export interface ClickHouseEngine {
  readonly url: string;
  /** Rows that a query gives. */
  readonly rows: <R = Record<string, unknown>>(sql: string) => Promise<readonly R[]>;
  /** Runs a statement. */
  readonly command: (sql: string) => Promise<void>;
  /** Ends it as a crash would. */
  readonly kill: () => Promise<void>;
  /** Starts it again with its data and on its port. */
  readonly restart: () => Promise<void>;
  /** Ends it and forgets its data. */
  readonly close: () => Promise<void>;
}

const FRONT = fileURLToPath(new URL('engine-front.ts', import.meta.url));

const start = (
  folder: string,
  port: number,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly child: ChildProcess; readonly port: number }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [FRONT, enginePath(), folder, String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`ClickHouse ended with ${code}.`)));
    child.stdout.setEncoding('utf8').once('data', (text: string) => {
      resolve({ child, port: Number(text.trim()) });
    });
  });

const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });

/** Starts an empty ClickHouse; with a password where one is given. */
export async function startEngine(password = ''): Promise<ClickHouseEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'hall-monitor-clickhouse-'));
  const env = { ENGINE_PASSWORD: password };
  let { child, port } = await start(folder, 0, env);
  const url = `http://127.0.0.1:${port}`;
  const ask = async (sql: string): Promise<string> => {
    const headers = { authorization: `Basic ${btoa(`default:${password}`)}` };
    const response = await fetch(url, { method: 'POST', body: sql, headers });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text;
  };
  return {
    url,
    rows: async <R>(sql: string) =>
      (await ask(`${sql} FORMAT JSONEachRow`))
        .split('\n')
        .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as R])),
    command: async (sql) => void (await ask(sql)),
    kill: () => end(child),
    restart: async () => {
      ({ child, port } = await start(folder, port, env));
    },
    close: async () => {
      await end(child);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
