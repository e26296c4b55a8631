import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import { createHooksHome, type HooksHome, type Outcome } from './hooks-home.ts';
import { createStoreFixture, type StoreFixture } from './store-fixture.ts';

export const DOCTOR_NOW_MS = Date.parse('2026-11-20T09:07:00Z');

/** A person's folders for tests of `hall-monitor doctor`; at its port nobody listens, unless a test does. */
export interface DoctorHome extends HooksHome {
  readonly port: number;
  readonly doctor: (
    args?: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Promise<Outcome>;
  /** The findings of one area, as `level message`, with the fix after ` -> `. */
  readonly area: (area: string, env?: Readonly<Record<string, string>>) => Promise<string[]>;
  /** Fills a store; it is closed again. */
  readonly fill: (fill: (store: StoreFixture) => void) => void;
}

/** Makes the folders. */
export async function createDoctorHome(): Promise<DoctorHome> {
  const home = createHooksHome();
  const port = await freePort();
  const base = {
    HOME: join(home.root, 'home'),
    HALL_MONITOR_HOME: home.data,
    HALL_MONITOR_PORT: String(port),
  };
  const doctor: DoctorHome['doctor'] = async (args = [], env = {}) => {
    let out = '';
    let err = '';
    const code = await runCli(['doctor', ...args], {
      env: { ...base, ...env },
      print: (text) => void (out += text),
      note: (text) => void (err += text),
      columns: 100,
      isInteractive: false,
      hasColour: false,
      nowMs: () => DOCTOR_NOW_MS,
    });
    return { code, out, err };
  };
  return {
    ...home,
    port,
    doctor,
    area: async (area, env) => {
      const { out } = await doctor(['--json'], env);
      const { findings } = JSON.parse(out) as { readonly findings: readonly Finding[] };
      return findings
        .filter((finding) => finding.area === area)
        .map(
          ({ level, message, fix }) =>
            `${level} ${message}${fix === undefined ? '' : ` -> ${fix}`}`,
        );
    },
    fill: (fill) => {
      mkdirSync(home.data, { recursive: true, mode: 0o700 });
      const store = createStoreFixture(join(home.data, 'hall-monitor.db'));
      fill(store);
      store.db.close();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
