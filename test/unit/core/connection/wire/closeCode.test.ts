import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  closeCodeMeaning,
  closeCodeName,
  isSendableCloseCode,
} from '../../../../../src/core/connection/wire/closeCode.ts';

// RFC 6455, section 7.4, and IANA's registry.
describe('A close code', () => {
  it('has its registered name, or that of its range', () => {
    const codes = [999, 1000, 1004, 1006, 1011, 1015, 1016, 2999, 3000, 3001, 4000, 4999, 5000];
    assert.deepEqual(
      codes.map(code => `${code} ${closeCodeName(code)}`),
      [
        '999 Unassigned',
        '1000 Normal Closure',
        '1004 Unassigned',
        '1006 Abnormal Closure',
        '1011 Internal Error',
        '1015 TLS Handshake',
        '1016 Unassigned',
        '2999 Unassigned',
        '3000 Unauthorized',
        '3001 Library or Framework',
        '4000 Private Use',
        '4999 Private Use',
        '5000 Unassigned',
      ],
    );
  });

  it('has a meaning where it is registered', () => {
    assert.deepEqual([1001, 3003, 4000, 1016].map(closeCodeMeaning), [
      'the peer is shutting down or leaving',
      'the peer does not allow this login',
      '',
      '',
    ]);
  });

  it('may be sent, or is for local use only', () => {
    const sendable: [number, number][] = [];
    for (let code = 0; code <= 70_000; code++) {
      const [first, last] = sendable.at(-1) ?? [];
      if (isSendableCloseCode(code)) {
        sendable.splice(last === code - 1 ? -1 : sendable.length, 1, [
          last === code - 1 ? (first ?? code) : code,
          code,
        ]);
      }
    }
    assert.deepEqual(sendable, [
      [1000, 1003],
      [1007, 1014],
      [3000, 4999],
    ]);
    assert.deepEqual(
      [1000.5, NaN, Infinity, -1000].filter(code => isSendableCloseCode(code)),
      [],
    );
  });
});
