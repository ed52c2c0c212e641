import assert from 'node:assert/strict';
import { it } from 'node:test';
import { secretUses } from '../../../../src/core/variables/secretUses.ts';

it('finds the secrets that plain data refers to, and where', () => {
  let deep: unknown = '${secret:too.deep}';
  for (let depth = 0; depth < 100; depth++) {
    deep = [deep];
  }
  const uses = secretUses([
    {
      where: 'prices',
      value: { url: 'ws://h/${secret:a}', headers: { X: '${secret:a} ${secret:b}' } },
    },
    { where: 'orders', value: ['${secret:b}', 1, null, '$${secret:c}', '${env:d}', deep] },
  ]);
  assert.deepEqual(
    [...uses],
    [
      ['a', ['prices']],
      ['b', ['prices', 'orders']],
    ],
  );
});
