import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import '../../../support/host/fakeVscode.ts';
import type { Imported } from '../../../../src/core/import/draft/importResult.ts';
import { readImport } from '../../../../src/core/import/readImport.ts';

const { countsOf, reportOf } = await import('../../../../src/host/import/importReport.ts');

const request = (id: number, fields: object = {}) => ({
  _id: `${id}`,
  _type: 'websocket_request',
  name: `R${id}`,
  url: `ws://x/${id}?k=1`,
  ...fields,
});

function imported(...resources: readonly object[]): Imported {
  const result = readImport(JSON.stringify({ _type: 'export', resources }));
  assert.ok(result.kind === 'imported');
  return result;
}

describe('The report of an import', () => {
  const payload = {
    _id: 'p',
    parentId: '1',
    _type: 'websocket_payload',
    name: 'M',
    value: 'hi {{ x }}',
  };
  const environment = { _id: 'e', _type: 'environment', name: 'E\u202e', data: { token: 't0ken' } };

  it('counts in words that fit', () => {
    assert.equal(countsOf(imported(request(1), payload)), '1 message, 1 connection');
    assert.equal(
      countsOf(imported(request(1), request(2), environment)),
      '1 environment, 2 connections',
    );
  });

  it('has a line for each thing that came, and for each that did not', () => {
    const result = imported(
      request(1, { headers: [{ name: 'Bad Name', value: '' }] }),
      payload,
      environment,
      { _id: 'h', _type: 'request', name: 'Rest' },
    );
    const report = reportOf(result, true);
    for (const line of [
      'From an Insomnia export: 1 message, 1 environment, 1 connection.',
      '  R1/M',
      '  E⟨U+202E⟩ (1 variable)',
      '  R1: ws://x/1?…',
      '  A request was left out: it is not for a WebSocket.',
      '      Rest',
      '  The header "Bad Name" was left out: its name is not valid.',
      '      R1',
      '  import-token: E⟨U+202E⟩, variable token (stored)',
      '  ${x}',
    ]) {
      assert.ok(report.split('\n').includes(line), `${line} in\n${report}`);
    }
    assert.ok(!report.includes('t0ken'));
    assert.match(reportOf(result, false), /not stored: run "Store Secret…"/);
  });
});
