// The fake host's composer: sends nothing anywhere, and fills references in with made-up values.
import type { MessageBody } from '../../../src/core/message/messageBody.ts';
import { problemsIn, referencesIn } from '../../../src/core/variables/template.ts';
import type {
  CheckedBody,
  composerRequests,
  ComposerView,
  RunView,
} from '../../../src/shared/composerProtocol.ts';
import type { ConnectionView, Params } from '../../../src/shared/monitorProtocol.ts';

export class FakeComposer {
  /** What a send does next: fails with this sentence, or is cancelled. */
  refusal: string | undefined;
  isCancelling = false;
  readonly #onChange: () => void;
  readonly #bodies: Readonly<Record<string, MessageBody>> = {
    'Orders/New order': { as: 'json', text: '{\n  "op": "new",\n  "id": "${uuid}"\n}' },
    'Hello': { as: 'hex', text: '01 02' },
  };
  #change: Partial<ComposerView> = {};
  #history: readonly MessageBody[] = [];
  #runs: readonly RunView[] = [];

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Replaces parts of the view and tells the page. */
  set(change: Partial<ComposerView>): void {
    this.#change = { ...this.#change, ...change };
    this.#onChange();
  }

  viewOf(connection: ConnectionView | undefined): ComposerView | undefined {
    if (connection?.source !== 'connection') {
      return undefined;
    }
    const isOpen = connection.state === 'connected';
    return {
      connection: connection.id,
      ...(isOpen
        ? { sends: 'now' }
        : { sends: 'never', why: 'Not connected: the text stays here.' }),
      queued: 0,
      history: this.#history,
      runs: this.#runs,
      names: { env: ['HOME', 'API_URL'], secret: ['apiKey'], named: ['baseUrl', 'token'] },
      items: [
        { kind: 'message', origin: 'workspace', path: 'Orders/New order' },
        { kind: 'sequence', origin: 'workspace', path: 'Orders/Buy and sell' },
        { kind: 'message', origin: 'workspace', path: 'Hello' },
      ],
      ...this.#change,
    };
  }

  answer(request: keyof typeof composerRequests, params: unknown): unknown {
    switch (request) {
      case 'compose.check':
        return this.#check((params as Params<'compose.check'>).body);
      case 'compose.send':
        return this.#send((params as Params<'compose.send'>).body);
      case 'compose.pickFile':
        return { path: '/folder/<b>orders</b>.json' };
      case 'queue.cancel':
        this.set({ queued: 0 });
        return undefined;
      case 'library.body':
        return { body: this.#bodies[(params as Params<'library.body'>).path] };
      case 'library.run':
        this.#run((params as Params<'library.run'>).path);
        return undefined;
      case 'run.stop':
        this.progress({ state: 'stopped', name: '' });
        return undefined;
      case 'compose.save':
        return undefined;
    }
  }

  /** Changes what the last run reports. */
  progress(change: Partial<RunView['progress']>): void {
    this.#runs = this.#runs.map((run, index) =>
      index === this.#runs.length - 1 ? { ...run, progress: { ...run.progress, ...change } } : run,
    );
    this.#onChange();
  }

  #check(body: MessageBody): CheckedBody {
    if (body.as === 'file') {
      return { byteLength: 2048 };
    }
    const text = body.as === 'close' ? body.reason : body.text;
    const [problem] = problemsIn(text, ['baseUrl', 'token']);
    const preview = referencesIn(text).reduceRight(
      (filled, { kind, argument, from, to }) =>
        `${filled.slice(0, from)}${kind === 'secret' ? '•••' : `<${kind} ${argument}>`}${filled.slice(to)}`,
      text,
    );
    return problem ? { problem } : { preview, byteLength: preview.length };
  }

  #send(body: MessageBody): unknown {
    if (this.refusal !== undefined) {
      throw new Error(this.refusal);
    }
    if (this.isCancelling) {
      return { delivery: 'cancelled' };
    }
    this.#history = [...this.#history, body];
    this.#onChange();
    return { delivery: this.#change.sends === 'queue' ? 'queued' : 'written' };
  }

  #run(name: string): void {
    const progress = { state: 'waiting', step: 1, of: 3, name: 'Buy', sent: 1 } as const;
    this.#runs = [...this.#runs, { id: `run ${this.#runs.length}`, name, progress }];
    this.#onChange();
  }
}
