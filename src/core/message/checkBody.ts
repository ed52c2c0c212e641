import { messageOf } from '../base/errors.ts';
import { resolve } from '../variables/resolve.ts';
import { problemsIn, referencesIn } from '../variables/template.ts';
import { template } from '../variables/value.ts';
import { fillBody, type FillingPorts } from './fillBody.ts';
import {
  base64Problem,
  closeProblem,
  hexProblem,
  jsonProblem,
  pingProblem,
  bodyProblemText,
  textOfBody,
  type BodyProblem,
  type MessageBody,
} from './messageBody.ts';

/** What a body would be if it were sent now. */
export interface CheckedBody {
  /** Bytes of the payload. */
  readonly byteLength?: number;
  /** With references filled in and secrets masked, cut to a length; absent if it is no text. */
  readonly preview?: string;
  /** Why it cannot be sent; the place is in the body's text, in UTF-16 units. */
  readonly problem?: { readonly message: string; readonly from: number; readonly to: number };
}

/** In UTF-16 units. */
const longestPreview = 2000;

/** Never rejects. The ports must neither prompt the user nor count anything. */
export async function checkBody(body: MessageBody, ports: FillingPorts): Promise<CheckedBody> {
  const text = textOfBody(body);
  const [unknown] = problemsIn(text, ports.source.names);
  if (unknown) {
    return { problem: unknown };
  }
  const references = referencesIn(text);
  const plain = references.length === 0 ? problemOf(body) : undefined;
  if (plain) {
    const { at = 0 } = plain;
    const isPlaced = plain.at !== undefined && at < text.length;
    return {
      problem: { message: bodyProblemText(plain), from: at, to: isPlaced ? at + 1 : text.length },
    };
  }
  try {
    const { byteLength, preview } = await fillBody(body, ports);
    return {
      byteLength,
      ...(preview === undefined ? {} : { preview: preview.slice(0, longestPreview) }),
    };
  } catch (error) {
    const place = (await placeOfMissing(text, ports)) ?? { from: 0, to: text.length };
    return { problem: { message: messageOf(error), ...place } };
  }
}

/** The first reference that has no value. */
async function placeOfMissing(text: string, { source, origin }: FillingPorts) {
  for (const { from, to } of referencesIn(text)) {
    try {
      await resolve(template(text.slice(from, to), origin), '', source);
    } catch {
      return { from, to };
    }
  }
  return undefined;
}

function problemOf(body: MessageBody): BodyProblem | undefined {
  switch (body.as) {
    case 'json':
      return jsonProblem(body.text);
    case 'hex':
      return hexProblem(body.text);
    case 'base64':
      return base64Problem(body.text);
    case 'ping':
      return pingProblem(body.text);
    case 'close':
      return closeProblem(body.code, body.reason);
    case 'text':
    case 'file':
      return undefined;
  }
}
