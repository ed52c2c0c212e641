import * as v from 'valibot';
import { messageOf } from '../core/base/errors.ts';
import { requestSchemas, type RequestHandlers, type RequestName, type ToPage } from './protocol.ts';

const envelope = v.object({
  id: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  request: v.string(),
  // On its way through JSON a member that is undefined is left out.
  params: v.optional(v.unknown()),
});

/**
 * Answers one message from the page. Never rejects: a failure is an answer too. `undefined` where
 * the message is so malformed that there is nobody to answer.
 */
export async function answer(
  message: unknown,
  handlers: RequestHandlers,
  onFailure: (request: string, error: unknown) => void,
): Promise<ToPage | undefined> {
  const parsed = v.safeParse(envelope, message);
  if (!parsed.success) {
    onFailure('?', new TypeError('The message is no request'));
    return undefined;
  }
  const { id, request, params } = parsed.output;
  try {
    return { id, result: await handle(request, params, handlers) };
  } catch (error) {
    onFailure(request, error);
    return { id, error: messageOf(error) };
  }
}

function handle(request: string, params: unknown, handlers: RequestHandlers): unknown {
  if (!isRequestName(request)) {
    throw new TypeError(`There is no request ${request}`);
  }
  const checked = v.safeParse(requestSchemas[request], params);
  if (!checked.success) {
    const [issue] = checked.issues;
    throw new TypeError(`${request}: ${issue.message}`);
  }
  const handler = handlers[request] as (params: unknown) => unknown;
  return handler(checked.output);
}

function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(requestSchemas, name);
}
