import type * as v from 'valibot';
import { assertNever } from '../base/errors.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schemas and checks that settings are made of. */
type Known =
  | v.BooleanSchema<undefined>
  | v.NumberSchema<undefined>
  | v.StringSchema<undefined>
  | v.UnknownSchema
  | v.CustomSchema<unknown, undefined>
  | v.LiteralSchema<v.Literal, undefined>
  | v.PicklistSchema<readonly string[], undefined>
  | v.ArraySchema<v.GenericSchema, undefined>
  | v.StrictObjectSchema<v.ObjectEntries, undefined>
  | v.OptionalSchema<v.GenericSchema, undefined>
  | v.UnionSchema<readonly v.GenericSchema[], undefined>;

/** What `v.pipe` puts behind a schema. */
interface Action {
  readonly type: string;
  readonly requirement?: unknown;
  readonly metadata?: JsonSchema;
}

/**
 * The JSON schema for what `schema` takes. What a function checks is left out, unless
 * `v.metadata` after it says it in the words of JSON Schema.
 *
 * @throws Error for a kind of schema that no setting has used so far
 */
export function jsonSchemaOf(schema: v.GenericSchema): JsonSchema {
  const actions = 'pipe' in schema ? (schema.pipe as readonly Action[]).slice(1) : [];
  const plain = plainSchema(schema as unknown as Known);
  const keywords = actions.map(action => keywordsOf(action, schema.type === 'array'));
  return Object.assign({}, plain, ...keywords) as JsonSchema;
}

function plainSchema(schema: Known): JsonSchema {
  switch (schema.type) {
    case 'boolean':
    case 'number':
    case 'string':
      return { type: schema.type };
    case 'unknown':
    case 'custom':
      return {};
    case 'literal':
      return { const: schema.literal };
    case 'picklist':
      return { type: 'string', enum: schema.options };
    case 'array':
      return { type: 'array', items: jsonSchemaOf(schema.item) };
    case 'optional':
      return jsonSchemaOf(schema.wrapped);
    case 'strict_object': {
      const entries = Object.entries(schema.entries);
      return {
        type: 'object',
        properties: Object.fromEntries(entries.map(([key, entry]) => [key, jsonSchemaOf(entry)])),
        required: entries.filter(([, entry]) => entry.type !== 'optional').map(([key]) => key),
        additionalProperties: false,
      };
    }
    case 'union': {
      const anyOf = schema.options.map(jsonSchemaOf);
      const [type, ...others] = new Set(anyOf.map(option => option['type']));
      // The settings editor looks for the type at the top.
      return type === undefined || others.length > 0 ? { anyOf } : { type, anyOf };
    }
    default:
      return assertNever(schema);
  }
}

function keywordsOf({ type, requirement, metadata }: Action, isList: boolean): JsonSchema {
  switch (type) {
    case 'integer':
      return { type: 'integer' };
    case 'min_value':
      return { minimum: requirement };
    case 'max_value':
      return { maximum: requirement };
    case 'min_length':
      return isList ? { minItems: requirement } : { minLength: requirement };
    case 'max_length':
      return isList ? { maxItems: requirement } : { maxLength: requirement };
    case 'regex':
      return { pattern: (requirement as RegExp).source };
    case 'base64':
      return { pattern: '^[A-Za-z0-9+/]*={0,2}$' };
    case 'metadata':
      return metadata ?? {};
    case 'check':
      return {};
    default:
      throw new Error(`No JSON schema is known for "${type}".`);
  }
}
