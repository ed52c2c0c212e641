import { once } from '../../base/once.ts';
import type { AnyDecoder } from '../decoder.ts';
import type { Mapping } from './mapping.ts';
import { mappingDecoder } from './mappingDecoder.ts';
import { cdp, dap, ddp, homeassistant, jsonrpc, obs, ocpp, rosbridge } from './presetsOfCalls.ts';
import { ably, actioncable, discord, openaiRealtime, pusher } from './presetsOfChannels.ts';
import { binance, kraken } from './presetsOfFeeds.ts';

interface Preset {
  /** For people. */
  readonly title: string;
  readonly mapping: Mapping;
}

/** Protocols of JSON messages, by the names of their decoders. */
export const presets: ReadonlyMap<string, Preset> = new Map([
  ['jsonrpc', { title: 'JSON-RPC', mapping: jsonrpc }],
  ['lsp', { title: 'Language Server Protocol', mapping: jsonrpc }],
  ['dap', { title: 'Debug Adapter Protocol', mapping: dap }],
  ['cdp', { title: 'Chrome DevTools Protocol', mapping: cdp }],
  ['ocpp', { title: 'OCPP', mapping: ocpp }],
  ['pusher', { title: 'Pusher', mapping: pusher }],
  ['actioncable', { title: 'Action Cable', mapping: actioncable }],
  ['homeassistant', { title: 'Home Assistant', mapping: homeassistant }],
  ['discord', { title: 'Discord', mapping: discord }],
  ['ably', { title: 'Ably', mapping: ably }],
  ['openai-realtime', { title: 'OpenAI Realtime', mapping: openaiRealtime }],
  ['obs', { title: 'OBS', mapping: obs }],
  ['ddp', { title: 'DDP', mapping: ddp }],
  ['rosbridge', { title: 'rosbridge', mapping: rosbridge }],
  ['binance', { title: 'Binance', mapping: binance }],
  ['kraken', { title: 'Kraken', mapping: kraken }],
]);

const decoders = once(
  () =>
    new Map(
      [...presets].map(
        ([name, { title, mapping }]) => [name, mappingDecoder(name, title, mapping)] as const,
      ),
    ),
);

/** The decoder of a preset, which is compiled when it is first used. */
export function presetDecoder(name: string): AnyDecoder | undefined {
  return decoders().get(name);
}
