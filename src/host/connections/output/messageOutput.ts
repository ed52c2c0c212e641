import { l10n, window } from 'vscode';
import type { Clock } from '../../../core/base/clock.ts';
import { DisposableStore, type Disposable } from '../../../core/base/lifecycle.ts';
import type { StateRow } from '../../../core/connection/report.ts';
import { OutputFeed } from './outputFeed.ts';
import type { MessageOutput } from '../../recording/recorder.ts';
import type { SettingsService } from '../../settings/settings.ts';
import { userZone } from '../../ui/userZone.ts';

/** The language id of the channel, from `contributes.languages` in package.json. */
const languageId = 'websocket-messages';

/** The output channel `WebSocket Messages`, with one line for each message. */
export class MessagesChannel implements MessageOutput, Disposable {
  readonly #store = new DisposableStore();
  readonly #channel = this.#store.add(
    window.createOutputChannel(l10n.t('WebSocket Messages'), languageId),
  );
  readonly #feed: OutputFeed;
  /** The name of the first connection; lines begin with a name once there are several. */
  #first: string | undefined;
  #hasSeveral = false;

  /** @param redact removes secrets from the lines; a peer may echo what it was sent */
  constructor(clock: Clock, settings: SettingsService, redact: (text: string) => string) {
    const options = () => {
      const { values } = settings.current;
      return {
        enabled: values['output.enabled'],
        maxCharacters: values['output.maxCharacters'],
        isDecoded: values['output.decoded'],
      };
    };
    this.#feed = this.#store.add(
      new OutputFeed(clock, options(), text => this.#channel.append(redact(text)), userZone),
    );
    this.#store.add(settings.onDidChange(() => this.#feed.setOptions(options())));
  }

  readonly message: MessageOutput['message'] = (at, name, flags, payload, rows, seq) => {
    this.#feed.message(at, this.#nameToShow(name), flags, payload, rows, seq);
  };

  readonly texts: MessageOutput['texts'] = (at, name, flags, run, rows, seq) => {
    this.#feed.texts(at, this.#nameToShow(name), flags, run, rows, seq);
  };

  state(at: number, name: string, row: StateRow): void {
    this.#feed.state(at, this.#nameToShow(name), row);
  }

  show(): void {
    this.#channel.show(true);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #nameToShow(name: string): string {
    this.#first ??= name;
    this.#hasSeveral ||= name !== this.#first;
    return this.#hasSeveral ? name : '';
  }
}
