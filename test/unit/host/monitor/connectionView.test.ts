import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Formats } from '../../../../src/core/base/format.ts';
import { flagsOf } from '../../../../src/core/record/record.ts';
import type { ConnectionMarks } from '../../../../src/host/connections/connectionMarks.ts';
import { testSlots } from '../../../support/host/testSlots.ts';

const { sourceView } = await import('../../../../src/host/monitor/connectionView.ts');

it('A socket that has ended has no rate, however much came just before', () => {
  const { clock, slots } = testSlots();
  const socket = slots.observe({
    owner: { kind: 'watch', id: '1', label: 'Chrome' },
    path: '/ws',
    name: 'Chrome /ws',
    url: 'ws://localhost/ws',
  });
  const [slot] = slots.all;
  assert.ok(slot);
  const marks = { numberOf: () => 1 } as unknown as ConnectionMarks;
  const { id, capture } = slot;
  const source = { kind: 'slot' as const, id, captureKey: '', capture, slot };
  const rate = () => sourceView(source, marks, new Formats('en'), clock.now(), 0).receivedRate;
  socket.report({ state: 'connected', severity: 'info', text: 'Connected.' });
  for (let count = 0; count < 20; count++) {
    socket.append(clock.now(), flagsOf('text', 'in'), new Uint8Array([97]));
  }
  clock.advance(500);
  assert.ok(rate() > 0);
  socket.report({ state: 'disconnected', severity: 'info', text: 'Closed with 1000.' });
  socket.end();
  assert.equal(rate(), 0);
});
