/**
 * Limits that protect memory and time against a peer and are not settings. Traffic that RFC 6455
 * allows stays below them unless it is meant to exhaust memory.
 */

/** A message in more fragments is refused: each costs some hundred bytes of memory. */
export const maxFragments = 1_048_576;

/**
 * A frame that arrives in more reads of the socket is refused, since collecting them takes quadratic
 * time. This number of the smallest TCP segments, of 536 bytes, is about 64 MiB.
 */
export const maxBufferedChunks = 131_072;

/**
 * While this many pongs wait to be written, only the newest ping is answered, as RFC 6455, section
 * 5.5.3, allows. A read of 64 KiB holds at most 32,768 pings.
 */
export const maxUnwrittenPongs = 32_768;
