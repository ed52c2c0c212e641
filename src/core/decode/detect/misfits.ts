import type { SeenText } from './seenText.ts';

type Test = (message: SeenText) => boolean;

const textBeginning =
  (pattern: RegExp): Test =>
  ({ isText, head }) =>
    isText && pattern.test(head);
const textOrBytes =
  (pattern: RegExp): Test =>
  ({ isText, head }) =>
    !isText || pattern.test(head);

/** What a message has to be at least, by the first decoder of a chain. */
const fits: Readonly<Record<string, Test>> = {
  'mqtt': ({ isText }) => !isText,
  'graphql-transport-ws': textBeginning(/^\s*\{/),
  'subscriptions-transport-ws': textBeginning(/^\s*\{/),
  'json': textOrBytes(/^\s*[[{]/),
  'socketio': textOrBytes(/^[0-6b]/),
  'sockjs': textBeginning(/^(?:[oh]|[amc]?[["])/),
  'phoenix': textOrBytes(/^\s*[[{]/),
};

/** Whether a message cannot be one of the protocol that a session is said to have. */
export function isMisfit([first = '']: readonly string[], message: SeenText): boolean {
  return Object.hasOwn(fits, first) && fits[first]?.(message) === false;
}
