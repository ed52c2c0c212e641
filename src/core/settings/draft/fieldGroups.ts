/** The parts of the connection form, in their order. Apart from the fields, so that the page needs no schema. */
export const fieldGroups = [
  'general',
  'handshake',
  'auth',
  'onOpen',
  'heartbeat',
  'reconnect',
  'tls',
  'proxy',
  'queue',
  'limits',
] as const;
export type FieldGroup = (typeof fieldGroups)[number];
