import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import '../../../support/host/fakeVscode.ts';
import { readSettings } from '../../../../src/core/settings/profile.ts';
import { onOpenNumbers, roundingProblems } from '../../../../src/core/settings/roundedNumbers.ts';
import { userSettings } from '../../../support/host/settings.ts';

const { messageNumbersIn } = await import('../../../../src/host/settings/settingsText.ts');

/** As the editor hands them out: parsed. */
function numbersOf(text: string): readonly number[] {
  const settings = JSON.parse(text) as Readonly<Record<string, unknown>>;
  return onOpenNumbers(readSettings(userSettings(key => settings[`websocketMonitor.${key}`])));
}

const problemsOf = (text: string, isReadable = true) =>
  roundingProblems(numbersOf(text), isReadable ? messageNumbersIn(text) : []);

const common = (json: string) => `{"websocketMonitor.onOpen": ["1", {"json": ${json}}]}`;

describe('A number in a message of the settings', () => {
  it('that the editor has rounded is named as it was written, with the way out', () => {
    const [problem, ...others] = problemsOf(common('{"id": 9007199254740993, "n": [1, 0.1]}'));
    assert.deepEqual(others, []);
    assert.match(problem ?? '', /reads the number 9007199254740993 as 9007199254740992,/);
    assert.match(problem ?? '', /\{ "text": "…" \}/);
    const rounded = [
      '-9007199254740993',
      '0.10000000000000000555',
      '1e400',
      '12345678901234567890',
    ];
    for (const number of rounded) {
      assert.match(problemsOf(common(`{"a": [${number}]}`))[0] ?? '', new RegExp(`${number} as `));
    }
    assert.match(problemsOf(common('{"a": 1e400}'))[0] ?? '', /as null/);
  });

  it('is found in the messages of each connection, and nowhere else', () => {
    const connections = `{"websocketMonitor.connections": [
      {"name": "a", "url": "ws://a", "onOpen": [{"json": [9007199254740993]}]},
      {"name": "b", "url": "ws://b", "onOpen": ["9007199254740995"]}
    ], "other.number": 9007199254740997}`;
    assert.deepEqual(numbersOf(connections), [9007199254740992]);
    assert.equal(problemsOf(connections).length, 1);
    const nested =
      '{"websocketMonitor": {"onOpen": [{"json": {"json": 9007199254740993}}]}, /* no */ "x": 1,}';
    assert.deepEqual(messageNumbersIn(nested), ['9007199254740993']);
  });

  it('is no problem where it was written as it is read', () => {
    for (const number of [
      '9007199254740992',
      '1.0',
      '1e3',
      '0.1',
      '-0',
      '1E+21',
      '100000000000000000000',
    ]) {
      assert.deepEqual(problemsOf(common(number)), [], number);
    }
  });

  it('may be a different one where nobody can read how it was written', () => {
    for (const number of [
      '9007199254740993',
      '12345678901234567890',
      '0.12345678901234567',
      '1e400',
    ]) {
      assert.match(problemsOf(common(number), false)[0] ?? '', /may be a different one/, number);
    }
    for (const number of ['9007199254740991', '0.1', '1e30', '5', '0.123456789012345']) {
      assert.deepEqual(problemsOf(common(number), false), [], number);
    }
  });
});
