import { messageOf, assertNever } from '../../core/base/errors.ts';
import {
  type MessageBody,
  base64Problem,
  closeProblem,
  hexProblem,
  pingProblem,
  sentenceOf,
  type BodyProblem,
} from '../../core/message/messageBody.ts';
import { referencesIn, problemsIn } from '../../core/variables/template.ts';
import type { CheckedBody, ComposerView } from '../../shared/composerProtocol.ts';
import { bodyOfDraft, type Draft, type DraftProblem } from './draft.ts';
import { maxBodyLength } from '../../shared/limits.ts';
import { jsonTextProblem } from './jsonDraft.ts';
import { text } from '../widgets/strings.ts';

interface CheckPorts {
  /** Asks the host about a body; rejects where it cannot tell. */
  ask(body: MessageBody): Promise<CheckedBody>;
  /** The variables that are defined; `undefined` while they are not known. */
  names(): readonly string[] | undefined;
  onChange(): void;
}

/** How long a text has to rest before it is looked at, in milliseconds. */
const restMs = 250;
/** Above this a text is looked at only when it rests, even while an error is shown. */
const longestAtOnce = 20_000;

const encoder = new TextEncoder();

/** Looks at a draft while it is written: for errors, for its size, for what will be sent. */
export class DraftChecker {
  readonly #ports: CheckPorts;
  #result: CheckedBody = {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The number of the last look; the answers to earlier ones come too late. */
  #look = 0;

  constructor(ports: CheckPorts) {
    this.#ports = ports;
  }

  /** What is known of the draft; nothing before it rests, since every word begins as half of one. */
  get result(): CheckedBody {
    return this.#result;
  }

  /** The draft has changed. */
  type(draft: Draft): void {
    this.#look++;
    const isShort = draft.text.length <= longestAtOnce;
    const problem = this.#result.problem && isShort ? this.problemOf(draft) : undefined;
    this.#result = problem ? { problem } : this.#withoutProblem();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.begin(draft), restMs);
  }

  /** Does not wait any longer. Returns why the draft cannot be sent, as far as the page can tell. */
  now(draft: Draft): DraftProblem | undefined {
    clearTimeout(this.#timer);
    const look = ++this.#look;
    const problem = this.problemOf(draft);
    const body = bodyOfDraft(draft);
    if (problem) {
      this.#result = { problem };
    } else if (isForHost(body)) {
      this.#ask(body, look);
    } else {
      this.#result = { byteLength: byteLengthOf(body) };
    }
    this.#ports.onChange();
    return problem;
  }

  /** Another draft is shown, or this one rests. One that is not begun is not wrong yet. */
  begin(draft: Draft): void {
    if (isBegun(draft)) {
      this.now(draft);
    } else {
      this.#look++;
      clearTimeout(this.#timer);
      this.#result = {};
      this.#ports.onChange();
    }
  }

  problemOf(draft: Draft): DraftProblem | undefined {
    return problemOfDraft(draft, this.#ports.names());
  }

  #ask(body: MessageBody, look: number): void {
    const take = (result: CheckedBody) => {
      if (look === this.#look) {
        this.#result = result;
        this.#ports.onChange();
      }
    };
    this.#ports
      .ask(body)
      .then(take, (error: unknown) =>
        take({ problem: { message: messageOf(error), from: 0, to: 0 } }),
      );
  }

  /** What was said stays until the draft rests, but for errors, whose places have moved. */
  #withoutProblem(): CheckedBody {
    const { byteLength, preview } = this.#result;
    return {
      ...(byteLength === undefined ? {} : { byteLength }),
      ...(preview === undefined ? {} : { preview }),
    };
  }
}

/** With another one of these a draft may have become right or wrong. */
export function checkKey(view: ComposerView | undefined): string {
  return JSON.stringify([view?.connection, view?.names, view?.environment]);
}

function isBegun({ kind, text, path }: Draft): boolean {
  return kind === 'close' || (kind === 'file' ? path : text) !== '';
}

/** Whether only the host can tell what is sent. */
function isForHost(body: MessageBody): boolean {
  if (body.as === 'file') {
    return true;
  }
  return referencesIn(body.as === 'close' ? body.reason : body.text).length > 0;
}

/** Of a body without references and problems. */
function byteLengthOf(body: MessageBody): number {
  switch (body.as) {
    case 'hex':
      return body.text.replaceAll(/0x|[^0-9a-f]/gi, '').length / 2;
    case 'base64':
      return Math.floor((body.text.replaceAll(/[\s=]/g, '').length * 3) / 4);
    case 'close':
      return 2 + encoder.encode(body.reason).length;
    case 'file':
      return 0;
    case 'text':
    case 'json':
    case 'ping':
      return encoder.encode(body.text).length;
  }
}

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
