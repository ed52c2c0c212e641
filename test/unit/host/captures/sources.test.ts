import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Emitter } from '../../../../src/core/base/event.ts';
import { FakeCapture } from '../../../support/capture/fakeCapture.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import { testSlots } from '../../../support/host/testSlots.ts';

const { Sources } = await import('../../../../src/host/captures/sources.ts');

type Ports = ConstructorParameters<typeof Sources>[0];

function setUp(names: Readonly<Record<string, string>>) {
  const { slots } = testSlots();
  const opened: FakeCapture[] = [];
  const sources = new Sources({
    connections: {
      all: [],
      live: [],
      onDidChange: new Emitter<never>().event,
      find: () => undefined,
    },
    slots,
    archive: {
      open: (key: string) => {
        const name = names[key] ?? '';
        const capture = new FakeCapture(100 + opened.length, name, { kind: 'memory' });
        opened.push(capture);
        return Promise.resolve({ archived: { key, name, url: '', startedAt: 0 }, capture });
      },
    },
    log: silentLog,
  } as unknown as Ports);
  const observe = (name: string) =>
    slots.observe({
      owner: { kind: 'tap', id: 'api', label: 'api' },
      path: '/cable',
      name,
      url: 'ws://localhost/cable',
    });
  return { sources, observe, opened };
}

describe('the capture of an earlier window that was that of a slot', () => {
  it('has a successor as soon as there is a slot of its name', async () => {
    const { sources, observe } = setUp({ 'a.sqlite': 'api /cable' });
    const { id } = await sources.withKey('a.sqlite');
    sources.expectSlot(id);
    assert.equal(sources.successorOf(id), undefined);
    observe('api /other');
    assert.equal(sources.successorOf(id), undefined);
    observe('api /cable');
    const successor = sources.successorOf(id);
    assert.equal(successor?.kind === 'slot' && successor.slot.name, 'api /cable');
  });

  it('has none if it was opened for itself, or is no longer open', async () => {
    const { sources, observe, opened } = setUp({ 'a.sqlite': 'api /cable' });
    const { id } = await sources.withKey('a.sqlite');
    observe('api /cable');
    assert.equal(sources.successorOf(id), undefined);
    sources.expectSlot(id);
    assert.notEqual(sources.successorOf(id), undefined);
    sources.close('a.sqlite');
    assert.equal(sources.successorOf(id), undefined);
    assert.equal(opened[0]?.isOpen, false);
  });

  it('is not taken for a slot whose id is its name', async () => {
    const { sources, observe } = setUp({ 'a.sqlite': 's1' });
    const { id } = await sources.withKey('a.sqlite');
    sources.expectSlot(id);
    observe('api /cable');
    assert.equal(sources.successorOf(id), undefined);
  });
});
