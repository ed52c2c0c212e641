import { assertNever } from '../../core/base/errors.ts';
import {
  base64Problem,
  closeProblem,
  hexProblem,
  pingProblem,
  sentenceOf,
  type BodyProblem,
} from '../../core/message/messageBody.ts';
import { problemsIn, referencesIn } from '../../core/variables/template.ts';
import { maxBodyLength } from '../../shared/limits.ts';
import { jsonTextProblem } from './jsonDraft.ts';
import { bodyOfDraft, type Draft, type DraftProblem } from './draft.ts';
import { text } from '../widgets/strings.ts';

/**
 * What can be said about a draft without asking the host.
 *
 * @param names the variables that are defined; `undefined` while they are not known
 */
export function problemOfDraft(
  draft: Draft,
  names: readonly string[] | undefined,
): DraftProblem | undefined {
  const body = bodyOfDraft(draft);
  switch (body.as) {
    case 'file':
      return body.path === '' ? placed({ message: text('composeNoFile') }, '') : undefined;
    case 'close':
      return placed(closeProblem(body.code, body.reason), '');
    case 'text':
    case 'json':
    case 'hex':
    case 'base64':
    case 'ping':
      break;
    default:
      return assertNever(body);
  }
  if (body.text.length > maxBodyLength) {
    return placed({ message: text('composeTooLong') }, '');
  }
  const [unknown] = names ? problemsIn(body.text, names) : [];
  return unknown ?? formProblem(body.as, body.text);
}

function formProblem(
  kind: 'text' | 'json' | 'hex' | 'base64' | 'ping',
  words: string,
): DraftProblem | undefined {
  switch (kind) {
    case 'text':
      return undefined;
    case 'json': {
      const problem = jsonTextProblem(words);
      return problem && { ...problem, message: text('composeAsIs', problem.message) };
    }
    case 'hex':
    case 'base64':
    case 'ping': {
      // With a reference in it, its form is known only when that is filled in.
      const check = { hex: hexProblem, base64: base64Problem, ping: pingProblem }[kind];
      return referencesIn(words).length > 0 ? undefined : placed(check(words), words);
    }
    default:
      return assertNever(kind);
  }
}

function placed(problem: BodyProblem | undefined, words: string): DraftProblem | undefined {
  if (!problem) {
    return undefined;
  }
  const { at } = problem;
  const message = sentenceOf(problem);
  if (at === undefined) {
    return { message, from: 0, to: 0 };
  }
  const length = String.fromCodePoint(words.codePointAt(at) ?? 0).length;
  return { message, from: at, to: Math.min(words.length, at + length) };
}
