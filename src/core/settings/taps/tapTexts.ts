// Only `npm run manifest` and tests read this file: no bundle contains it.
import type { TapKey } from './tapTable.ts';

/** How each setting of a tap reads, by its path inside the object of the tap. */
export const tapTexts: Readonly<Record<'name' | 'upstream' | TapKey, string>> = {
  'name': 'The name of this tap. It is shown everywhere, and commands take it.',
  'upstream':
    'The server to which everything is passed on: an `http://`, `https://`, `ws://` or `wss://` URL.',
  'port':
    'The port to listen on. Without it the system chooses one, which stays the same in this workspace.',
  'routes':
    'Path prefixes with upstreams of their own, the longest first: `{ "/cable": "ws://localhost:3000/cable" }`.',
  'headers':
    'Headers to add to each request. Values may contain `${secret:name}` and `${env:NAME}`, which are filled in when the tap starts.',
  'host':
    'The `Host` header: that of the `"upstream"`, or the one that the client sent (`"keep"`), for servers that compare it.',
  'forwarded': 'Add `X-Forwarded-For`, `X-Forwarded-Host` and `X-Forwarded-Proto`.',
  'token':
    'Require a random first segment in the path, which other programs of this machine do not know. It is taken off before a request is passed on. Unless it is set, a tap requires it that adds headers.',
  'allowedOrigins':
    'Web pages of other origins that may use a tap that adds headers, such as `"http://localhost:3000"`.',
  'waitForUpstream':
    'Seconds to wait for an upstream that cannot be reached yet, for example because it is restarting: it refuses connections, has no name or route, or does not answer.',
  'maxMessageSize':
    'Size in bytes up to which a message is recorded whole. A larger one is passed on all the same, and recorded with its beginning.',
  'tls.cert':
    'A file with the certificate, in PEM, for clients that insist on `wss://` and `https://`, for example from mkcert.',
  'tls.key': 'A file with the key of the certificate, in PEM.',
  'network':
    'A bad network between client and tap: `"slow3g"` (200 ms late in each direction, 50 KB/s), `"flaky"` (late, with stalls, reset after a minute), or an object of faults: `latency` and `jitter` in milliseconds, `rate` in KB/s, `timeout` (nothing passes, then a close) in seconds, `reset` (`after` seconds or `bytes`), `slice` (`bytes` with a `pause` in milliseconds), `stall` (`every` so many seconds nothing for `ms`).',
  'rules':
    'What happens to messages on their way: `{ "match": "in: $.type:trade", "do": "hold" }`. `match` is a filter as in the monitor; `do` is `hold`, `drop`, `set` (`values`), `replace` (`pattern`, `with`), `delay` (`ms`, `jitter`), `duplicate` or `close` (`code`, `reason`). `enabled`, `once` and `after` limit a rule. The first that matches decides.',
};
