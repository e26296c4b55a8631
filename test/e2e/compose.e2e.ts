import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, sep } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { type Asked, resolvedStack, ROOT, runConfig } from '../support/compose/resolved-stack.ts';
import { needs } from '../support/offers.ts';
import { temporaryFolder } from '../support/running-command.ts';

const PROFILES = ['clickhouse', 'otel'];
const EVERYTHING: Asked = { profiles: PROFILES };
const TOKEN = { HALL_MONITOR_TOKEN: 'a-token-of-at-least-thirty-two-characters' };
const USUAL = ['grafana', 'hall-monitor', 'history', 'history-blocks', 'network', 'prometheus'];

const servicesOf = (asked?: Asked) => Object.entries(resolvedStack(asked).services);
const namesOf = (asked: Asked): readonly string[] =>
  servicesOf(asked)
    .map(([name]) => name)
    .sort();
const withCompose = needs('docker-compose');

describe('the stack, as Docker Compose reads it', () => {
  withCompose('is valid alone, with each profile, with all of them and with a token', () => {
    expect(runConfig({}, '--profiles').stdout.trim().split('\n').sort()).toEqual(PROFILES);
    expect(namesOf({})).toEqual(USUAL);
    expect(namesOf({ env: TOKEN })).toEqual(USUAL);
    expect(namesOf({ profiles: ['clickhouse'] })).toEqual(['clickhouse', ...USUAL].sort());
    expect(namesOf({ profiles: ['otel'] })).toEqual(['otel-collector', ...USUAL].sort());
    expect(namesOf(EVERYTHING)).toEqual(['clickhouse', 'otel-collector', ...USUAL].sort());
  });

  withCompose('runs nothing but what we build and exact versions', () => {
    const images = servicesOf(EVERYTHING).filter(([, { build }]) => build === undefined);
    expect(images.length).toBeGreaterThan(4);
    for (const [, { image }] of images) expect(image).toMatch(/^[a-z/-]+:v?\d+\.\d+(\.\d+)*$/);
  });

  withCompose('is reached from this machine only, until told otherwise', () => {
    const published = (asked: Asked): readonly string[] =>
      servicesOf(asked)
        .flatMap(([, { ports = [] }]) => ports)
        .map((port) => `${port.host_ip}:${port.published}>${port.target}`)
        .sort();
    expect(published(EVERYTHING)).toEqual([
      '127.0.0.1:3000>3000',
      '127.0.0.1:9090>9090',
      '127.0.0.1:9464>9464',
    ]);
    expect(
      published({ env: { HALL_MONITOR_BIND: '0.0.0.0', GRAFANA_PUBLISHED_PORT: '80' } }),
    ).toEqual(['0.0.0.0:80>3000', '0.0.0.0:9090>9090', '0.0.0.0:9464>9464']);
    for (const [, service] of servicesOf(EVERYTHING)) expect(service.network_mode).not.toBe('host');
  });

  withCompose(
    'lets the collector out of loopback only with a token, which Prometheus has too',
    () => {
      const { services: open } = resolvedStack();
      expect(open['hall-monitor']?.environment?.['HALL_MONITOR_HOST']).toBe('');
      const { services: closed } = resolvedStack({ env: TOKEN });
      expect(closed['hall-monitor']?.environment).toMatchObject({
        ...TOKEN,
        HALL_MONITOR_HOST: '0.0.0.0',
      });
      expect(closed['prometheus']?.environment).toEqual(TOKEN);
      expect(closed['prometheus']?.network_mode).toBe(closed['hall-monitor']?.network_mode);
    },
  );

  withCompose('reads the transcripts and cannot write to them', () => {
    for (const env of [{}, { HALL_MONITOR_CLAUDE_DIR: '/srv/claude' }]) {
      const from = env.HALL_MONITOR_CLAUDE_DIR ?? join(homedir(), '.claude');
      const mounts = servicesOf({ ...EVERYTHING, env }).flatMap(([name, { volumes = [] }]) =>
        volumes.filter(({ source }) => source === from).map((mount) => [name, mount] as const),
      );
      expect(mounts.map(([name]) => name).sort()).toEqual(['hall-monitor', 'history']);
      for (const [, mount] of mounts) {
        expect(mount).toMatchObject({ type: 'bind', target: '/claude', read_only: true });
      }
    }
  });

  withCompose('gives no service root, a capability or a way to get one', () => {
    for (const [, service] of servicesOf(EVERYTHING)) {
      expect(service.user).toMatch(/^[1-9]\d*:\d+$/);
      expect(service.cap_drop).toEqual(['ALL']);
      expect(service.security_opt).toEqual(['no-new-privileges:true']);
      expect(service.privileged ?? false).toBe(false);
    }
    const env = { HALL_MONITOR_UID: '1234', HALL_MONITOR_GID: '99' };
    const { services } = resolvedStack({ env });
    expect([services['hall-monitor']?.user, services['history']?.user]).toEqual([
      '1234:99',
      '1234:99',
    ]);
    expect(services['hall-monitor']?.read_only).toBe(true);
  });

  withCompose('asks the collector, Prometheus and Grafana how they are', () => {
    const { services } = resolvedStack();
    const program = services['hall-monitor']?.healthcheck?.test?.at(-1) ?? '';
    expect(program).toBe('/app/docker/healthcheck.js');
    expect(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')).toContain(`"${program}"`);
    for (const name of ['hall-monitor', 'prometheus', 'grafana']) {
      expect(services[name]?.healthcheck?.test?.length).toBeGreaterThan(1);
    }
  });

  withCompose('mounts only files of ours that there are, and only to read them', () => {
    const ours = servicesOf(EVERYTHING)
      .flatMap(([, { volumes = [] }]) => volumes)
      .filter(({ source = '' }) => source.startsWith(ROOT.endsWith(sep) ? ROOT : ROOT + sep));
    expect(ours.length).toBeGreaterThan(5);
    for (const { source = '', read_only: isReadOnly } of ours) {
      expect({ source, isThere: existsSync(source), isReadOnly }).toEqual({
        source,
        isThere: true,
        isReadOnly: true,
      });
    }
  });

  withCompose('is refused where it is broken', () => {
    const { folder, remove } = temporaryFolder();
    onTestFinished(remove);
    const file = join(folder, 'broken.yml');
    const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
    writeFileSync(
      file,
      text.replaceAll('network_mode: service:network', 'network_mod: service:network'),
    );
    expect(() => resolvedStack({ file })).toThrow(/network_mod/);
    writeFileSync(
      file,
      text.replace('  network:\n    <<: *contained', '  another:\n    <<: *contained'),
    );
    expect(() => resolvedStack({ file })).toThrow(/network/);
  });
});
