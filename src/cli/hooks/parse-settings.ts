import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { ConfigError } from '../../errors.ts';

const HINT = 'Nothing was written. Correct the file, then try again.';

/**
 * The syntax tree of a settings file, in which every node knows its place in the text.
 *
 * @throws ConfigError naming file, line and column where it is not strict JSON, its root is no object, or its `hooks`
 * are not what Claude Code takes.
 */
export function parseSettings(text: string, path: string): Node {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const first = errors.toSorted((a, b) => a.offset - b.offset)[0];
  if (root === undefined || first !== undefined) {
    const what = first === undefined ? 'it is empty' : FAULTS[printParseErrorCode(first.error)];
    throw refusal(path, text, first?.offset ?? 0, `it is not JSON: ${what ?? 'unexpected text'}`);
  }
  parseStrictly(text, path);
  if (root.type !== 'object') {
    throw refusal(path, text, root.offset, 'it must hold one JSON object');
  }
  const fault = faultOfRoot(root);
  if (fault !== undefined) {
    throw refusal(path, text, fault.node.offset, fault.what);
  }
  return root;
}

/** The property of an object, undefined where there is none. */
export function propertyOf(object: Node, key: string): Node | undefined {
  return object.children?.find((property) => keyOf(property) === key);
}

/** Name of a property. */
export function keyOf(property: Node): string {
  return String(property.children?.[0]?.value);
}

/** The value of a property. */
export function valueOf(property: Node | undefined): Node | undefined {
  return property?.children?.[1];
}

/** What a person makes of the codes of the parser. */
const FAULTS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'unknown word',
  InvalidNumberFormat: 'wrong number',
  PropertyNameExpected: 'a key in double quotes is missing',
  ValueExpected: 'a value is missing',
  ColonExpected: 'a colon is missing',
  CommaExpected: 'a comma is missing',
  CloseBraceExpected: 'a closing brace is missing',
  CloseBracketExpected: 'a closing bracket is missing',
  EndOfFileExpected: 'text after the end',
  InvalidCommentToken: 'comments are not allowed',
  UnexpectedEndOfComment: 'comments are not allowed',
  UnexpectedEndOfString: 'a text does not end',
  UnexpectedEndOfNumber: 'a number does not end',
  InvalidUnicode: 'wrong \\u escape',
  InvalidEscapeCharacter: 'wrong escape in a text',
  InvalidCharacter: 'a control character in a text',
};

/** The tree's parser lets a few things pass that JSON does not have. */
function parseStrictly(text: string, path: string): void {
  try {
    JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`Cannot edit ${path}: it is not JSON: ${detail}.`, { hint: HINT, cause });
  }
}

interface Fault {
  readonly node: Node;
  readonly what: string;
}

function faultOfRoot(root: Node): Fault | undefined {
  const hooks = valueOf(propertyOf(root, 'hooks'));
  if (hooks === undefined) return undefined;
  const twice = repeatedIn(root, 'hooks');
  if (twice !== undefined) return twice;
  if (hooks.type !== 'object') return { node: hooks, what: '`hooks` must be an object' };
  return (hooks.children ?? [])
    .map((event) => repeatedIn(hooks, keyOf(event)) ?? faultOfEvent(event))
    .find((fault) => fault !== undefined);
}

/** With a key twice the last one counts, and nobody can tell which was meant. */
function repeatedIn(object: Node, key: string): Fault | undefined {
  const node = object.children?.filter((property) => keyOf(property) === key)[1];
  return node === undefined ? undefined : { node, what: `the key \`${key}\` is there twice` };
}

function faultOfEvent(event: Node): Fault | undefined {
  const name = `\`hooks.${keyOf(event)}\``;
  const groups = valueOf(event);
  if (groups?.type !== 'array') {
    return { node: groups ?? event, what: `${name} must be a list of groups` };
  }
  return (groups.children ?? []).flatMap((group) => faultOfGroup(group, name))[0];
}

function faultOfGroup(group: Node, name: string): readonly Fault[] {
  if (group.type !== 'object') {
    return [{ node: group, what: `a group in ${name} must be an object` }];
  }
  const handlers = valueOf(propertyOf(group, 'hooks'));
  const twice = repeatedIn(group, 'hooks');
  if (twice !== undefined) return [twice];
  if (handlers?.type !== 'array') {
    return [{ node: handlers ?? group, what: `a group in ${name} must have a list of hooks` }];
  }
  const odd = handlers.children?.find(({ type }) => type !== 'object');
  return odd === undefined ? [] : [{ node: odd, what: `a hook in ${name} must be an object` }];
}

function refusal(path: string, text: string, offset: number, what: string): ConfigError {
  const before = text.slice(0, offset).split('\n');
  const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
  return new ConfigError(`Cannot edit ${path}: ${what} (${place}).`, { hint: HINT });
}
