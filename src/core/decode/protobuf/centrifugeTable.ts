import { type FieldDefinition, type FieldTable, scalarTypes } from './wire/fieldTable.ts';

/** Fields by their numbers, with types as `definition` takes them. */
function fields(
  declared: Readonly<Record<number, readonly [name: string, type: string]>>,
): Readonly<Record<string, FieldDefinition>> {
  return Object.fromEntries(
    Object.entries(declared).map(([number, [name, type]]) => [number, definition(name, type)]),
  );
}

/** @param type a scalar; a message as `Name`; several as `Name[]`; a map by texts as `{Name}` or `{string}` */
function definition(name: string, type: string): FieldDefinition {
  const plain = type.replace(/[[\]{}]/g, '');
  const scalar = scalarTypes.find(each => each === plain);
  return {
    name,
    ...(scalar ? { type: scalar } : { type: 'message', message: plain }),
    ...(type.endsWith('[]') && { repeated: true }),
    ...(type.startsWith('{') && { map: true, key: 'string' }),
  };
}

const channel = ['channel', 'string'] as const;
const data = ['data', 'bytes'] as const;
const token = ['token', 'string'] as const;
const info = ['info', 'ClientInfo'] as const;
const offset = ['offset', 'uint64'] as const;
const expiry = { 1: ['expires', 'bool'], 2: ['ttl', 'uint32'] } as const;

/**
 * The messages of Centrifugo's client protocol of version 2. Those that have the same fields are one here.
 *
 * @see https://github.com/centrifugal/protocol/blob/master/definitions/client.proto
 */
export const centrifugeTable: FieldTable = {
  Error: fields({ 1: ['code', 'uint32'], 2: ['message', 'string'], 3: ['temporary', 'bool'] }),
  Command: fields({
    1: ['id', 'uint32'],
    4: ['connect', 'ConnectRequest'],
    5: ['subscribe', 'SubscribeRequest'],
    6: ['unsubscribe', 'ChannelRequest'],
    7: ['publish', 'PublishRequest'],
    8: ['presence', 'ChannelRequest'],
    9: ['presence_stats', 'ChannelRequest'],
    10: ['history', 'HistoryRequest'],
    11: ['ping', 'Nothing'],
    12: ['send', 'Data'],
    13: ['rpc', 'RPCRequest'],
    14: ['refresh', 'RefreshRequest'],
    15: ['sub_refresh', 'SubRefreshRequest'],
  }),
  Reply: fields({
    1: ['id', 'uint32'],
    2: ['error', 'Error'],
    4: ['push', 'Push'],
    5: ['connect', 'ConnectResult'],
    6: ['subscribe', 'SubscribeResult'],
    7: ['unsubscribe', 'Nothing'],
    8: ['publish', 'Nothing'],
    9: ['presence', 'PresenceResult'],
    10: ['presence_stats', 'PresenceStatsResult'],
    11: ['history', 'HistoryResult'],
    12: ['ping', 'Nothing'],
    13: ['rpc', 'Data'],
    14: ['refresh', 'RefreshResult'],
    15: ['sub_refresh', 'Expiry'],
  }),
  Push: fields({
    2: channel,
    4: ['pub', 'Publication'],
    5: ['join', 'Presence'],
    6: ['leave', 'Presence'],
    7: ['unsubscribe', 'Unsubscribe'],
    8: ['message', 'Data'],
    9: ['subscribe', 'SubscribePush'],
    10: ['connect', 'Connect'],
    11: ['disconnect', 'Disconnect'],
    12: ['refresh', 'Expiry'],
  }),
  ClientInfo: fields({
    1: ['user', 'string'],
    2: ['client', 'string'],
    3: ['conn_info', 'bytes'],
    4: ['chan_info', 'bytes'],
  }),
  Publication: fields({
    4: data,
    5: info,
    6: offset,
    7: ['tags', '{string}'],
    8: ['delta', 'bool'],
  }),
  Presence: fields({ 1: info }),
  Unsubscribe: fields({ 2: ['code', 'uint32'], 3: ['reason', 'string'] }),
  Disconnect: fields({ 1: ['code', 'uint32'], 2: ['reason', 'string'], 3: ['reconnect', 'bool'] }),
  Connect: fields({
    1: ['client', 'string'],
    2: ['version', 'string'],
    3: data,
    4: ['subs', '{SubscribeResult}'],
    5: ['expires', 'bool'],
    6: ['ttl', 'uint32'],
    7: ['ping', 'uint32'],
    8: ['pong', 'bool'],
    9: ['session', 'string'],
    10: ['node', 'string'],
  }),
  Nothing: {},
  Data: fields({ 1: data }),
  ChannelRequest: fields({ 1: channel }),
  ConnectRequest: fields({
    1: token,
    2: data,
    3: ['subs', '{SubscribeRequest}'],
    4: ['name', 'string'],
    5: ['version', 'string'],
  }),
  ConnectResult: fields({
    1: ['client', 'string'],
    2: ['version', 'string'],
    3: ['expires', 'bool'],
    4: ['ttl', 'uint32'],
    5: data,
    6: ['subs', '{SubscribeResult}'],
    7: ['ping', 'uint32'],
    8: ['pong', 'bool'],
    9: ['session', 'string'],
    10: ['node', 'string'],
  }),
  SubscribeRequest: fields({
    1: channel,
    2: token,
    3: ['recover', 'bool'],
    6: ['epoch', 'string'],
    7: offset,
    8: data,
    9: ['positioned', 'bool'],
    10: ['recoverable', 'bool'],
    11: ['join_leave', 'bool'],
    12: ['delta', 'string'],
  }),
  SubscribeResult: fields({
    ...expiry,
    3: ['recoverable', 'bool'],
    6: ['epoch', 'string'],
    7: ['publications', 'Publication[]'],
    8: ['recovered', 'bool'],
    9: offset,
    10: ['positioned', 'bool'],
    11: data,
    12: ['was_recovering', 'bool'],
    13: ['delta', 'bool'],
  }),
  SubscribePush: fields({
    1: ['recoverable', 'bool'],
    4: ['epoch', 'string'],
    5: offset,
    6: ['positioned', 'bool'],
    7: data,
  }),
  PublishRequest: fields({ 1: channel, 2: data }),
  PresenceResult: fields({ 1: ['presence', '{ClientInfo}'] }),
  PresenceStatsResult: fields({ 1: ['num_clients', 'uint32'], 2: ['num_users', 'uint32'] }),
  StreamPosition: fields({ 1: offset, 2: ['epoch', 'string'] }),
  HistoryRequest: fields({
    1: channel,
    7: ['limit', 'int32'],
    8: ['since', 'StreamPosition'],
    9: ['reverse', 'bool'],
  }),
  HistoryResult: fields({
    1: ['publications', 'Publication[]'],
    2: ['epoch', 'string'],
    3: offset,
  }),
  RPCRequest: fields({ 1: data, 2: ['method', 'string'] }),
  RefreshRequest: fields({ 1: token }),
  RefreshResult: fields({
    1: ['client', 'string'],
    2: ['version', 'string'],
    3: ['expires', 'bool'],
    4: ['ttl', 'uint32'],
  }),
  SubRefreshRequest: fields({ 1: channel, 2: token }),
  Expiry: fields(expiry),
};
