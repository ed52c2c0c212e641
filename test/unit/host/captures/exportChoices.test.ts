import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { Formats } from '../../../../src/core/base/format.ts';
import type { ExportSubject } from '../../../../src/host/captures/exportChoices.ts';
import { editor, type Shown } from '../../../support/host/fakeVscode.ts';

const { chooseFormat } = await import('../../../../src/host/captures/exportChoices.ts');

const capture = { extent: { first: 0, next: 3 } };
const source = { kind: 'slot', capture, slot: { name: 'shop', url: 'ws://h/' } };
const whole = { kind: 'capture', source, filter: '' } as unknown as ExportSubject;
const view = { state: { first: 0, next: 2, dropped: 0 } };
const part = {
  kind: 'shown',
  shown: { view, connections: [{ name: 'shop' }], filter: 'dir:in' },
} as unknown as ExportSubject;

afterEach(() => {
  editor.answer = () => undefined;
});

/** Asks for the format of the file, and says what the question was. */
async function askedFor(subject: ExportSubject): Promise<Pick<Shown, 'text' | 'choices'>> {
  const asked: Shown[] = [];
  editor.answer = shown => {
    asked.push(shown);
    return 'NDJSON';
  };
  await chooseFormat(subject, new Formats('en'));
  const [{ text, choices } = { text: '', choices: [] }] = asked;
  return { text, choices };
}

describe('The choice of an export format', () => {
  it('has a database for a whole capture, and says that there is none of a part', async () => {
    const ofWhole = await askedFor(whole);
    assert.ok(ofWhole.choices.includes('SQLite'));
    assert.equal(ofWhole.text, 'Select the export format');
    const ofPart = await askedFor(part);
    assert.ok(!ofPart.choices.includes('SQLite'));
    assert.match(ofPart.text, /SQLite takes only a whole capture/);
  });
});
