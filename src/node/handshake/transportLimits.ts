/**
 * Limits of this extension for what a peer may do, beside the settings. Traffic that RFC 6455 allows
 * stays below them unless it is meant to exhaust memory; README names them under Limits.
 */

/** A message in more fragments is refused: each costs some hundred bytes of memory. */
export const maxFragments = 1_048_576;

/**
 * A frame that comes in more reads of the socket is refused, since to collect them takes time that
 * grows by the square. So many are 64 MiB in the smallest segments of TCP, of 536 bytes.
 */
export const maxBufferedChunks = 131_072;

/**
 * While so many pongs are not written yet, only the newest ping is answered, as RFC 6455, section
 * 5.5.3, allows. A read of 64 KiB holds at most 32,768 pings.
 */
export const maxUnwrittenPongs = 32_768;
