import { validateHeaderName, validateHeaderValue } from 'node:http';
import { UserError } from '../../core/base/errors.ts';
import type { Handshake } from '../../core/connection/wire/transport.ts';
import { toWire } from '../http/headerText.ts';

/** A token (RFC 9110, section 5.6.2). Subprotocols must be tokens (RFC 6455, section 4.1). */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Headers that are made from other settings. */
const ownSettings: Readonly<Record<string, string>> = {
  'sec-websocket-protocol': 'subprotocols',
  'sec-websocket-extensions': 'compression',
};

/**
 * Checks whether a handshake can be requested.
 *
 * @throws UserError names the header or subprotocol that is not valid; never a header's value
 */
export function checkHandshake({ headers, subprotocols }: Handshake): void {
  for (const name of Object.keys(headers)) {
    const setting = ownSettings[name.toLowerCase()];
    if (setting !== undefined) {
      throw new UserError(
        `headers: ${name} is made from the setting ${setting}; set that instead.`,
      );
    }
  }
  checkHeaders(headers);
  subprotocols.forEach((subprotocol, index) => {
    const shown = JSON.stringify(subprotocol);
    if (!token.test(subprotocol)) {
      throw new UserError(
        `subprotocols: ${shown} is not valid. Use letters, digits and marks such as - . _ only.`,
      );
    }
    if (subprotocols.indexOf(subprotocol) < index) {
      throw new UserError(`subprotocols: ${shown} is there twice.`);
    }
  });
}

/**
 * Checks whether headers can be sent.
 *
 * @throws UserError names the header that is not valid; never its value
 */
export function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
    } catch (error) {
      throw new UserError(`headers: ${JSON.stringify(name)} is not a valid header name.`, {
        cause: error,
      });
    }
    const twice = Object.keys(headers).find(
      other => other !== name && other.toLowerCase() === name.toLowerCase(),
    );
    if (twice !== undefined) {
      throw new UserError(`headers: ${name} and ${twice} are the same header. Remove one of them.`);
    }
    try {
      // A lone surrogate has no encoding in UTF-8.
      validateHeaderValue(name, /\p{Surrogate}/u.test(value) ? value : toWire(value));
    } catch (error) {
      const what = /[\r\n]/.test(value) ? 'a line break' : 'a character that HTTP does not allow';
      throw new UserError(`headers: the value of ${name} contains ${what}.`, { cause: error });
    }
  }
}
