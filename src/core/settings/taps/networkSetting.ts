import * as v from 'valibot';
import { noToxics, type Toxics } from '../../tap/toxics.ts';
import { setting, type Setting } from '../setting.ts';

/** Times are in milliseconds or seconds, as is said of each. */
export interface CustomNetwork {
  /** Milliseconds by which everything is late, in each direction. */
  readonly latency?: number | undefined;
  /** Milliseconds, at random up to this much more or less. */
  readonly jitter?: number | undefined;
  /** Kilobytes (1,000 bytes) a second, in each direction. */
  readonly rate?: number | undefined;
  /** Seconds during which nothing passes, from the beginning; then the connection is closed. */
  readonly timeout?: number | undefined;
  /** Resets each connection after a number of seconds, or of bytes. */
  readonly reset?:
    { readonly after?: number | undefined; readonly bytes?: number | undefined } | undefined;
  /** Chunks of at most `bytes`, with a pause of `pause` milliseconds between them. */
  readonly slice?: { readonly bytes: number; readonly pause?: number | undefined } | undefined;
  /** Every `every` seconds nothing passes for `ms` milliseconds, as when a packet is lost. */
  readonly stall?: { readonly every: number; readonly ms: number } | undefined;
}

export const networkPresets = ['slow3g', 'flaky'] as const;
export type NetworkPreset = (typeof networkPresets)[number];

/** A bad network: one that is known by its name, or one made up of its faults. */
export type NetworkSetting = NetworkPreset | CustomNetwork;

/**
 * What the names stand for. Slow 3G has a round trip of 400 ms and 400 kbit/s, the figures of
 * WebPageTest. The flaky one loses a packet now and then, and the connection after a minute.
 */
export const presetNetworks: Readonly<Record<NetworkPreset, CustomNetwork>> = {
  slow3g: { latency: 200, jitter: 20, rate: 50 },
  flaky: { latency: 100, jitter: 80, stall: { every: 10, ms: 2000 }, reset: { after: 60 } },
};

export const mostLatency = 60_000;
export const mostKilobytes = 1_000_000;
const mostSeconds = 86_400;
const mostBytes = 1_000_000_000;

const within = (minimum: number, maximum: number) =>
  v.pipe(v.number(), v.minValue(minimum), v.maxValue(maximum));
const bytes = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostBytes));
const ms = v.optional(within(0, mostLatency));

const custom = v.strictObject({
  latency: ms,
  jitter: ms,
  rate: v.optional(within(0.001, mostKilobytes)),
  timeout: v.optional(within(0.001, mostSeconds)),
  reset: v.optional(
    v.strictObject({
      after: v.optional(within(0.001, mostSeconds)),
      bytes: v.optional(bytes),
    }),
  ),
  slice: v.optional(v.strictObject({ bytes, pause: ms })),
  stall: v.optional(
    v.strictObject({ every: within(0.1, mostSeconds), ms: within(1, mostLatency) }),
  ),
});

const allowed =
  '"slow3g", "flaky" or an object with some of "latency", "jitter" (milliseconds), "rate" (KB/s), ' +
  '"timeout" (seconds), "reset" { "after", "bytes" }, "slice" { "bytes", "pause" } and ' +
  '"stall" { "every", "ms" }';

export function network(): Setting<NetworkSetting | undefined> {
  const check = v.union([v.picklist(networkPresets), custom]);
  return {
    ...setting<NetworkSetting | undefined>(check, allowed, undefined),
    ifUnusable: 'The network is left as it is.',
  };
}

/** What a setting does to the bytes of a tap. */
export function toxicsOf(network: NetworkSetting | undefined): Toxics {
  if (network === undefined) {
    return noToxics;
  }
  const { latency = 0, jitter = 0, rate = 0, timeout = 0, reset, slice, stall } = facts(network);
  return {
    latencyMs: latency,
    jitterMs: jitter,
    bytesPerSecond: rate * 1000,
    timeoutMs: timeout * 1000,
    resetAfterMs: (reset?.after ?? 0) * 1000,
    resetAfterBytes: reset?.bytes ?? 0,
    sliceBytes: slice?.bytes ?? 0,
    slicePauseMs: slice?.pause ?? 0,
    stallEveryMs: (stall?.every ?? 0) * 1000,
    stallMs: stall?.ms ?? 0,
  };
}

/** The faults of a network in words: `200 ms ± 20 ms late, 50 KB/s`. Empty if it has none. */
export function networkFaults(network: NetworkSetting | undefined): string {
  if (network === undefined) {
    return '';
  }
  const { latency = 0, jitter = 0, rate, timeout, reset, slice, stall } = facts(network);
  const late = jitter > 0 ? `${latency} ms ± ${jitter} ms late` : `${latency} ms late`;
  return [
    ...(latency > 0 || jitter > 0 ? [late] : []),
    ...(rate === undefined ? [] : [`${rate} KB/s`]),
    ...(stall ? [`a pause of ${stall.ms} ms every ${stall.every} s`] : []),
    ...(slice
      ? [`in slices of ${slice.bytes} B${slice.pause ? ` each ${slice.pause} ms` : ''}`]
      : []),
    ...(reset?.after === undefined ? [] : [`reset after ${reset.after} s`]),
    ...(reset?.bytes === undefined ? [] : [`reset after ${reset.bytes} bytes`]),
    ...(timeout === undefined ? [] : [`nothing passes, closed after ${timeout} s`]),
  ].join(', ');
}

function facts(network: NetworkSetting): CustomNetwork {
  return typeof network === 'string' ? presetNetworks[network] : network;
}

/** What a network is called. */
export function networkName(network: NetworkSetting): string {
  switch (network) {
    case 'slow3g':
      return 'Slow 3G';
    case 'flaky':
      return 'Flaky';
    default:
      return 'Custom';
  }
}
