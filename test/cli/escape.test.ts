import { describe, expect, it } from 'vitest';
import { escapeText, jsonText } from '../../src/cli/escape.ts';

describe('text from outside', () => {
  it.each([
    ['plain text, ünïcode and 🎉', 'plain text, ünïcode and 🎉'],
    ['\u001b[31mred', '\\x1b[31mred'],
    ['\u009b2J', '\\x9b2J'],
    ['a\r\nb\tc', 'a\\x0d\\x0ab\\x09c'],
    ['user\u202egpj.exe', 'user\\u202egpj.exe'],
  ])('%j is shown as %s', (text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });
});

describe('JSON', () => {
  it('means the same and holds nothing that a terminal obeys', () => {
    const value = { tool: '\u001b[2J\u009b31m\u202e\u2028', list: [1, null] };
    const text = jsonText(value);
    expect(JSON.parse(text)).toEqual(value);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e]/);
    expect(text.endsWith('}\n')).toBe(true);
  });
});
