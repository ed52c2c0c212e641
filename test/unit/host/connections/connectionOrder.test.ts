import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectionOrder } from '../../../../src/host/connections/connectionOrder.ts';

const made = ['typed', 'orders', 'other', 'prices'].map((name, index) => ({
  id: `c${index}`,
  name,
}));

describe('The connections that are offered', () => {
  const order = new ConnectionOrder();
  const offered = () => order.sorted(made).map(({ name }) => name);

  it('are in the order in which they were made, where no settings name them', () => {
    assert.deepEqual(offered(), ['typed', 'orders', 'other', 'prices']);
  });

  it('are in the order of the tree: those of the settings first', () => {
    order.configured = () => ['prices', 'not open', 'orders'];
    assert.deepEqual(offered(), ['prices', 'orders', 'typed', 'other']);
  });

  it('begin with the one on screen', () => {
    order.shown = 'c2';
    assert.deepEqual(offered(), ['other', 'prices', 'orders', 'typed']);
    order.shown = 'gone';
    assert.deepEqual(offered(), ['prices', 'orders', 'typed', 'other']);
  });
});
