import { describe, expect, it } from 'vitest';
import { similarNames } from '../../src/cli/similar-names.ts';

const KNOWN = ['realtime-data-collection', 'realtime-dashboard', 'login', 'Überblick'];

describe('names that may have been meant', () => {
  it.each([
    ['realtime-data-colection', ['realtime-data-collection']],
    ['realtime', ['realtime-data-collection', 'realtime-dashboard']],
    ['LOGIN', ['login']],
    ['lgoin', ['login']],
    ['überblik', ['Überblick']],
    ['something else', []],
    ['', []],
  ])('are for %j %j', (name, similar) => {
    expect(similarNames(name, KNOWN)).toEqual(similar);
  });

  it('are three at most', () => {
    expect(similarNames('plan', ['plan-1', 'plan-2', 'plan-3', 'plan-4'])).toHaveLength(3);
  });
});
