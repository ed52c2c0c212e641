import type { HeaderLine } from '../../core/record/handshakeFacts.ts';
import { secretValues } from '../../core/secrets/values.ts';
import { requestHeaders } from '../../core/tap/http/rewrite.ts';
import type { TapOptions } from '../../core/tap/tapOptions.ts';
import { fromWire, joinHeaders } from '../http/headerText.ts';
import type { Admitted } from './tapContext.ts';

/** All that must not be shown of an opening handshake through a tap. */
export function handshakeSecrets(
  url: string,
  { headers, rewrite }: Admitted,
  { secrets, token }: TapOptions,
): readonly string[] {
  const all = requestHeaders(headers, rewrite).map(([name, value]): HeaderLine => [
    name,
    fromWire(value),
  ]);
  const joined = joinHeaders(all);
  return secretValues({
    url,
    headers: joined,
    subprotocols: (joined['sec-websocket-protocol'] ?? '').split(',').map(each => each.trim()),
    logins: [],
    others: [...secrets, ...(token === undefined ? [] : [token])],
  });
}
