import { Payload } from '../../framing/payload.ts';
import { readPacket, type MqttVersion, type PacketPlace } from './packet.ts';

/**
 * The version of a session whose CONNECT was not seen, as far as one packet tells it: 5 if it only makes sense with
 * properties, 4 if it only does without; `undefined` if both are possible, which then is read as 4.
 */
export function guessVersion(bytes: Uint8Array, place: PacketPlace): MqttVersion | undefined {
  const { type, begin, end } = place;
  if (type === 'CONNECT' || begin === end) {
    return undefined;
  }
  if (type === 'CONNACK') {
    return end - begin > 2 ? 5 : 4;
  }
  if (type === 'AUTH') {
    return 5;
  }
  const newest = readPacket(bytes, place, 5);
  if (newest.problem) {
    return undefined;
  }
  const { properties, payload } = newest;
  if (payload) {
    // Any payload of 3.1.1 may look like this, but few do.
    const isMeant = payload.bytes.length > 0 && new Payload(payload.bytes, undefined).isText;
    return properties && (properties.count > 0 || isMeant) ? 5 : undefined;
  }
  return readPacket(bytes, place, 4).problem ? 5 : undefined;
}
