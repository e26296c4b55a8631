import { describe, expect, it } from 'vitest';
import { fileTraits } from '../../../exporters/clickhouse/file-traits.ts';

describe('what a path tells of a file', () => {
  it.each([
    ['/home/dev/a.ts', 'ts', 'code'],
    ['/home/dev/A.TSX', 'tsx', 'code'],
    ['C:\\work\\app.yaml', 'yaml', 'config'],
    ['/home/dev/.env', '', 'config'],
    ['/home/dev/a.tar.gz', 'gz', 'data'],
    ['/home/dev/README.md', 'md', 'text'],
    ['/home/dev/Makefile', '', ''],
    ['/home/dev.d/Makefile', '', ''],
    ['/home/dev/a.weird', 'weird', ''],
    ['', '', ''],
  ])('of %s is the extension "%s", which is "%s"', (path, extension, contentType) => {
    expect(fileTraits(path)).toMatchObject({ extension, contentType });
  });

  it.each([
    '/home/dev/.env',
    '/home/dev/.env.production',
    '/home/dev/.ssh/config',
    'C:\\Users\\dev\\.aws\\credentials',
    '/home/dev/id_ed25519',
    '/srv/tls/server.PEM',
    '/home/dev/secrets.yaml',
    '/home/dev/.netrc',
  ])('is that %s is sensitive', (path) => {
    expect(fileTraits(path).isSensitive).toBe(true);
  });

  it.each([
    '/home/dev/.env.example',
    '/home/dev/environment.ts',
    '/home/dev/keyboard.ts',
    '/home/dev/docs/secrets-of-the-sea/a.md',
    '/home/dev/id_rsa_notes.md',
  ])('is not that %s is', (path) => {
    expect(fileTraits(path).isSensitive).toBe(false);
  });

  it.each([
    ['/etc/hosts', true],
    ['C:\\Windows\\System32\\drivers\\etc\\hosts', true],
    ['/usr/local/bin/x', true],
    ['/home/dev/etc/hosts', false],
    ['/etcetera/x', false],
  ])('is that %s belongs to the system: %s', (path, isSystem) => {
    expect(fileTraits(path).isSystem).toBe(isSystem);
  });
});
