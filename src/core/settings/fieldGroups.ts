/** The parts of the connection form, in its order. */
export const fieldGroups = [
  'general',
  'handshake',
  'auth',
  'heartbeat',
  'reconnect',
  'tls',
  'proxy',
  'queue',
  'limits',
] as const;
export type FieldGroup = (typeof fieldGroups)[number];
