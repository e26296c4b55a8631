import { spawnSync } from 'node:child_process';
import { it } from 'vitest';
import { BROWSERS } from '../contact-sheet/shoot.ts';
import { ensureEngine, ENGINE_VERSION } from './clickhouse/installed-engine.ts';
import { CLIENT_VERSION, ensureClient } from './client/installed-client.ts';
import { COMPOSE_VERSION, ensureCompose, LEAST_GO } from './compose/built-compose.ts';

/** Something a test may need that not every machine has. */
export interface Offer {
  readonly name: string;
  /** Whether it is here. */
  readonly probe: () => boolean;
  /** What is not tested without it. */
  readonly without: string;
  /** How to get it. */
  readonly how: string;
}

const runs = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Everything tests may ask for with `needs`. */
export const offers = [
  {
    name: 'promtool',
    probe: () => runs('promtool', '--version'),
    without: 'the exposition format and the alert rules are not checked by Prometheus itself',
    how: 'apt-get install prometheus',
  },
  {
    name: 'prometheus',
    probe: () => runs('prometheus', '--version'),
    without: 'no real Prometheus scrapes /metrics',
    how: 'apt-get install prometheus',
  },
  {
    name: 'chromium',
    probe: () => BROWSERS.some((browser) => runs(browser, '--version')),
    without: 'nobody sees what the dashboards look like',
    how: 'apt-get install chromium',
  },
  {
    name: 'linux',
    probe: () => process.platform === 'linux',
    without: 'what reads /proc (peak memory, open files) is not measured',
    how: 'run the tests on Linux or in its container',
  },
  {
    name: 'small-disk',
    probe: () => runs('unshare', '-Urm', 'mount', '-t', 'tmpfs', 'small', '/mnt'),
    without: 'the collector is not tried on a full disk',
    how: 'run the tests on Linux where users may make namespaces of their own',
  },
  {
    name: 'posix',
    probe: () => process.platform !== 'win32',
    without: 'signals and file modes are not tested',
    how: 'run the tests on Linux or macOS',
  },
  {
    name: 'claude-code',
    probe: ensureClient,
    without: 'no real Claude Code runs with our hooks',
    how: `give the tests a network, for they fetch version ${CLIENT_VERSION} from the npm registry themselves`,
  },
  {
    name: 'chdb',
    probe: ensureEngine,
    without: 'no real ClickHouse takes what is sent to it',
    how: `give the tests a network on Linux with glibc or on macOS, for they fetch version ${ENGINE_VERSION} from the npm registry themselves`,
  },
  {
    name: 'docker-compose',
    probe: ensureCompose,
    without: 'docker-compose.yml is not read by Docker Compose itself',
    how: `install Docker's compose plugin, or Go ${LEAST_GO} or newer and give the tests a network, for they build version ${COMPOSE_VERSION} themselves`,
  },
] as const satisfies readonly Offer[];

/** The name of an offer. */
export type OfferName = (typeof offers)[number]['name'];

const known = new Map<OfferName, boolean>();

const missing = (name: OfferName): Offer | undefined => {
  const offer: Offer | undefined = offers.find((one) => one.name === name);
  if (offer === undefined) throw new Error(`No offer is called ${name}.`);
  const isHere = known.get(name) ?? offer.probe();
  known.set(name, isHere);
  return isHere ? undefined : offer;
};

/** Why a test that needs these is left out, undefined where all are here. */
export const lacking = (...names: readonly OfferName[]): string | undefined => {
  const offer = names.map(missing).find((one) => one !== undefined);
  return offer && `no ${offer.name}: ${offer.without}; to get it: ${offer.how}`;
};

/**
 * Vitest's `it` for tests that need something: `needs('promtool')('accepts …', async () => …)`.
 * Where it is missing the test is left out under its own name with the reason, which the run prints
 * at its end; `HALL_MONITOR_TEST_STRICT=1` turns every test left out into a failure.
 */
export const needs = (...names: readonly OfferName[]): typeof it.only => {
  const reason = lacking(...names);
  return reason === undefined ? it : withReason(reason);
};

const withReason = (reason: string): typeof it.only =>
  ((name: string) => {
    it(name, (context) => {
      context.skip(reason);
    });
  }) as unknown as typeof it.only;
