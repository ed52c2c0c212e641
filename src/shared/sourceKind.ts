/**
 * What a row of the list can come from. `connection`: of this window's own. `tap` and `watch`: sockets
 * that this window has not dialled. `capture`: it gets no more messages, but can be read, filtered and
 * exported. `configured`: a connection that was not opened in this window; its rows, if any, are those
 * of its last capture.
 */
export type SourceKind = 'connection' | 'tap' | 'watch' | 'capture' | 'configured';

/** Whether it is recorded in this window, so that it gets messages and can be cleared. */
export function isRecorded({ source }: { readonly source: SourceKind }): boolean {
  return source === 'connection' || isObserved({ source });
}

/** Whether somebody else has dialled it. */
export function isObserved({ source }: { readonly source: SourceKind }): boolean {
  return source === 'tap' || source === 'watch';
}
