/**
 * The script that tells how the WebSockets of a page end, for `readCloseNote`: the number of each when
 * it is made, and again with code and reason when it has closed.
 *
 * @param binding the function that takes what it tells
 */
export function closeScript(binding: string): string {
  return `(() => {
  const tell = globalThis[${JSON.stringify(binding)}];
  const own = globalThis.WebSocket;
  const mark = Symbol.for('websocket-monitor.closeCodes');
  if (typeof tell !== 'function' || typeof own !== 'function' || globalThis[mark]) return;
  Object.defineProperty(globalThis, mark, { value: true });
  let count = 0;
  const watched = new Proxy(own, {
    construct(target, args, newTarget) {
      const socket = Reflect.construct(target, args, newTarget);
      const number = ++count;
      tell(JSON.stringify([number]));
      socket.addEventListener('close', ({ code, reason }) =>
        tell(JSON.stringify([number, code, reason])));
      return socket;
    },
  });
  own.prototype.constructor = watched;
  globalThis.WebSocket = watched;
})()`;
}
