import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Coalescer } from '../../../../src/core/base/coalescer.ts';
import { DisposableStore } from '../../../../src/core/base/lifecycle.ts';
import { DialLimiter } from '../../../../src/core/connection/retry/dialLimiter.ts';
import { RetryWait } from '../../../../src/core/connection/retry/retryWait.ts';
import { SendQueue } from '../../../../src/core/connection/send/sendQueue.ts';
import { WakeWatch } from '../../../../src/core/connection/wakeWatch.ts';
import { parseEndpoint } from '../../../../src/core/endpoint/endpoint.ts';
import { ConnectionRig, type RigOptions } from '../../../support/scenarios/connectionRig.ts';
import { settle } from '../../../support/network/fakeNetwork.ts';
import { ManualClock } from '../../../support/manualClock.ts';

/** What is left of timers and listeners that `make` starts, before and after its result is disposed of. */
async function leaksOf(make: () => { dispose: () => void }): Promise<readonly [number, number]> {
  let made: { dispose: () => void } | undefined;
  const before = await DisposableStore.countLeaks(() => void (made = make()));
  made?.dispose();
  const after = await DisposableStore.countLeaks(() => make().dispose());
  return [before, after];
}

/** What a connection leaves behind that is disposed of after `act`. */
function leaksAfter(act: (rig: ConnectionRig) => unknown, options?: RigOptions): Promise<number> {
  return DisposableStore.countLeaks(async () => {
    const rig = new ConnectionRig(options);
    await act(rig);
    rig.connection.dispose();
    await settle(); // A sequence ends a moment later.
  });
}

describe('No timer and no listener is left behind by', () => {
  it('the parts of a connection', async () => {
    const clock = new ManualClock();
    const parts: readonly (() => { dispose: () => void })[] = [
      () => new WakeWatch(clock, () => undefined),
      () => {
        const coalescer = new Coalescer(clock, 50, () => undefined);
        coalescer.request();
        coalescer.request(); // The first runs at once.
        return coalescer;
      },
      () => {
        const wait = new RetryWait(clock, () => 0);
        wait.start(1000, () => undefined);
        return wait;
      },
      () => {
        const queue = new SendQueue({
          clock,
          notice: () => undefined,
          onDidChange: () => undefined,
        });
        const limits = { maxMessages: 1, maxBytes: 10, maxAgeMs: 1000 };
        queue.add({ kind: 'message', data: 'a' }, limits).catch(() => undefined);
        return queue;
      },
      () => {
        const limiter = new DialLimiter(clock);
        const endpoint = parseEndpoint('ws://example.test');
        limiter.request(endpoint, false, () => undefined).dispose();
        limiter.request(endpoint, false, () => undefined);
        return limiter;
      },
    ];
    for (const make of parts) {
      const [before, after] = await leaksOf(make);
      assert.ok(before > 0, make.toString());
      assert.equal(after, 0, make.toString());
    }
  });

  it('a connection in any of its states', async () => {
    const acts: Readonly<Record<string, (rig: ConnectionRig) => unknown>> = {
      idle: () => undefined,
      preparing: rig => rig.connection.connect(),
      connecting: rig => rig.dial(),
      open: rig => rig.open(),
      pinging: async rig => {
        await rig.open();
        await rig.advance(11_000);
        rig.connection.wake();
      },
      closing: async rig => {
        await rig.open();
        rig.connection.disconnect();
      },
      replaced: async rig => {
        await rig.open();
        rig.connection.reconnect();
        await rig.advance(1000);
      },
      waiting: async rig => {
        await rig.dial();
        rig.network.last.refuse();
      },
      stopped: async rig => {
        await rig.open();
        rig.network.last.end({ code: 1000 });
      },
    };
    for (const [state, act] of Object.entries(acts)) {
      assert.equal(await leaksAfter(act), 0, state);
    }
  });

  it('messages that were to be sent', async () => {
    const settings = {
      'queue.maxMessages': 5,
      'heartbeat.message': 'beat',
      'onOpen': [{ text: 'late', delay: 60 }],
    };
    const leaks = await leaksAfter(
      async rig => {
        await rig.dial();
        rig.connection.submit({ kind: 'message', data: 'a' });
        rig.network.last.open();
        await rig.advance(100);
      },
      { settings },
    );
    assert.equal(leaks, 0);
  });
});
