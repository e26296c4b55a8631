import { isDeepStrictEqual } from 'node:util';
import { getNodeValue, parseTree, type Edit, type Node } from 'jsonc-parser';
import { insertion } from '../hooks/text-edits.ts';
import type { FilledTasks } from './fill-tasks.ts';

/** Names and values that an object is to have. */
type Wanted = Readonly<Record<string, unknown>>;

/** A file's text, changed, and what was changed by where it stands. */
export interface EditedTasks {
  readonly text: string;
  /** Names of the values of each task that are not what they were, in the order of the tasks. */
  readonly changed: readonly (readonly string[])[];
}

/** Puts what was worked out into the text of a tasks file; every other byte stays as it is. */
export function editTasks(text: string, { tasks, totals }: FilledTasks): EditedTasks {
  const wanted = tasks.map(({ cost_usd, duration_minutes, sessions, hall_monitor }): Wanted => ({
    cost_usd,
    ...(duration_minutes !== null && { duration_minutes }),
    sessions,
    ...(hall_monitor !== undefined && { hall_monitor }),
  }));
  const changed = childrenOf(text, 'tasks').map((node, index) =>
    namesToChange(node, wanted[index]),
  );
  let edited = text;
  // What is put into an object that was empty needs to see what was put there before it.
  for (;;) {
    const edits = editsOf(edited, wanted, totals);
    if (edits.length === 0) return { text: edited, changed };
    edited = applied(edited, edits);
  }
}

function editsOf(text: string, tasks: readonly Wanted[], totals: Wanted): Edit[] {
  const root = rootOf(text);
  const totalsNode = valueNode(root, 'totals');
  const objects: (readonly [Node, Wanted])[] = childrenOf(text, 'tasks', root).map(
    (node, index) => [node, tasks[index] ?? {}],
  );
  if (totalsNode?.type === 'object') objects.push([totalsNode, totals]);
  else objects.push([root, { totals }]);
  return objects.flatMap(([node, wanted]) => objectEdits(text, root, node, wanted));
}

function objectEdits(text: string, root: Node, container: Node, wanted: Wanted): Edit[] {
  const isEmpty = (container.children ?? []).length === 0;
  const missing: Edit[] = [];
  const replaced: Edit[] = [];
  for (const key of namesToChange(container, wanted)) {
    const value = wanted[key];
    const node = valueNode(container, key);
    if (node !== undefined) {
      const { offset, length } = node;
      const content = valueText(
        value,
        text.slice(offset, offset + length),
        lineIndent(text, offset),
      );
      replaced.push({ offset, length, content });
    } else if (!isEmpty || missing.length === 0) {
      missing.push(insertion(text, root, { container, child: { key, value } }));
    }
  }
  return [...replaced, ...missing];
}

function namesToChange(container: Node, wanted: Wanted = {}): string[] {
  return Object.entries(wanted)
    .filter(([key, value]) => {
      const node = valueNode(container, key);
      return node === undefined || !isDeepStrictEqual(plain(getNodeValue(node)), plain(value));
    })
    .map(([key]) => key);
}

/** Objects without their prototype, which parsed ones do not have. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** A value as text, in one line or in several as what stood there. */
function valueText(value: unknown, before: string, base: string): string {
  if (typeof value !== 'object' || !before.includes('\n')) {
    // A line feed inside of a text is written out, so those that are left are layout.
    return JSON.stringify(value, null, 1)
      .replaceAll(/\n\s*/g, ' ')
      .replaceAll(/^\[ | \]$/g, (bracket) => bracket.trim());
  }
  const eol = before.includes('\r\n') ? '\r\n' : '\n';
  const inner = /\n([\t ]+)/.exec(before)?.[1] ?? `${base}  `;
  const unit = inner.startsWith(base) && inner !== base ? inner.slice(base.length) : '  ';
  return JSON.stringify(value, null, unit).replaceAll('\n', eol + base);
}

function lineIndent(text: string, offset: number): string {
  return /^[\t ]*/.exec(text.slice(text.lastIndexOf('\n', offset) + 1, offset))?.[0] ?? '';
}

function rootOf(text: string): Node {
  const root = parseTree(text);
  if (root === undefined) throw new TypeError('The text is not JSON any more.');
  return root;
}

function childrenOf(text: string, key: string, root = rootOf(text)): readonly Node[] {
  return valueNode(root, key)?.children ?? [];
}

/** The value of a property; of several with one name the last, as JSON has it. */
function valueNode(container: Node, key: string): Node | undefined {
  return container.children?.findLast(({ children }) => children?.[0]?.value === key)
    ?.children?.[1];
}

/** Edits that do not overlap; those of one place in the order given. */
function applied(text: string, edits: readonly Edit[]): string {
  let result = '';
  let from = 0;
  for (const { offset, length, content } of edits.toSorted((a, b) => a.offset - b.offset)) {
    result += text.slice(from, offset) + content;
    from = offset + length;
  }
  return result + text.slice(from);
}
