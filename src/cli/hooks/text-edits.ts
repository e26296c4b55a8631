/**
 * Changes of JSON text that leave every other byte as it is. A container is an object or an array; its children are
 * properties or values.
 */
import type { Edit, Node } from 'jsonc-parser';

/** What is put into a container; a key where that is an object. */
export interface NewChild {
  readonly key?: string;
  readonly value: unknown;
}

const USUAL_INDENT = '  ';

/**
 * Puts a child at the end of a container, laid out as what stands there: on a line of its own or in the same line, with
 * the indentation and the line ends of the document. Taking it out again with `removal` gives the old text, unless the
 * container held nothing but space.
 */
export function insertion(
  text: string,
  root: Node,
  { container, child }: { readonly container: Node; readonly child: NewChild },
): Edit {
  const last = container.children?.at(-1);
  const unit = indentOf(text, root);
  const eol = /\r?\n/.exec(text)?.[0] ?? '\n';
  if (last !== undefined) {
    const lead = leadOf(text, container, last);
    const offset = last.offset + last.length;
    const content = lead.includes('\n')
      ? `,${eol}${lastLineOf(lead)}${render(child, { base: lastLineOf(lead), unit, eol })}`
      : `,${lead}${render(child)}`;
    return { offset, length: 0, content };
  }
  const inner = { offset: container.offset + 1, length: container.length - 2 };
  const isSpread = container === root || text.slice(root.offset, endOf(root)).includes('\n');
  if (!isSpread) return { ...inner, content: render(child) };
  const base = /^[\t ]*/.exec(lineBefore(text, container.offset))?.[0] ?? '';
  const shown = render(child, { base: base + unit, unit, eol });
  return { ...inner, content: `${eol}${base}${unit}${shown}${eol}${base}` };
}

/** Takes a child out of its container, with the comma and the space that belong to it. */
export function removal(container: Node, child: Node): Edit {
  const children = container.children ?? [];
  const index = children.indexOf(child);
  const previous = children[index - 1];
  const next = children[index + 1];
  if (previous !== undefined) return span(endOf(previous), endOf(child));
  return next === undefined
    ? span(container.offset + 1, endOf(container) - 1)
    : span(child.offset, next.offset);
}

/** The part of a document that one child adds to the indentation of the line it stands in. */
function indentOf(text: string, root: Node): string {
  const outer = /^[\t ]*/.exec(lineBefore(text, root.offset))?.[0] ?? '';
  const leads = (root.children ?? []).map((child) => leadOf(text, root, child));
  const line = leads.find((lead) => lead.includes('\n'));
  const indent = line === undefined ? '' : lastLineOf(line);
  const unit = indent.startsWith(outer) ? indent.slice(outer.length) : '';
  return unit === '' ? USUAL_INDENT : unit;
}

/** White space between a child and the bracket or comma before it. */
function leadOf(text: string, container: Node, child: Node): string {
  const previous = container.children?.[(container.children ?? []).indexOf(child) - 1];
  const from = previous === undefined ? container.offset + 1 : endOf(previous);
  return text.slice(from, child.offset).replace(/^[^,]*,(?=\s*$)/, '');
}

/** A child as text: in one line, or in lines that begin at `base`. */
function render(
  { key, value }: NewChild,
  layout?: { readonly base: string; readonly unit: string; readonly eol: string },
): string {
  if (layout === undefined) {
    return `${key === undefined ? '' : `${JSON.stringify(key)}:`}${JSON.stringify(value)}`;
  }
  // Tabs at the beginning of a line are indentation only: inside of JSON text they are written out.
  const lines = JSON.stringify(value, null, '\t')
    .replaceAll(/^\t+/gm, (tabs) => layout.unit.repeat(tabs.length))
    .split('\n');
  const name = key === undefined ? '' : `${JSON.stringify(key)}: `;
  return name + lines.join(layout.eol + layout.base);
}

function lastLineOf(lead: string): string {
  return /^[\t ]*/.exec(lead.slice(lead.lastIndexOf('\n') + 1))?.[0] ?? '';
}

function lineBefore(text: string, offset: number): string {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
}

function endOf({ offset, length }: Node): number {
  return offset + length;
}

function span(from: number, to: number): Edit {
  return { offset: from, length: to - from, content: '' };
}
