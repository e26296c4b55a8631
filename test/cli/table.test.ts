import { describe, expect, it } from 'vitest';
import { renderTable, type Column } from '../../src/cli/table.ts';

interface Row {
  readonly name: string;
  readonly count: number;
  readonly cost: string;
}

const COLUMNS: Column<Row>[] = [
  { head: 'Name', text: ({ name }) => name, total: 'Total', kind: 'name' },
  { head: 'Count', text: ({ count }) => String(count), total: '12', rank: 1 },
  { head: 'Cost', text: ({ cost }) => cost, total: '$3.00' },
];
const ROWS: Row[] = [
  { name: 'one', count: 2, cost: '$1.00' },
  { name: 'another', count: 10, cost: '$2.00' },
];
const plain = { columns: 80, hasColour: false };

describe('a table', () => {
  it('has names on the left, figures on the right and the totals below', () => {
    expect(renderTable(COLUMNS, ROWS, plain)).toBe(
      [
        'Name     Count   Cost',
        '-------  -----  -----',
        'one          2  $1.00',
        'another     10  $2.00',
        '-------  -----  -----',
        'Total       12  $3.00',
        '',
      ].join('\n'),
    );
  });

  it('loses the least important column where the terminal is narrow', () => {
    const text = renderTable(COLUMNS, ROWS, { ...plain, columns: 20 });
    expect(text.split('\n')[0]).toBe('Name      Cost');
  });

  it.each([30, 40, 80])(
    'fits %d columns however long a name is, and keeps both its ends',
    (columns) => {
      const rows = [{ name: `/home/dev/${'deep/'.repeat(40)}project`, count: 1, cost: '$1.00' }];
      const lines = renderTable(COLUMNS, rows, { ...plain, columns }).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
      expect(lines[2]).toMatch(/^\/h.*….*project/);
    },
  );

  it('shows control characters of names as text, so that they command nothing', () => {
    const rows = [{ name: '\u001b[2J\u001b]0;gone\u0007', count: 1, cost: '$1.00' }];
    const text = renderTable(COLUMNS, rows, plain);
    expect(text).not.toContain('\u001b');
    expect(text).toContain('\\x1b[2J\\x1b]0;gone\\x07');
  });

  it('is coloured only where it may be', () => {
    expect(renderTable(COLUMNS, ROWS, plain)).not.toContain('\u001b');
    expect(renderTable(COLUMNS, ROWS, { ...plain, hasColour: true })).toContain('\u001b[1mName');
  });

  it('lines up names in wide scripts', () => {
    const rows = [{ name: '日本語', count: 1, cost: '$1.00' }, ...ROWS];
    const lines = renderTable(COLUMNS, rows, plain).split('\n');
    expect(lines[2]).toBe('日本語       1  $1.00');
  });
});
