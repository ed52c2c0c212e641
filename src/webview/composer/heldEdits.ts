import type { Direction } from '../../core/record/record.ts';
import type { EditedBody, HeldAddress, HeldBody } from '../../shared/heldProtocol.ts';
import { emptyDraft, maxKeptLength, type Draft } from './draft.ts';
import { editedKinds, maxSavedEdits, type SavedEdit } from './savedComposer.ts';

/** A held message that is edited, and what the user has made of it. */
export interface HeldEdit {
  readonly message: HeldAddress;
  /** When it came: numbers begin anew with each socket. */
  readonly at: number;
  readonly direction: Direction;
  readonly draft: Draft;
  /** It differs from what came. */
  readonly isChanged: boolean;
  /** The message is not held any more: it went on, or was dropped, without this. */
  readonly isGone: boolean;
}

/** @param isHeld whether that message, which came at that time, is still held */
export type IsHeld = (number: number, at: number) => boolean;

/**
 * The edits of held messages, by the name of their connection. The one that was begun last is the one
 * that is shown; when it ends, the one before it follows. None is lost because its message goes.
 */
export class HeldEdits {
  readonly #edits = new Map<string, readonly HeldEdit[]>();
  /** As they came, to tell what the user has changed; not known of those of an earlier page. */
  readonly #opened = new WeakMap<HeldAddress, EditedBody>();

  constructor(saved: readonly SavedEdit[]) {
    for (const { name, connection, number, at, direction, as, text } of saved) {
      const draft = { ...emptyDraft, kind: as, text };
      const message = { connection, number };
      this.#add(name, { message, at, direction, draft, isChanged: true, isGone: false });
    }
  }

  current(name: string | undefined): HeldEdit | undefined {
    return name === undefined ? undefined : this.#edits.get(name)?.at(-1);
  }

  /** Begins to edit a message, or goes on with it. */
  begin(name: string, message: HeldAddress, { body, direction, at }: HeldBody): void {
    const known = this.#edits
      .get(name)
      ?.find(each => !each.isGone && each.at === at && each.message.number === message.number);
    if (known) {
      this.#without(name, known.message);
      this.#add(name, known);
    } else {
      const draft = { ...emptyDraft, kind: body.as, text: body.text };
      this.#opened.set(message, body);
      this.#add(name, { message, at, direction, draft, isChanged: false, isGone: false });
    }
  }

  /** Takes what the user makes of the current one. */
  change(name: string, draft: Draft): void {
    const edit = this.current(name);
    if (edit) {
      const { as, text } = this.#opened.get(edit.message) ?? {};
      const isChanged = draft.kind !== as || draft.text !== text;
      this.#without(name, edit.message);
      this.#add(name, { ...edit, draft, isChanged });
    }
  }

  end(name: string, message: HeldAddress): void {
    this.#without(name, message);
  }

  /**
   * Ends those of messages that are not held any more and were not changed; the others are marked.
   *
   * @param busy the message whose release is not answered yet
   * @returns those that were marked now
   */
  follow(name: string, isHeld: IsHeld, busy: HeldAddress | undefined): readonly HeldEdit[] {
    const marked: HeldEdit[] = [];
    const edits = this.#edits.get(name) ?? [];
    const kept = edits.flatMap(edit => {
      const { message, at, isGone, isChanged } = edit;
      if (isGone || message === busy || isHeld(message.number, at)) {
        return [edit];
      }
      if (!isChanged) {
        return [];
      }
      const gone = { ...edit, isGone: true };
      marked.push(gone);
      return [gone];
    });
    if (edits.length > 0) {
      this.#edits.set(name, kept);
    }
    return marked;
  }

  /** What outlives the page: what was changed and is not too long. */
  get saved(): readonly SavedEdit[] {
    return [...this.#edits]
      .flatMap(([name, edits]) =>
        edits.flatMap(({ message, at, direction, draft: { kind, text }, isChanged }) => {
          const as = editedKinds.find(each => each === kind);
          return isChanged && as !== undefined && text.length <= maxKeptLength
            ? [{ name, ...message, at, direction, as, text }]
            : [];
        }),
      )
      .slice(-maxSavedEdits);
  }

  #add(name: string, edit: HeldEdit): void {
    this.#edits.set(name, [...(this.#edits.get(name) ?? []), edit]);
  }

  #without(name: string, message: HeldAddress): void {
    const edits = this.#edits.get(name) ?? [];
    this.#edits.set(
      name,
      edits.filter(each => each.message !== message),
    );
  }
}
