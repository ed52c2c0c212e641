import type { Upstream } from '../../endpoint/upstream.ts';
import type { TapOptions } from '../tapOptions.ts';

/** Where a request goes. */
export interface Destination {
  readonly upstream: Upstream;
  /** The prefix of the path that the route has taken, without a final slash; empty for none. */
  readonly prefix: string;
  /** Path and query at the upstream. */
  readonly target: string;
}

/** The route with the longest prefix that fits, in whole segments. */
export function findDestination(
  target: string,
  { upstream, routes }: Pick<TapOptions, 'upstream' | 'routes'>,
): Destination {
  const fitting = routes
    .map(route => ({ upstream: route.upstream, prefix: route.prefix.replace(/\/+$/, '') }))
    .filter(({ prefix }) => {
      const rest = target.slice(prefix.length);
      return target.startsWith(prefix) && /^(?:$|[/?])/.test(rest);
    })
    .sort((one, other) => other.prefix.length - one.prefix.length);
  const { upstream: found, prefix } = fitting[0] ?? { upstream, prefix: '' };
  const rest = target.slice(prefix.length);
  const path = `${found.path}${rest}`;
  return { upstream: found, prefix, target: path.startsWith('/') ? path : `/${path}` };
}
