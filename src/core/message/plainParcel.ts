import { base64Problem, parseBase64, type MessageBody } from './messageBody.ts';
import type { OutgoingMessage } from './outgoingMessage.ts';

/**
 * What a body comes to where nothing has to be looked up for it; `undefined` for all others. What is
 * wrong with it is left to be said by whoever fills it in.
 */
export function fillPlainBody(body: MessageBody): OutgoingMessage | undefined {
  if ((body.as !== 'text' && body.as !== 'json' && body.as !== 'base64') || hasMarks(body.text)) {
    return undefined;
  }
  if (body.as !== 'base64') {
    return { kind: 'message', data: body.text };
  }
  return base64Problem(body.text) ? undefined : { kind: 'message', data: parseBase64(body.text) };
}

function hasMarks(text: string): boolean {
  return text.includes('${');
}
