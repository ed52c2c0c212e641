interface UrlRule {
  readonly as: readonly string[];
  /** All that are given have to be so. */
  readonly host?: RegExp;
  readonly path?: RegExp;
  /** Members of the query, and what they have to be. */
  readonly query?: Readonly<Record<string, RegExp>>;
  /** Members of the query that there must not be so. */
  readonly without?: Readonly<Record<string, RegExp>>;
}

const any = /^/;

/** The first that fits counts. */
const rules: readonly UrlRule[] = [
  { as: ['socketio'], path: /\/socket\.io\/?$/ },
  { as: ['socketio'], query: { EIO: /^[2-4]$/ } },
  {
    as: ['zlib-stream', 'json', 'discord'],
    host: /^gateway[\w-]*\.discord\.gg$/,
    query: { compress: /^zlib-stream$/, encoding: /^json$/ },
  },
  { as: ['zlib-stream', 'json'], query: { compress: /^zlib-stream$/, encoding: /^json$/ } },
  { as: ['zlib-stream'], query: { compress: /^zlib-stream$/ } },
  {
    as: ['json', 'discord'],
    host: /^gateway[\w-]*\.discord\.gg$/,
    query: { encoding: /^json$/ },
    without: { compress: /^zstd-stream$/ },
  },
  // Behind a server's number and a session's name (SockJS 0.3.3, section "Session URLs").
  { as: ['sockjs'], path: /\/\d{3}\/[\w-]{8,}\/websocket$/ },
  { as: ['phoenix'], path: /\/websocket$/, query: { vsn: /^\d+\.\d+\.\d+$/ } },
  { as: ['json', 'cdp'], path: /^\/devtools\/(?:page|browser|worker|target|inspector)\b/ },
  {
    as: ['json', 'cdp'],
    host: /:92\d\d$/,
    path: /^\/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i,
  },
  { as: ['json', 'pusher'], path: /^\/app\/[^/]+$/, query: { protocol: /^[4-7]$/ } },
  { as: ['jupyter'], path: /\/api\/kernels\/[^/]+\/channels$/ },
  { as: ['firebase'], path: /^\/\.ws$/, query: { v: /^\d$/ } },
  { as: ['centrifuge'], path: /\/connection\/websocket$/ },
  { as: ['json', 'homeassistant'], path: /^\/api\/websocket$/ },
  {
    as: ['json', 'openai-realtime'],
    path: /^\/(?:openai\/)?(?:v1\/)?realtime$/,
    query: { model: any },
  },
  {
    as: ['msgpack', 'ably'],
    host: /^(?:[\w.-]+\.)?(?:ably\.(?:io|net)|ably-realtime\.com)$/,
    query: { format: /^msgpack$/ },
  },
  { as: ['json', 'ably'], host: /^(?:[\w.-]+\.)?(?:ably\.(?:io|net)|ably-realtime\.com)$/ },
  { as: ['json', 'binance'], host: /^(?:[\w.-]+\.)?binance\.(?:com|us)(?::\d+)?$/ },
  { as: ['json', 'kraken'], host: /^ws[\w-]*\.kraken\.com$/ },
];

export function chainOfUrl(text: string): readonly string[] | undefined {
  const url = urlOf(text);
  return url && rules.find(rule => fits(rule, url))?.as;
}

function urlOf(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function fits({ host = any, path = any, query = {}, without = {} }: UrlRule, url: URL): boolean {
  const has = ([name, value]: [string, RegExp]) => {
    const found = url.searchParams.get(name);
    return found !== null && value.test(found);
  };
  return (
    host.test(url.host) &&
    path.test(url.pathname) &&
    Object.entries(query).every(has) &&
    !Object.entries(without).some(has)
  );
}
