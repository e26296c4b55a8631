import { describe, expect, it } from 'vitest';
import { createMessage, levelOf, messageId } from '../../../exporters/budgets/message.ts';
import { resolveTarget } from '../../../exporters/budgets/target.ts';
import { day } from '../../support/budget-rig.ts';

describe('the level of a budget', () => {
  it.each([
    [0, 10, undefined],
    [7_999_999_999, 10_000_000_000, undefined],
    [8_000_000_000, 10_000_000_000, 'warning'],
    [9_999_999_999, 10_000_000_000, 'warning'],
    [10_000_000_000, 10_000_000_000, 'exceeded'],
    [1, 0, 'exceeded'],
    [0, 0, undefined],
  ])('with %d of %d nano-USD is %s', (usedNanoUsd, limitNanoUsd, level) => {
    expect(levelOf(day(0, { usedNanoUsd, limitNanoUsd }), 0.8)).toBe(level);
  });
});

describe('a message', () => {
  const at = { timezone: 'UTC', atMs: 0 };

  it.each([
    [day(8), 'warning', 'Budget for 2026-11-26 is nearly used up: $8.00 of $10.00 (80 %).'],
    [day(9.999), 'warning', 'Budget for 2026-11-26 is nearly used up: $9.99 of $10.00 (99 %).'],
    [
      day(0.0456, { limitNanoUsd: 50_000_000 }),
      'warning',
      'Budget for 2026-11-26 is nearly used up: $0.0456 of $0.0500 (91 %).',
    ],
    [
      day(10, { budget: 'session', sessionId: 's-1', period: 's-1' }),
      'exceeded',
      'Budget of session s-1 is used up: $10.00 of $10.00 (100 %).',
    ],
  ] as const)('says in a sentence what it is about', (use, level, text) => {
    expect(createMessage(use, level, at).text).toBe(text);
  });

  it('has nothing in its sentence that a chat takes for a mention, a link or markup', () => {
    const project = '<!channel> @everyone [a](http://b) `c` *d* & \u202e\n\ud800';
    const { text } = createMessage(day(9, { budget: 'project', project }), 'warning', at);
    expect(text).toBe(
      'Budget of project ??channel? ?everyone ?a??http?//b? ?c? ?d? ? ??? for 2026-11-26 is nearly used up: $9.00 of $10.00 (90 %).',
    );
  });

  it('has a key that fits into a header whatever things are called, and differs where they do', () => {
    const key = (project: string): string =>
      messageId(day(9, { budget: 'project', project }), 'warning');
    expect(key('a\r\nb: ü \ud800')).toMatch(/^[\x21-\x7e]+$/);
    expect(key('a/b')).not.toBe(key('a%2Fb'));
  });
});

describe('the address of the webhook', () => {
  const config = { url: null, headers: null, timeoutMs: 5, allowHttp: false };

  it.each([
    ['https://hooks.example/a', false],
    ['http://127.0.0.1:8080/a', false],
    ['http://localhost/a', false],
    ['http://[::1]/a', false],
    ['http://hooks.example/a', true],
  ])('%s is used, with allowHttp: %s', (url, allowHttp) => {
    expect(resolveTarget({ ...config, url, allowHttp })).toEqual({
      target: { url: new URL(url), headers: {}, timeoutMs: 5 },
      warnings: [],
    });
  });

  it.each([
    ['hooks.example/s3cret', 'its address has not the form'],
    ['ftp://hooks.example/s3cret', 'its address has not the form'],
    ['https://me:s3cret@hooks.example', 'its address has a password before the host'],
    ['http://hooks.example/s3cret', 'messages would go unencrypted to hooks.example'],
  ])('%s is refused, without showing it', (url, fault) => {
    const resolved = resolveTarget({ ...config, url });
    expect(resolved).toEqual({ fault: expect.stringContaining(fault) as string });
    expect(JSON.stringify(resolved)).not.toContain('s3cret');
  });
});
