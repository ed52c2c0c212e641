const prefix = 'configured:';

/** The id, in trees and in the monitor, of a connection that has not been opened in this window. */
export function configuredId(name: string): string {
  return `${prefix}${name}`;
}

/** The name in such an id; `undefined` if it is another id. */
export function configuredName(id: string): string | undefined {
  return id.startsWith(prefix) ? id.slice(prefix.length) : undefined;
}
