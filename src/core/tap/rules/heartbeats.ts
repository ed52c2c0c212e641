/** What counts as a heartbeat of the application on a socket. */
export interface HeartbeatTexts {
  /** The socket is one of Engine.IO, which has pings and pongs of its own. */
  readonly isEngineIo: boolean;
  /** Further texts that are heartbeats. */
  readonly texts: readonly string[];
}

/** Engine.IO: ping and pong, also of the upgrade (its protocol, versions 3 and 4). */
const engineIoBeat = /^[23](?:probe)?$/;
/** SignalR's ping, with the record separator at its end (HubProtocol). */
const signalRBeat = /^\{\s*"type"\s*:\s*6\s*\}\u001e$/;
const maxByteLength = 1024;
const decoder = new TextDecoder();

/** Whether a text message is a heartbeat, so that it overtakes what is held. */
export function isHeartbeatMessage(
  payload: Uint8Array,
  { isEngineIo, texts }: HeartbeatTexts,
): boolean {
  if (payload.length > maxByteLength) {
    return false;
  }
  const text = decoder.decode(payload);
  return (
    (isEngineIo && engineIoBeat.test(text)) ||
    signalRBeat.test(text) ||
    (text !== '' && texts.includes(text))
  );
}
