import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The part of a JSON schema that says which values are allowed. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

/** The configuration file's JSON schema: what a person writes, where everything may be left out. */
export function configJsonSchema(): SchemaNode {
  const schema = z.toJSONSchema(configSchema, { io: 'input' }) as SchemaNode & {
    readonly required?: unknown;
  };
  const { required: _required, ...optional } = schema;
  return optional;
}

/** The node of a setting. */
export function schemaAt(path: readonly PropertyKey[]): SchemaNode | undefined {
  return path.reduce<SchemaNode | undefined>(
    (node, key) => (typeof key === 'number' ? node?.items : node?.properties?.[String(key)]),
    configJsonSchema(),
  );
}

/** Allowed values in words. */
export function allowedText(node: SchemaNode): string {
  if (node.anyOf !== undefined) {
    return node.anyOf.map(allowedText).join(' or ');
  }
  if (node.const !== undefined) {
    return `only ${JSON.stringify(node.const)}`;
  }
  if (node.enum !== undefined) {
    return `one of ${node.enum.map((value) => JSON.stringify(value)).join(', ')}`;
  }
  switch (node.type) {
    case 'integer':
      return `a whole number from ${node.minimum} to ${node.maximum}`;
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array':
      return 'a list of one or more texts';
    case 'object':
      return `an object with the keys ${Object.keys(node.properties ?? {}).join(', ')}`;
    case 'string':
    case undefined:
      return 'a text that is not empty';
    default:
      return node.type;
  }
}
