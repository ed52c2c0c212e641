import { messageOf, assertNever } from '../../core/base/errors.ts';
import {
  type MessageBody,
  base64Problem,
  closeProblem,
  hexProblem,
  jsonProblem,
  pingProblem,
  bodyProblemText,
  type BodyProblem,
} from '../../core/message/messageBody.ts';
import { compactJson } from '../../core/json/compactJson.ts';
import { referencesIn, problemsIn } from '../../core/variables/template.ts';
import type { CheckedBody, ComposerView } from '../../shared/composerProtocol.ts';
import { bodyOfDraft, type Draft, type DraftProblem } from './draft.ts';
import { maxBodyLength } from '../../shared/limits.ts';
import { jsonTextProblem } from './jsonDraft.ts';
import { text } from '../widgets/strings.ts';

interface CheckPorts {
  /** Has the host check a body; rejects if it cannot. */
  ask(body: MessageBody): Promise<CheckedBody>;
  /** The defined variables; `undefined` until they are known. */
  names(): readonly string[] | undefined;
  /** It is sent as it is written: nothing is filled in. */
  isLiteral(): boolean;
  onChange(): void;
}

/** A draft is checked when the user has not typed for this time. */
const restMs = 250;
/** A longer text is not checked at each key, even while an error is shown. */
const maxCheckedAtOnce = 20_000;

const encoder = new TextEncoder();

/** Checks a draft while it is written: its errors, its size, and what will be sent. */
export class DraftChecker {
  readonly #ports: CheckPorts;
  #result: CheckedBody = {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts checks, so that answers to earlier ones are dropped. */
  #check = 0;

  constructor(ports: CheckPorts) {
    this.#ports = ports;
  }

  /** The last result; updated when the user stops typing. */
  get result(): CheckedBody {
    return this.#result;
  }

  /** The draft has changed. */
  type(draft: Draft): void {
    this.#check++;
    const isShort = draft.text.length <= maxCheckedAtOnce;
    const problem = this.#result.problem && isShort ? this.problemOf(draft) : undefined;
    this.#result = problem ? { problem } : this.#withoutProblem();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.begin(draft), restMs);
  }

  /** Checks it without further delay. Returns the problem, if the page itself finds one. */
  now(draft: Draft): DraftProblem | undefined {
    clearTimeout(this.#timer);
    const check = ++this.#check;
    const problem = this.problemOf(draft);
    const body = bodyOfDraft(draft);
    if (problem) {
      this.#result = { problem };
    } else if (isForHost(body) && !this.#ports.isLiteral()) {
      this.#ask(body, check);
    } else {
      this.#result = { byteLength: byteLengthOf(body) };
    }
    this.#ports.onChange();
    return problem;
  }

  /** Another draft is shown, or the user has stopped typing. An empty draft has no problems. */
  begin(draft: Draft): void {
    if (isBegun(draft)) {
      this.now(draft);
    } else {
      this.#check++;
      clearTimeout(this.#timer);
      this.#result = {};
      this.#ports.onChange();
    }
  }

  problemOf(draft: Draft): DraftProblem | undefined {
    return this.#ports.isLiteral()
      ? literalProblem(draft)
      : problemOfDraft(draft, this.#ports.names());
  }

  #ask(body: MessageBody, check: number): void {
    const take = (result: CheckedBody) => {
      if (check === this.#check) {
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

  /** The result stays until the next check, except errors, whose positions have changed. */
  #withoutProblem(): CheckedBody {
    const { byteLength, preview } = this.#result;
    return {
      ...(byteLength === undefined ? {} : { byteLength }),
      ...(preview === undefined ? {} : { preview }),
    };
  }
}

/** When one of these changes, drafts have to be checked again. */
export function checkKey(view: ComposerView | undefined): string {
  return JSON.stringify([view?.connection, view?.names, view?.environment]);
}

function isBegun({ kind, text, path }: Draft): boolean {
  return kind === 'close' || (kind === 'file' ? path : text) !== '';
}

/** Whether only the host can say what will be sent. */
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
    case 'json':
      return encoder.encode(compactJson(body.text)).length;
    case 'text':
    case 'ping':
      return encoder.encode(body.text).length;
  }
}

/**
 * The problem of a draft that the page can find without the host.
 *
 * @param names the defined variables; `undefined` until they are known
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

/** The problem of a draft in which nothing is filled in. */
function literalProblem({ kind, text: words }: Draft): DraftProblem | undefined {
  switch (kind) {
    case 'json':
      return placed(jsonProblem(words), words);
    case 'hex':
      return placed(hexProblem(words), words);
    case 'base64':
      return placed(base64Problem(words), words);
    case 'text':
    case 'ping':
    case 'file':
    case 'close':
      return undefined;
  }
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
      // The final text is known only after references are filled in.
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
  const message = bodyProblemText(problem);
  if (at === undefined) {
    return { message, from: 0, to: 0 };
  }
  const length = String.fromCodePoint(words.codePointAt(at) ?? 0).length;
  return { message, from: at, to: Math.min(words.length, at + length) };
}
