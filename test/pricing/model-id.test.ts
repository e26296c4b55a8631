import { describe, expect, it } from 'vitest';
import {
  normaliseModelId,
  parseModelId,
  providerOfMessage,
  versionOf,
} from '../../src/pricing/model-id.ts';

describe('a model id', () => {
  it.each([
    ['claude-opus-5', 'claude-opus-5'],
    ['claude-opus-5-5', 'claude-opus-5-5'],
    ['Claude-Opus-4-6[1m]', 'claude-opus-4-6'],
    ['claude-opus-4-6[1M]', 'claude-opus-4-6'],
    ['claude-haiku-4-5-20251001', 'claude-haiku-4-5'],
    ['claude-opus-4-20250514', 'claude-opus-4'],
    ['claude-3-5-sonnet-20241022', 'claude-3-5-sonnet'],
    ['anthropic/claude-opus-4.6', 'claude-opus-4-6'],
    ['anthropic.claude-opus-4-6-v1', 'claude-opus-4-6'],
    ['anthropic.claude-sonnet-4-6-v1', 'claude-sonnet-4-6'],
    ['anthropic.claude-3-5-sonnet-20241022-v2:0', 'claude-3-5-sonnet'],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5'],
    ['us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5'],
    ['global.anthropic.claude-fable-5-1-v1:0', 'claude-fable-5-1'],
    ['bedrock/us.anthropic.claude-opus-4-7', 'claude-opus-4-7'],
    [
      'arn:aws:bedrock:us-east-1:123456789012:inference-profile/eu.anthropic.claude-opus-4-8',
      'claude-opus-4-8',
    ],
    [
      'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-1-20250805-v1:0',
      'claude-opus-4-1',
    ],
    ['vertex_ai/claude-sonnet-4-5@20250929', 'claude-sonnet-4-5'],
    ['claude-opus-4@20250514', 'claude-opus-4'],
    ['claude-3-5-sonnet-v2@20241022', 'claude-3-5-sonnet'],
    ['claude-opus-4-8@default', 'claude-opus-4-8'],
    ['gpt-4o', 'gpt-4o'],
    ['<synthetic>', '<synthetic>'],
    ['', ''],
  ])('is looked up without its wrapping: %s', (raw, normalised) => {
    expect(normaliseModelId(raw)).toBe(normalised);
    expect(normaliseModelId(normalised)).toBe(normalised);
  });

  it.each([
    ['claude-opus-4-8', 'first_party', null],
    ['anthropic/claude-opus-4-8', 'first_party', null],
    ['anthropic.claude-opus-4-8', 'bedrock', null],
    ['us.anthropic.claude-opus-4-8', 'bedrock', 'regional'],
    ['apac.anthropic.claude-opus-4-8', 'bedrock', 'regional'],
    ['jp.anthropic.claude-opus-4-8', 'bedrock', 'regional'],
    ['us-gov.anthropic.claude-opus-4-8', 'bedrock', 'regional'],
    ['global.anthropic.claude-opus-4-8', 'bedrock', 'global'],
    [
      'arn:aws:bedrock:eu-west-1:1:inference-profile/au.anthropic.claude-opus-4-8',
      'bedrock',
      'regional',
    ],
    ['arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-opus-4-8', 'bedrock', null],
    ['claude-haiku-4-5@20251001', 'vertex', null],
    ['vertex_ai/claude-opus-4-8', 'vertex', null],
  ])('tells the provider and the profile: %s', (raw, provider, profile) => {
    expect(parseModelId(raw)).toMatchObject({ provider, profile });
  });

  it('tells the marker of the long context window', () => {
    expect(parseModelId('claude-opus-4-6[1m]').hasLongContextMarker).toBe(true);
    expect(parseModelId('claude-opus-4-6').hasLongContextMarker).toBe(false);
  });

  it.each([
    ['claude-opus-9', 'opus'],
    ['claude-sonnet-7-1-20270101', 'sonnet'],
    ['claude-haiku-9', 'haiku'],
    ['claude-fable-6', 'fable'],
    ['claude-mythos-preview', 'mythos'],
    ['claude-3-9-sonnet', 'sonnet'],
    ['us.anthropic.claude-opus-9-v1:0', 'opus'],
    ['claude-nova-9', null],
    ['claude-opusculum-1', null],
    ['my-claude-opus-9', null],
    ['gpt-4o', null],
    ['<synthetic>', null],
  ])('tells the family: %s', (raw, family) => {
    expect(parseModelId(raw).family).toBe(family);
  });

  it('orders by version, whichever way round it is spelled', () => {
    expect(versionOf('claude-opus-4-8')).toEqual([4, 8]);
    expect(versionOf('claude-3-5-sonnet')).toEqual([3, 5]);
    expect(versionOf('claude-mythos-preview')).toEqual([]);
  });
});

describe('a message id', () => {
  it.each([
    ['msg_bdrk_01AbC', 'bedrock'],
    ['msg_vrtx_01AbC', 'vertex'],
    ['msg_01AbC', null],
    ['chatcmpl-1', null],
    ['xmsg_bdrk_1', null],
    [null, null],
  ])('names a cloud by its prefix: %s', (messageId, provider) => {
    expect(providerOfMessage(messageId)).toBe(provider);
  });
});
