import type { Runnable, Step } from '../library/library.ts';
import type { VariableSource } from '../variables/resolve.ts';
import { template, type Origin } from '../variables/value.ts';
import { textOfBody } from '../message/messageBody.ts';
import { referencedBy, type Disclosure } from './disclosure.ts';

/** Makes something short of a text that is another one for any other text. */
export type Digest = (text: string) => string;

interface MessagePorts {
  readonly named: VariableSource['named'];
  /** Whether a workspace chose where it goes. */
  readonly isForeign: boolean;
  readonly digest: Digest;
}

/**
 * What of saved messages and sequences needs permission: each that a workspace wrote, as it stands
 * now, and the secrets and environment variables that go into it.
 */
export function messageDisclosures(
  items: readonly { readonly origin: Origin; readonly item: Runnable }[],
  { named, isForeign, digest }: MessagePorts,
): readonly Disclosure[] {
  const messages = items.flatMap(({ origin, item }): readonly Disclosure[] =>
    origin === 'workspace' || stepsOf(item).some(step => step.origin === 'workspace')
      ? [{ kind: 'message', name: item.path, digest: digest(contentOf(item)) }]
      : [],
  );
  const texts = items.flatMap(({ item }) =>
    stepsOf(item).map(({ body, origin }) => template(textOfBody(body), origin)),
  );
  return [...messages, ...referencedBy(texts, named, isForeign)];
}

export function stepsOf(item: Runnable): readonly Step[] {
  return item.kind === 'sequence' ? item.steps : [item];
}

/** All that decides on what an item sends, and when. */
function contentOf(item: Runnable): string {
  return JSON.stringify(stepsOf(item).map(({ body, timing }) => [body, timing]));
}
