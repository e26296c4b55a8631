import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/runtime/loopback.ts';

describe('a host that only this machine can reach', () => {
  it.each(['localhost', 'LocalHost', '127.0.0.1', '127.9.9.9', '::1', '[::1]'])('is %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each(['127.0.0.1.example.com', 'localhost.example.com', '10.0.0.1', '0.0.0.0', '[::2]', ''])(
    'is not %s',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});
