import type { SeenMessage } from './detection.ts';

const maxLength = 64 * 1024;
const maxTexts = 16;
const encoder = new TextEncoder();

/** The messages within a frame of SockJS: `a[…]` and `m…` of the server, a list of the client. */
export function messagesInSockjs(message: SeenMessage): readonly SeenMessage[] {
  const { direction, bytes, isText } = message;
  if (!isText || bytes.length >= maxLength) {
    return [];
  }
  const text = new TextDecoder().decode(bytes);
  const json = direction === 'in' ? /^[am](.*)$/s.exec(text)?.[1] : text;
  return textsIn(json).map(each => ({ direction, bytes: encoder.encode(each), isText: true }));
}

function textsIn(json = ''): readonly string[] {
  try {
    const value: unknown = JSON.parse(json);
    return [value]
      .flat()
      .slice(0, maxTexts)
      .filter(each => typeof each === 'string');
  } catch {
    return [];
  }
}
