import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  savedBodyKinds,
  environmentSchema,
  extractorSchema,
  folderSchema,
  messageSchema,
  sequenceSchema,
  stepSchema,
} from '../../../../src/core/library/librarySchema.ts';
import { libraryVersion, readLibrary } from '../../../../src/core/library/readLibrary.ts';

interface Schema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: unknown;
  readonly const?: unknown;
  readonly definitions: Readonly<Record<string, Schema>>;
}

const file = new URL('../../../../media/websocket-monitor.schema.json', import.meta.url);
const schema = JSON.parse(readFileSync(file, 'utf8')) as Schema;
const keysOf = (value: object) => Object.keys(value).toSorted();

describe('The JSON schema that editors complete by', () => {
  it('knows the same keys as the reader, no more and no fewer', () => {
    const read = {
      message: messageSchema,
      step: stepSchema,
      sequence: sequenceSchema,
      folder: folderSchema,
      environment: environmentSchema,
      extractor: extractorSchema,
    };
    for (const [name, { entries }] of Object.entries(read)) {
      const written = schema.definitions[name];
      assert.ok(written, name);
      assert.deepEqual(keysOf(written.properties), keysOf(entries), name);
      assert.equal(written.additionalProperties, false, name);
    }
    assert.equal(schema.properties['version']?.const, libraryVersion);
    const all = Object.fromEntries(Object.keys(schema.properties).map(key => [key, undefined]));
    assert.deepEqual(readLibrary({ ...all, version: libraryVersion }, 'user').problems, []);
  });

  it('wants one body of each message, of the kinds that there are', () => {
    const kinds = schema.definitions['message']?.oneOf?.map(({ required }) => required?.[0]);
    assert.deepEqual(kinds, [...savedBodyKinds]);
    const ofSteps = schema.definitions['step']?.oneOf?.map(({ required }) => required?.[0]);
    assert.deepEqual(ofSteps, ['message', ...savedBodyKinds]);
  });
});
