import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeText } from '../../../../src/core/import/draft/decodeText.ts';
import { readImport } from '../../../../src/core/import/readImport.ts';
import { assertLinear } from '../../../support/growth.ts';

const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

describe('Importing much', () => {
  it('takes no more work for each thing of the file', () => {
    const url = (index: number) => `wss://x.test/${index}`;
    const files: readonly ((size: number) => string)[] = [
      size =>
        JSON.stringify({
          _type: 'export',
          resources: many(size, index => ({
            _id: `${index}`,
            _type: 'environment',
            name: 'E',
            data: { token: `${index}`, a: `{{ v${index} }}` },
          })),
        }),
      size =>
        JSON.stringify({
          _type: 'export',
          resources: many(size, index => ({
            _id: `${index}`,
            _type: 'websocket_request',
            name: 'R',
            url: url(index),
          })),
        }),
      size =>
        JSON.stringify({
          log: {
            entries: many(size, index => ({
              request: { url: url(index), headers: [{ name: 'Cookie', value: `${index}` }] },
              _webSocketMessages: [{ type: 'send', opcode: 1, data: `message ${index}` }],
            })),
          },
        }),
      size =>
        `type: collection.insomnia.rest/5.0\nenvironments:\n  data:\n${many(size, index => `    v${index}: "{{ a }}"\n`).join('')}`,
    ];
    for (const file of files) {
      assertLinear(file, text => readImport(text), 3000);
    }
  });

  it('imports up to the limits, and notes each limit', () => {
    const values = many(1500, index => ({ key: `v${index}`, value: '' }));
    const environment = { name: 'E', _postman_variable_scope: 'environment', values };
    const resources = many(300, index => ({
      _id: `${index}`,
      _type: 'environment',
      name: 'E',
      data: { a: '1' },
    }));
    const requests = many(300, index => ({
      _id: `${index}`,
      _type: 'websocket_request',
      url: `ws://x/${index}`,
    }));
    const nested = {
      _id: 'base',
      _type: 'environment',
      data: Object.fromEntries(many(900, n => [`a${n}`, ''])),
    };
    const children = many(100, index => ({
      _id: `${index}`,
      _type: 'environment',
      parentId: 'base',
      data: { x: '' },
    }));
    const cases: readonly (readonly [object, RegExp])[] = [
      [environment, /only the first 1000 of an environment are imported \(500×\)/],
      [{ _type: 'export', resources }, /An environment.*first 200 are imported \(100×\)/],
      [{ _type: 'export', resources: requests }, /A connection.*first 200 are imported \(100×\)/],
      [{ _type: 'export', resources: [nested, ...children] }, /20000 variables in total/],
    ];
    for (const [file, sentence] of cases) {
      const result = readImport(JSON.stringify(file));
      assert.match(result.kind === 'imported' ? result.notes.join('\n') : result.problem, sentence);
    }
  });

  it('of names that are as one gives each its own', () => {
    const text = JSON.stringify({
      _type: 'export',
      resources: many(3, index => ({
        _id: `${index}`,
        _type: 'websocket_request',
        name: 'R',
        url: `ws://x/${index}`,
      })),
    });
    const result = readImport(text);
    assert.ok(result.kind === 'imported');
    assert.deepEqual(
      result.connections.map(({ name }) => name),
      ['R', 'R 2', 'R 3'],
    );
  });
});

describe("A file's bytes", () => {
  const text = '{"a":"ü東😀"}';
  const utf16 = Buffer.from(text, 'utf16le');

  it('are read as what they are, with a byte order mark or without', () => {
    const mark = (...bytes: readonly number[]) => Buffer.from(bytes);
    const cases: readonly Uint8Array[] = [
      Buffer.from(text),
      Buffer.concat([mark(0xef, 0xbb, 0xbf), Buffer.from(text)]),
      Buffer.concat([mark(0xff, 0xfe), utf16]),
      Buffer.concat([mark(0xfe, 0xff), Buffer.from(utf16).swap16()]),
      utf16,
      Buffer.from(utf16).swap16(),
    ];
    for (const bytes of cases) {
      assert.deepEqual(decodeText(bytes), { text });
    }
    assert.deepEqual(decodeText(new Uint8Array()), { text: '' });
  });

  it('that are not valid text are decoded with replacement characters and a note', () => {
    const { text: read, note = '' } = decodeText(Uint8Array.from([0x7b, 0xe4, 0x7d]));
    assert.equal(read, '{\ufffd}');
    assert.match(note, /not valid UTF-8/);
  });
});
