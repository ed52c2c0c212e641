import assert from 'node:assert/strict';
import { afterEach, it } from 'node:test';
import type { DecodeStep } from '../../../../src/core/decode/decodeRule.ts';
import { isCancellation } from '../../../../src/core/base/errors.ts';
import type { DecodedSelection } from '../../../../src/core/decode/rowDecoding.ts';
import type { DecodeSelectionParts } from '../../../../src/host/decoding/decodeSelection.ts';
import { editor, type Shown } from '../../../support/host/fakeVscode.ts';

const { decodeSelection } = await import('../../../../src/host/decoding/decodeSelection.ts');

const selection = { direction: 'in' as const, bytes: Buffer.from('"hi"') };
const decoded: DecodedSelection = { layers: [], records: [{ summary: 'hi' }], fieldsLayer: 0 };

afterEach(() => {
  editor.shown.length = 0;
  editor.answer = () => undefined;
});

/** Asks with this answer, of decoders of which `readers` read the selection. */
async function ask(answer: string, readers: readonly string[], result?: DecodedSelection) {
  const used: (readonly DecodeStep[])[] = [];
  let shown: Shown | undefined;
  editor.answer = each => {
    shown = each;
    return answer;
  };
  const parts = {
    protobuf: { schemas: {}, rules: { written: [] } },
    withSchemas: () => Promise.resolve({ use: [] }),
  } as unknown as DecodeSelectionParts;
  const capture = {
    selectionReaders: () => Promise.resolve(readers),
    decodeSelection: (_: unknown, use: readonly DecodeStep[]) => {
      used.push(use);
      return Promise.resolve(result);
    },
  };
  const said = await decodeSelection(parts, capture, selection);
  return { said, used, shown };
}

it('lists what reads a selection before the others, and says what the chosen one has read', async () => {
  const { said, used, shown } = await ask('JSON', ['json', 'base64'], decoded);
  const choices = shown?.choices ?? [];
  assert.deepEqual(choices.slice(0, 5), [
    'Can read them to the end',
    'JSON',
    'base64',
    'Others',
    'Protobuf with a Schema…',
  ]);
  assert.equal(choices.filter(each => each === 'JSON').length, 1);
  assert.equal(shown?.text, 'Select what they are');
  assert.deepEqual(used, [['json']]);
  assert.deepEqual(said, { title: 'JSON', decoded });
});

it('offers all decoders for a selection that none reads, and says which did not', async () => {
  const { said, shown } = await ask('MQTT', []);
  assert.equal(shown?.choices[0], 'Decoders');
  assert.deepEqual(said, { title: 'MQTT' });
});

it('decodes nothing of a selection if nothing is chosen', () =>
  assert.rejects(ask('', ['json']), isCancellation));
