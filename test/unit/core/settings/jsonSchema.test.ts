import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as v from 'valibot';
import { jsonSchemaOf } from '../../../../src/core/settings/jsonSchema.ts';

describe('The JSON schema of a check', () => {
  it('has the type and the limits of numbers and texts', () => {
    const number = v.pipe(v.number(), v.minValue(0.5), v.maxValue(9));
    const integer = v.pipe(v.number(), v.integer(), v.minValue(1));
    const name = v.pipe(v.string(), v.minLength(1), v.regex(/^[a-z]+$/));
    assert.deepEqual(jsonSchemaOf(v.boolean()), { type: 'boolean' });
    assert.deepEqual(jsonSchemaOf(number), { type: 'number', minimum: 0.5, maximum: 9 });
    assert.deepEqual(jsonSchemaOf(integer), { type: 'integer', minimum: 1 });
    assert.deepEqual(jsonSchemaOf(name), { type: 'string', minLength: 1, pattern: '^[a-z]+$' });
    assert.deepEqual(jsonSchemaOf(v.picklist(['a', 'b'])), { type: 'string', enum: ['a', 'b'] });
  });

  it('requires the members of an object that are not optional, and allows no others', () => {
    const schema = v.strictObject({ a: v.unknown(), b: v.optional(v.string()) });
    assert.deepEqual(jsonSchemaOf(schema), {
      type: 'object',
      properties: { a: {}, b: { type: 'string' } },
      required: ['a'],
      additionalProperties: false,
    });
  });

  it('counts the items of a list', () => {
    const schema = v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(3));
    assert.deepEqual(jsonSchemaOf(schema), {
      type: 'array',
      items: { type: 'string' },
      minItems: 1,
      maxItems: 3,
    });
  });

  it('names the type of alternatives that have one in common', () => {
    const objects = v.union([v.strictObject({ a: v.literal(1) }), v.strictObject({})]);
    assert.equal(jsonSchemaOf(objects)['type'], 'object');
    assert.deepEqual(jsonSchemaOf(v.union([v.string(), v.boolean()])), {
      anyOf: [{ type: 'string' }, { type: 'boolean' }],
    });
  });

  it('takes from metadata what only a function knows', () => {
    const isEven = (value: number) => value % 2 === 0;
    const schema = v.pipe(v.number(), v.check(isEven), v.metadata({ multipleOf: 2 }));
    assert.deepEqual(jsonSchemaOf(schema), { type: 'number', multipleOf: 2 });
  });

  it('refuses a check that it cannot express, so that none is forgotten', () => {
    assert.throws(() => jsonSchemaOf(v.pipe(v.string(), v.email())), /"email"/);
  });
});
