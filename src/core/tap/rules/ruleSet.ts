import { messageOf } from '../../base/errors.ts';
import { Emitter, type Event } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { boundedRowTest } from '../../filter/boundedMatch.ts';
import type { RowTest } from '../../filter/matcher.ts';
import { RowReader } from '../../filter/rowReader.ts';
import { isSameJson } from '../../json/json.ts';
import type { Direction } from '../../record/record.ts';
import { mayMatch, meansControlFrames, ruleTitle, type TapRule } from './tapRule.ts';

/** A rule and what became of it, as it is shown. */
export interface RuleState {
  /** Names it as long as it is the same rule. */
  readonly id: number;
  readonly rule: TapRule;
  readonly isEnabled: boolean;
  /** How often it took effect, since it was switched on the last time. */
  readonly firedCount: number;
  /** It was added by the user for this session, and is in no settings. */
  readonly isOfSession: boolean;
}

interface Entry {
  readonly id: number;
  readonly rule: TapRule;
  readonly isOfSession: boolean;
  readonly test: RowTest;
  isEnabled: boolean;
  matchCount: number;
  firedCount: number;
  hasSaidWhyNot: boolean;
}

/** A message as rules see it. */
export interface MatchedMessage {
  readonly flags: number;
  readonly at: number;
  readonly payload: Uint8Array;
  /** A ping, a pong, a close frame or a heartbeat of the application. */
  readonly isControl: boolean;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const nothing = { flags: 0, at: 0, size: 0, payload: () => new Uint8Array() };

/**
 * The rules of one tap, for all of its sockets. What the user added for this session comes before
 * those of the settings. A rule that stays the same keeps its counts when the settings change.
 */
export class RuleSet implements Disposable {
  readonly #onDidChange = new Emitter<void>();
  readonly #onDidSwitch = new Emitter<void>();
  readonly #reader = new RowReader(bytes => decoder.decode(bytes));
  #entries: readonly Entry[] = [];
  #nextId = 1;

  /** Rules came, went, or were switched; or one took effect. */
  readonly onDidChange: Event<void> = this.#onDidChange.event;
  /** Rules came, went, or were switched. */
  readonly onDidSwitch: Event<void> = this.#onDidSwitch.event;

  get rules(): readonly RuleState[] {
    return this.#entries.map(({ id, rule, isEnabled, firedCount, isOfSession }) => ({
      id,
      rule,
      isEnabled,
      firedCount,
      isOfSession,
    }));
  }

  /** The rules of the settings, in their order. */
  setRules(rules: readonly TapRule[]): void {
    let old = this.#entries.filter(({ isOfSession }) => !isOfSession);
    const kept = rules.map(rule => {
      const same = old.find(entry => isSameRule(entry.rule, rule));
      old = old.filter(entry => entry !== same);
      return same ?? this.#entryOf(rule, false);
    });
    this.#entries = [...this.#entries.filter(({ isOfSession }) => isOfSession), ...kept];
    this.#switched();
  }

  /** Adds a rule for this session, before all others. One that is there already begins anew. */
  add(rule: TapRule): void {
    const same = this.#entries.find(entry => entry.isOfSession && isSameRule(entry.rule, rule));
    const added = same ?? this.#entryOf(rule, true);
    added.isEnabled = rule.isEnabled;
    startCounting(added);
    this.#entries = [added, ...this.#entries.filter(entry => entry !== same)];
    this.#switched();
  }

  /** Takes a rule of this session away. */
  remove(id: number): void {
    this.#entries = this.#entries.filter(entry => entry.id !== id || !entry.isOfSession);
    this.#switched();
  }

  /** Switches a rule on or off for this session; one that is switched on counts anew. */
  setEnabled(id: number, isEnabled: boolean): void {
    const entry = this.#entries.find(each => each.id === id);
    if (entry && entry.isEnabled !== isEnabled) {
      entry.isEnabled = isEnabled;
      if (isEnabled) {
        startCounting(entry);
      }
      this.#switched();
    }
  }

  /** Whether any rule can apply to messages of that direction. */
  isActive(direction: Direction): boolean {
    return this.#entries.some(
      entry => entry.isEnabled && !isSpent(entry) && mayMatch(entry.rule.condition, direction),
    );
  }

  /**
   * The first rule that matches and is within its limits. It is counted.
   *
   * @param onNotice gets a sentence, once for each rule, if a message could not be matched
   */
  take(message: MatchedMessage, onNotice: (sentence: string) => void): TapRule | undefined {
    const { flags, at, payload } = message;
    this.#reader.read({ flags, at, size: payload.length, payload: () => payload });
    try {
      for (const entry of this.#entries) {
        if (this.#applies(entry, message.isControl, onNotice)) {
          entry.firedCount++;
          this.#onDidChange.fire();
          return entry.rule;
        }
      }
      return undefined;
    } finally {
      // So that no message is kept for longer than it is looked at.
      this.#reader.read(nothing);
    }
  }

  /** Whether the rule is still there and switched on. */
  isInEffect(rule: TapRule): boolean {
    return this.#entries.some(entry => entry.rule === rule && entry.isEnabled);
  }

  dispose(): void {
    this.#onDidChange.dispose();
    this.#onDidSwitch.dispose();
  }

  #switched(): void {
    this.#onDidChange.fire();
    this.#onDidSwitch.fire();
  }

  #applies(entry: Entry, isControl: boolean, onNotice: (sentence: string) => void): boolean {
    const { rule } = entry;
    if (!entry.isEnabled || isSpent(entry) || (isControl && !meansControlFrames(rule))) {
      return false;
    }
    try {
      return entry.test(this.#reader) && ++entry.matchCount > rule.after;
    } catch (error) {
      // Whatever is wrong with a rule, messages are not lost by it.
      if (!entry.hasSaidWhyNot) {
        entry.hasSaidWhyNot = true;
        onNotice(
          `The rule “${ruleTitle(rule)}” was not applied to a message: ${messageOf(error)}. ` +
            'Name what to match by a word, or by a simpler pattern.',
        );
      }
      return false;
    }
  }

  #entryOf(rule: TapRule, isOfSession: boolean): Entry {
    return {
      id: this.#nextId++,
      rule,
      isOfSession,
      test: boundedRowTest(rule.condition),
      isEnabled: rule.isEnabled,
      matchCount: 0,
      firedCount: 0,
      hasSaidWhyNot: false,
    };
  }
}

function startCounting(entry: Entry): void {
  entry.matchCount = 0;
  entry.firedCount = 0;
}

function isSpent({ rule, firedCount }: Entry): boolean {
  return rule.isOnce && firedCount > 0;
}

function isSameRule(one: TapRule, other: TapRule): boolean {
  return isSameJson(plain(one), plain(other));
}

/** As JSON; a regular expression as its text. */
function plain(rule: TapRule): unknown {
  const { action } = rule;
  return action.do === 'replace'
    ? { ...rule, action: { ...action, what: String(action.what) } }
    : rule;
}
