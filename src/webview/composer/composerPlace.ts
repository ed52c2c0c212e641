import { messageOf } from '../../core/base/errors.ts';
import type { Formats } from '../../core/base/format.ts';
import type { ComposerView } from '../../shared/composerProtocol.ts';
import type { HeldAddress, HeldBody } from '../../shared/heldProtocol.ts';
import type { Composer, ComposerPorts } from './composer.ts';
import { ComposerBar } from './composerBar.ts';
import type { IsHeld } from './heldEdits.ts';
import { endedRuns } from './runs.ts';
import type { SavedComposer } from './savedComposer.ts';
import { LatePart } from '../widgets/latePart.ts';
import { text } from '../widgets/strings.ts';

interface PlacePorts extends ComposerPorts {
  /** Says on the page why something did not work. */
  readonly fail: (reason: string) => void;
}

/** What is asked of the composer for a connection, by its name. */
interface Wish {
  readonly name: string | undefined;
  readonly run: (composer: Composer) => void;
}

/**
 * The composer's place in the page. It has the line that is there while the composer is closed, loads the
 * composer where messages can be sent, and then has it do what was asked of it until then.
 */
export class ComposerPlace {
  readonly #bar: ComposerBar;
  readonly #formats: Formats;
  readonly #saved: SavedComposer;
  readonly #ports: PlacePorts;
  readonly #late = new LatePart(async () => {
    const { Composer } = await import('./composer.ts');
    this.#begin(new Composer(this.#formats, this.#bar, this.#saved, this.#ports));
  });
  #composer: Composer | undefined;
  #wishes: readonly Wish[] = [];
  #name: string | undefined;
  #view: ComposerView | undefined;
  #isHeld: IsHeld | undefined;

  constructor(formats: Formats, saved: SavedComposer, ports: PlacePorts) {
    this.#formats = formats;
    this.#saved = saved;
    this.#ports = ports;
    this.#bar = new ComposerBar(formats, {
      open: () => this.#ask(composer => composer.open()),
      cancelQueue: () => this.#ask(composer => composer.cancelQueue()),
      stopRun: id => this.#ask(composer => composer.stopRun(id)),
    });
    this.element.hidden = true;
    if (saved.isOpen) {
      // In time for the first snapshot, so that what is below the list does not jump.
      this.#need();
    }
  }

  get element(): HTMLElement {
    return this.#bar.element;
  }

  /**
   * @param name of the connection; `undefined` if messages cannot be sent to any
   * @param view of that connection; `undefined` until it is known
   */
  show(name: string | undefined, view: ComposerView | undefined): void {
    const before = name === this.#name ? this.#view : undefined;
    if (name !== this.#name) {
      this.#isHeld = undefined;
    }
    this.#name = name;
    this.#view = view;
    if (this.#composer) {
      this.#composer.show(name, view);
      return;
    }
    if (before && view) {
      for (const sentence of endedRuns(before.runs, view.runs)) {
        this.#ports.say(sentence);
      }
    }
    this.element.hidden = name === undefined;
    this.#bar.render(view);
    if (name !== undefined) {
      this.#late.prepare();
    }
  }

  /** Edits a held message; the user's own draft comes back afterwards. */
  edit(message: HeldAddress, held: HeldBody): void {
    this.#ask(composer => composer.edit(message, held));
  }

  /** Ends the edits of messages that are not held any more. */
  followHeld(isHeld: IsHeld): void {
    this.#isHeld = isHeld;
    this.#composer?.followHeld(isHeld);
  }

  #ask(run: Wish['run']): void {
    if (this.#composer) {
      run(this.#composer);
    } else {
      this.#wishes = [...this.#wishes, { name: this.#name, run }];
      this.#need();
    }
  }

  #need(): void {
    this.#late.need().catch((error: unknown) => {
      this.#wishes = [];
      this.#ports.fail(text('composerNotLoaded', messageOf(error)));
    });
  }

  #begin(composer: Composer): void {
    this.#composer = composer;
    composer.show(this.#name, this.#view);
    for (const { name, run } of this.#wishes) {
      // Another connection is shown by now, and nothing is to be done for that one.
      if (name === this.#name) {
        run(composer);
      }
    }
    this.#wishes = [];
    if (this.#isHeld) {
      composer.followHeld(this.#isHeld);
    }
  }
}
