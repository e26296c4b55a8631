import { describe, expect, it } from 'vitest';
import { csvText } from '../../src/cli/csv.ts';

describe('CSV', () => {
  it('has a header even without rows, and quotes what needs it', () => {
    expect(csvText(['file', 'calls'], [])).toBe('file,calls\n');
    expect(csvText(['file', 'calls'], [{ file: 'a "b",\nc', calls: 2 }])).toBe(
      'file,calls\n"a ""b"",\nc",2\n',
    );
  });

  it('runs nothing in a spreadsheet and leaves figures alone', () => {
    expect(csvText(['file', 'n'], [{ file: '=HYPERLINK("x")', n: -5 }])).toBe(
      'file,n\n"\'=HYPERLINK(""x"")",-5\n',
    );
  });
});
