import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Emitter } from '../../../../src/core/base/event.ts';
import { readSettings, type Profile } from '../../../../src/core/settings/profile.ts';
import { sourcesOf } from '../../../../src/core/settings/settingLayers.ts';
import { collectingLog } from '../../../support/capture/captures.ts';
import '../../../support/host/fakeVscode.ts';

const { NotConnected } = await import('../../../../src/host/monitor/notConnected.ts');

type Ports = ConstructorParameters<typeof NotConnected>[0];
interface Opened {
  readonly name: string;
  readonly profile: Profile;
  readonly capture: { readonly storage: object };
  readonly id: string;
  readonly connection: { readonly connect: () => void };
}

let opened: Opened[];
let connected: string[];
/** Captures of earlier windows. */
let captures: readonly {
  readonly key: string;
  readonly name: string;
  readonly url: string;
  readonly startedAt: number;
  readonly problem?: string;
}[];
let isReadable: boolean;

beforeEach(() => {
  opened = [];
  connected = [];
  captures = [];
  isReadable = true;
});

const own = (name: string, path = '') => ({ name, url: `ws://h.test/${path}` });

function setUp() {
  const connections = [own('orders'), own('prices', '?token=1')];
  const current = readSettings(sourcesOf([{ scope: 'user', values: { connections } }], true));
  const changes = new Emitter<Opened>();
  const past = new Map<string, { readonly captureKey: string }>();
  let lists = 0;
  const { log, lines } = collectingLog();
  const open = (profile: Profile) => {
    const { name } = profile;
    const id = `c${opened.length + 1}`;
    const connection = { connect: () => void connected.push(name) };
    const made = { id, name, profile, connection, capture: { storage: {} } };
    opened.push(made);
    changes.fire(made);
    return made;
  };
  const notConnected = new NotConnected({
    connections: {
      get all() {
        return opened;
      },
      find: (name: string) => opened.find(each => each.name === name),
      onDidChange: changes.event,
      open,
    },
    settings: { current, onDidChange: () => ({ dispose: () => undefined }) },
    sources: {
      pastOf: (id: string) => past.get(id),
      openPast: (id: string, captureKey: string) => {
        past.set(id, { captureKey });
        return Promise.resolve();
      },
      forgetPast: (id: string) => void past.delete(id),
    },
    archive: {
      list: () => {
        lists++;
        return isReadable ? Promise.resolve(captures) : Promise.reject(new Error('no disk'));
      },
    },
    log,
  } as unknown as Ports);
  return { notConnected, past, lines, lists: () => lists };
}

describe('A connection that was not opened in this window', () => {
  it('is each of the settings until it is opened, and is shown as what it becomes', () => {
    const { notConnected } = setUp();
    const ids = () => notConnected.all.map(({ id }) => id);
    assert.deepEqual(ids(), ['configured:orders', 'configured:prices']);
    assert.equal(notConnected.sourceOf('configured:orders'), undefined);
    assert.equal(notConnected.connect('configured:orders'), true);
    assert.deepEqual([ids(), connected], [['configured:prices'], ['orders']]);
    assert.equal(notConnected.sourceOf('configured:orders')?.id, 'c1');
    assert.equal(notConnected.connect('configured:orders'), false);
    assert.equal(notConnected.connect('configured:nobody'), false);
    assert.equal(notConnected.connect('c1'), false);
    assert.deepEqual(connected, ['orders']);
  });

  it('has the last capture of its name and URL, which is looked for once', async () => {
    const capture = { name: 'prices', url: 'ws://h.test/?…' };
    captures = [
      { ...capture, key: 'old', startedAt: 1 },
      { ...capture, key: 'last', startedAt: 3 },
      { ...capture, key: 'broken', startedAt: 4, problem: 'It cannot be read.' },
      { ...capture, key: 'elsewhere', startedAt: 5, url: 'ws://other.test/' },
      { ...capture, key: 'another', startedAt: 6, name: 'orders' },
    ];
    const { notConnected, past, lists } = setUp();
    await notConnected.lookForPast('configured:prices');
    await notConnected.lookForPast('configured:orders');
    await notConnected.lookForPast('configured:orders');
    await notConnected.lookForPast('c1');
    assert.deepEqual([...past], [['configured:prices', { captureKey: 'last' }]]);
    assert.equal(lists(), 2);
    notConnected.connect('configured:prices');
    assert.equal(past.size, 0, 'it has messages of its own now');
  });

  it('has none where captures cannot be read, which is only logged', async () => {
    isReadable = false;
    const { notConnected, past, lines } = setUp();
    await notConnected.lookForPast('configured:prices');
    assert.equal(past.size, 0);
    assert.match(lines.join('\n'), /The last capture of "prices" cannot be shown: no disk/);
  });
});
