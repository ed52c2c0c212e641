/** The chains of registered and customary subprotocols (RFC 6455, section 11.5), by their exact names. */
const chains: Readonly<Record<string, readonly string[]>> = {
  'graphql-transport-ws': ['graphql-transport-ws'],
  // The older protocol has the name of the library that has given it up.
  'graphql-ws': ['subscriptions-transport-ws'],
  'mqtt': ['mqtt'],
  'mqttv3.1': ['mqtt'],
  'v10.stomp': ['stomp'],
  'v11.stomp': ['stomp'],
  'v12.stomp': ['stomp'],
  'wamp.2.json': ['json', 'wamp'],
  'wamp.2.msgpack': ['msgpack', 'wamp'],
  'wamp.2.cbor': ['cbor', 'wamp'],
  // What batches put between their records is around the values.
  'wamp.2.json.batched': ['wamp'],
  'wamp.2.msgpack.batched': ['wamp'],
  'wamp.2.cbor.batched': ['wamp'],
  'ocpp1.5': ['json', 'ocpp'],
  'ocpp1.6': ['json', 'ocpp'],
  'ocpp2.0': ['json', 'ocpp'],
  'ocpp2.0.1': ['json', 'ocpp'],
  'ocpp2.1': ['json', 'ocpp'],
  'actioncable-v1-json': ['json', 'actioncable'],
  'actioncable-v1-msgpack': ['msgpack', 'actioncable'],
  'centrifuge-json': ['centrifuge'],
  'centrifuge-protobuf': ['centrifuge'],
  'channel.k8s.io': ['kubernetes'],
  'v2.channel.k8s.io': ['kubernetes'],
  'v3.channel.k8s.io': ['kubernetes'],
  'v4.channel.k8s.io': ['kubernetes'],
  'v5.channel.k8s.io': ['kubernetes'],
  'base64.channel.k8s.io': ['kubernetes'],
  'v4.base64.channel.k8s.io': ['kubernetes'],
  'v1.kernel.websocket.jupyter.org': ['jupyter'],
  'phoenix': ['phoenix'],
  'obswebsocket.json': ['json', 'obs'],
  'obswebsocket.msgpack': ['msgpack', 'obs'],
  'realtime': ['json', 'openai-realtime'],
};

export function chainOfSubprotocol(subprotocol: string): readonly string[] | undefined {
  return Object.hasOwn(chains, subprotocol) ? chains[subprotocol] : undefined;
}
