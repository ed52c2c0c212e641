import { messageOf } from '../../base/errors.ts';
import type {
  KeptAnswer,
  MessageFacts,
  ScriptPlace,
  ScriptSource,
  SessionFacts,
} from '../decoder.ts';
import type { Layer } from '../layer.ts';
import { AnswerStore } from './answerStore.ts';
import { keptAnswer, passedAnswer } from './keptAnswer.ts';
import { problemOf, readAnswer } from './readAnswer.ts';
import type {
  Script,
  ScriptAnswer,
  ScriptError,
  ScriptMessage,
  ScriptRunner,
  ScriptSession,
} from './script.ts';

/** What a script is asked at once. */
const maxMessages = 256;
const maxByteLength = 1024 * 1024;

/** Bytes of memory for the answers of one capture. */
const maxAnswersSize = 64 * 1024 * 1024;

/** What the captures of a program have in common to ask scripts. */
export interface ScriptAccess {
  readonly runner: ScriptRunner;
  /** A number that no session has had. */
  readonly nextId: () => number;
}

export interface CaptureScriptsOptions extends ScriptAccess {
  /** Of the connection, the slot or the capture. */
  readonly connection: string;
  /** Answers have come that somebody waits for. */
  readonly onDidAnswer: () => void;
  readonly maxAnswersSize?: number;
}

/** The scripts of a capture, and what they have said. */
export class CaptureScripts {
  readonly options: CaptureScriptsOptions;
  readonly answers: AnswerStore;

  constructor(options: CaptureScriptsOptions) {
    this.options = options;
    this.answers = new AnswerStore(options.maxAnswersSize ?? maxAnswersSize);
  }

  /** A session is read from its beginning. */
  open({ url, subprotocol }: SessionFacts): SessionScripts {
    return new SessionScripts(this.options, this.answers, { url, subprotocol });
  }
}

interface Question {
  readonly script: Script;
  readonly place: number;
  readonly byteLength: number;
  readonly isDecoder: (name: string) => boolean;
  readonly message: ScriptMessage;
}

/** Asks scripts about the messages of one session, in their order. */
export class SessionScripts implements ScriptSource {
  readonly #options: CaptureScriptsOptions;
  readonly #answers: AnswerStore;
  readonly #facts: Pick<SessionFacts, 'url' | 'subprotocol'>;
  #session: ScriptSession | undefined;
  #placeCount = 0;
  #places = 0;
  #hasChained = false;
  /** The time of the message that is read, while scripts may be asked about it. */
  #at: number | undefined;
  #questions: Question[] = [];
  #byteLength = 0;
  #isFull = false;
  #isWaiting = false;
  #isEnded = false;

  constructor(
    options: CaptureScriptsOptions,
    answers: AnswerStore,
    facts: Pick<SessionFacts, 'url' | 'subprotocol'>,
  ) {
    this.#options = options;
    this.#answers = answers;
    this.#facts = facts;
  }

  /** Whether any chain of the session has a script. */
  get isUsed(): boolean {
    return this.#placeCount > 0;
  }

  /** Answers are on their way. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** There is something that scripts are to be asked. */
  get isAsked(): boolean {
    return this.#questions.length > 0;
  }

  /** More cannot be asked before these answers are there. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** The places that are asked for from now on are of another chain. */
  beginChain(): void {
    this.#places = 0;
  }

  place(script: Script, isDecoder: (name: string) => boolean): ScriptPlace {
    const place = this.#placeCount++;
    this.#places++;
    this.#hasChained ||= this.#places > 1;
    return {
      answer: (layer, message) => {
        const { seq, record = 0 } = message;
        const answer = this.#answers.get(seq, place, record);
        if (answer) {
          return answer;
        }
        if (this.#at === undefined || this.#isEnded || this.#answers.isGone(seq)) {
          return 'missing';
        }
        this.#ask({ script, place, isDecoder }, layer, message, this.#at);
        return 'waiting';
      },
    };
  }

  /** Does what `read` does; what scripts have not been asked, they are to be asked. @param at the time of the message */
  asking<T>(at: number, read: () => T): T {
    this.#at = at;
    try {
      return read();
    } finally {
      this.#at = undefined;
    }
  }

  /** Asks what was noted meanwhile. */
  send(): void {
    const byScript = new Map<Script, Question[]>();
    for (const question of this.#questions) {
      const asked = byScript.get(question.script) ?? [];
      asked.push(question);
      byScript.set(question.script, asked);
    }
    this.#questions = [];
    this.#byteLength = 0;
    this.#isFull = false;
    this.#isWaiting = true;
    void Promise.all([...byScript].map(([script, asked]) => this.#askScript(script, asked))).then(
      () => {
        this.#isWaiting = false;
        if (!this.#isEnded) {
          this.#options.onDidAnswer();
        }
      },
    );
  }

  /** The messages that scripts were asked about are gone. */
  breakOff(): void {
    if (this.#session && this.#isWaiting) {
      this.#options.runner.breakOff(this.#session.id);
    }
  }

  /** The session is not read any more: nothing is asked, and what comes late does not count. */
  end(): void {
    if (this.#session && !this.#isEnded) {
      this.#options.runner.endSession(this.#session.id);
    }
    this.#isEnded = true;
    this.#questions = [];
  }

  #ask(
    { script, place, isDecoder }: Pick<Question, 'script' | 'place' | 'isDecoder'>,
    layer: Layer,
    { seq, record = 0, direction }: MessageFacts,
    at: number,
  ): void {
    // Of scripts in one chain, the later ones are asked in the order of the messages only if the earlier have answered.
    const [first] = this.#questions;
    if (first && this.#hasChained && first.place !== place) {
      this.#isFull = true;
      return;
    }
    const bytes = new Uint8Array(layer.bytes);
    const isText = layer.kind === 'text';
    const message: ScriptMessage = { seq, record, direction, isText, bytes, at };
    this.#questions.push({ script, place, isDecoder, byteLength: bytes.length, message });
    this.#byteLength += bytes.length;
    this.#isFull ||= this.#questions.length >= maxMessages || this.#byteLength >= maxByteLength;
  }

  async #askScript(script: Script, asked: readonly Question[]): Promise<void> {
    const session = (this.#session ??= {
      id: this.#options.nextId(),
      connection: this.#options.connection,
      ...this.#facts,
    });
    for (const questions of batchesOf(asked)) {
      const messages = questions.map(({ message }) => message);
      const answers = await this.#run({ script, session, messages });
      questions.forEach((question, index) => this.#keep(question, answers[index]));
    }
  }

  async #run(batch: Parameters<ScriptRunner['run']>[0]): Promise<readonly ScriptAnswer[]> {
    if (this.#isEnded) {
      return [];
    }
    try {
      return await this.#options.runner.run(batch);
    } catch (error) {
      const failed: ScriptAnswer = { is: 'failed', error: { message: messageOf(error) } };
      return batch.messages.map(() => failed);
    }
  }

  #keep(question: Question, answer: ScriptAnswer | undefined): void {
    if (!this.#isEnded) {
      const { seq, record } = question.message;
      this.#answers.put(seq, question.place, record, keptOf(question, answer));
    }
  }
}

/** Of one message there may be more than fits into a batch. */
function* batchesOf(asked: readonly Question[]): Generator<readonly Question[]> {
  let batch: Question[] = [];
  let byteLength = 0;
  for (const question of asked) {
    byteLength += question.byteLength;
    if (batch.length >= maxMessages || (batch.length > 0 && byteLength > maxByteLength)) {
      yield batch;
      batch = [];
      byteLength = question.byteLength;
    }
    batch.push(question);
  }
  yield batch;
}

function keptOf({ byteLength, isDecoder }: Question, answer: ScriptAnswer | undefined): KeptAnswer {
  switch (answer?.is) {
    case 'passed':
      return passedAnswer;
    case 'read':
      return answer.value === undefined || answer.value === null
        ? passedAnswer
        : keptAnswer(readAnswer(answer.value, byteLength, isDecoder));
    case 'failed':
      return keptAnswer({ problem: problemOf(`${answer.error.message}${placeIn(answer.error)}`) });
    case undefined:
      return keptAnswer({ problem: problemOf('the decoder gave no answer') });
  }
}

/** Only the name of the file: what is around it is known, and says who the user is. */
function placeIn({ file, line, column }: ScriptError): string {
  const place = [file?.split(/[\\/]/).pop(), line, column].filter(each => each !== undefined);
  return place.length > 0 ? ` (${place.join(':')})` : '';
}
