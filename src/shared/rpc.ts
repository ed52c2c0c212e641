import * as v from 'valibot';
import { isCancellation, messageOf } from '../core/base/errors.ts';
import type { RpcAnswer } from '../core/base/rpc.ts';

type Schemas = Readonly<Record<string, v.GenericSchema>>;
type Handlers = Readonly<Record<string, (params: never) => unknown>>;

const envelope = v.object({
  id: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  request: v.string(),
  // On its way through JSON a member that is undefined is left out.
  params: v.optional(v.unknown()),
});

/**
 * Answers one message from a page, which is not trusted. Never rejects: a failure is an answer as well,
 * and a request that the user cancelled has no result. `undefined` if the message has no usable id, so
 * that it cannot be answered.
 *
 * @param schemas what the parameters of each request must look like; the page can name no others
 * @param handlers one for each of them
 * @param onFailure gets what goes wrong, for the log
 */
export async function answer(
  schemas: Schemas,
  message: unknown,
  handlers: Handlers,
  onFailure: (request: string, error: unknown) => void,
): Promise<RpcAnswer | undefined> {
  const parsed = v.safeParse(envelope, message);
  if (!parsed.success) {
    onFailure('?', new TypeError('The message is no request'));
    return undefined;
  }
  const { id, request, params } = parsed.output;
  try {
    return { id, result: await handle(schemas, request, params, handlers) };
  } catch (error) {
    if (isCancellation(error)) {
      return { id, result: undefined };
    }
    onFailure(request, error);
    return { id, error: messageOf(error) };
  }
}

function handle(schemas: Schemas, request: string, params: unknown, handlers: Handlers): unknown {
  const schema = Object.hasOwn(schemas, request) ? schemas[request] : undefined;
  if (!schema) {
    throw new TypeError(`There is no request ${request}`);
  }
  const checked = v.safeParse(schema, params);
  if (!checked.success) {
    const [issue] = checked.issues;
    throw new TypeError(`${request}: ${issue.message}`);
  }
  const handler = handlers[request] as (params: unknown) => unknown;
  return handler(checked.output);
}
