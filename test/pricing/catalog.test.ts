import { describe, expect, it } from 'vitest';
import { createCatalog } from '../../src/pricing/catalog.ts';
import { builtInPriceTable } from '../../src/pricing/table.ts';
import { noonMs } from './wire-usage.ts';

const catalog = createCatalog(builtInPriceTable);

describe('the catalog', () => {
  it.each(
    builtInPriceTable.models
      .filter((row) => row.isVerified)
      .flatMap((row) => [row.id, ...row.aliases].map((id) => [id, row.id])),
  )('knows %s as %s', (id, canonicalId) => {
    expect(catalog.find(id)).toMatchObject({ canonicalId, basis: 'list' });
  });

  it('never matches by prefix', () => {
    const cardOf = (model: string) => catalog.find(model).cardAt(noonMs, 0)?.prices.id;
    expect(cardOf('claude-opus-5-5')).toBe('claude-opus-5-5');
    expect(cardOf('claude-opus-5')).toBe('claude-opus-5');
    expect(cardOf('claude-fable-5')).toBe('claude-fable-5');
    expect(catalog.find('claude-opus-5-50').basis).toBe('estimated');
  });

  it.each([
    ['claude-opus-9', 'claude-opus-5-5'],
    ['claude-sonnet-7-1', 'claude-sonnet-5-5'],
    ['claude-haiku-9', 'claude-haiku-5-5'],
    ['claude-fable-7', 'claude-fable-5-2'],
    ['claude-mythos-7', 'claude-mythos-5-2'],
    ['eu.anthropic.claude-opus-9-v1:0', 'claude-opus-5-5'],
  ])('lends %s the card of %s', (model, sibling) => {
    const entry = catalog.find(model);
    expect(entry.basis).toBe('estimated');
    expect(entry.cardAt(noonMs, 0)?.prices.id).toBe(sibling);
    expect(entry.canonicalId).toBe(entry.id.normalised);
  });

  it.each(['claude-nova-9', 'gpt-4o', '<synthetic>', '', 'claude-instant-1-2', 'claude-2.1'])(
    'has no price for %j',
    (model) => {
      const entry = catalog.find(model);
      expect(entry).toMatchObject({ basis: 'unpriced', prices: null });
      expect(entry.cardAt(noonMs, 0)).toBeNull();
    },
  );

  it('names a row nobody has confirmed, and does not use it', () => {
    const entry = catalog.find('claude-mythos-preview');
    expect(entry).toMatchObject({ basis: 'unpriced', canonicalId: 'claude-mythos-preview' });
    expect(entry.cardAt(noonMs, 0)).toBeNull();
  });

  it('lends no card of a row nobody has confirmed', () => {
    const only = builtInPriceTable.models.filter((row) => row.id === 'claude-mythos-preview');
    const entry = createCatalog({ ...builtInPriceTable, models: only }).find('claude-mythos-9');
    expect(entry).toMatchObject({ basis: 'unpriced', prices: null });
  });

  it('gives the same card for the same question', () => {
    const { cardAt } = catalog.find('claude-opus-4-8');
    expect(cardAt(noonMs, 1)).toBe(cardAt(noonMs + 1, 1));
    expect(cardAt(noonMs, 1)).not.toBe(cardAt(noonMs, 0));
  });

  it('answers right after more different ids than it remembers', () => {
    for (let index = 0; index < 5000; index += 1) {
      catalog.find(`gateway-model-${index}`);
    }
    expect(catalog.find('claude-opus-4-8').canonicalId).toBe('claude-opus-4-8');
  });
});
