import { l10n, ThemeIcon } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { isObject, isSameJson } from '../../core/json/json.ts';
import { matchLike } from '../../core/tap/rules/likeRow.ts';
import { readRules, type TapRule } from '../../core/tap/rules/tapRule.ts';
import { settingIn } from '../settings/settingValues.ts';
import type { SettingsFiles } from '../settings/settingsFile.ts';
import type { Slot } from '../slots/slot.ts';
import type { Tap } from '../taps/tap.ts';
import type { Taps } from '../taps/taps.ts';
import { inform } from '../ui/notify.ts';
import { askText, pickOne } from '../ui/prompts.ts';
import { targetName } from '../ui/trees.ts';

export interface RuleParts {
  readonly taps: Taps;
  readonly files: Pick<SettingsFiles, 'write'>;
}

/** Times have no place in a rule. */
const noTime = { now: 0, startOfDay: 0 };

/** A row is matched by its beginning. */
const maxReadBytes = 256 * 1024;
const decoder = new TextDecoder();

/**
 * Proposes a rule that holds messages like a row of a slot, and adds it where the user wants.
 *
 * @throws UserError if the slot is of no tap; CancellationError if the user cancels
 */
export async function addRuleLike(parts: RuleParts, slot: Slot, seq: number): Promise<void> {
  const tap = slot.owner.kind === 'tap' ? parts.taps.find(slot.owner.id) : undefined;
  if (!tap) {
    throw new UserError(l10n.t('Messages can be held in a tap only.'));
  }
  const [row] = await slot.capture.rows(seq, 1);
  const part = await slot.capture.payload(seq, 0, maxReadBytes);
  if (row?.seq !== seq || !part) {
    throw new UserError(l10n.t('This message is no longer in the capture.'));
  }
  const text = row.kind === 'text' ? decoder.decode(part.bytes) : undefined;
  await askAndAdd(parts, tap, matchLike(row.direction, text));
}

/**
 * Adds a rule to a tap: `{ tap, rule }` for this session; of a tap alone, the user is asked what to hold.
 *
 * @throws UserError if there is no such tap, or the rule has an error
 */
export async function addTapRule(parts: RuleParts, target?: unknown): Promise<void> {
  const given = targetName(target);
  if (isObject(given) && 'rule' in given) {
    tapOf(parts, given['tap']).rules.add(ruleFrom(given['rule']));
    return;
  }
  await askAndAdd(parts, await tapFrom(parts, given));
}

/** The tap of that name; if none is named, the only one, or the one that the user chooses. */
export async function tapFrom(parts: RuleParts, name: unknown): Promise<Tap> {
  return name === undefined ? chooseTap(parts) : tapOf(parts, name);
}

/** Asks what to hold in a tap, and where to keep the rule if there is a choice; then adds it. */
export async function askAndAdd(
  parts: RuleParts,
  tap: Tap,
  proposed = 'in: kind:text',
): Promise<void> {
  const match = await askText({
    title: l10n.t('WebSocket Monitor: Hold Messages in the Tap "{0}"', tap.name),
    prompt: l10n.t('Messages that match this filter are held until you release them'),
    value: proposed,
    validate: text => problemOf({ match: text, do: 'hold' }),
  });
  const entry = { match, do: 'hold' };
  const session = {
    label: l10n.t('For this session'),
    description: l10n.t('until the window is closed'),
    iconPath: new ThemeIcon('watch'),
    add: () => {
      tap.rules.add(ruleFrom(entry));
      return Promise.resolve();
    },
  };
  const stored = {
    label: l10n.t('In the settings of the tap'),
    description: JSON.stringify(entry),
    iconPath: new ThemeIcon('settings-gear'),
    add: () => writeRule(parts, tap, entry),
  };
  const { add } = isWritable(tap)
    ? await pickOne([session, stored], {
        title: [l10n.t('WebSocket Monitor: Add the Rule "{0}"'), `hold ${match}`],
        placeHolder: l10n.t('Select where the rule is kept'),
      })
    : session;
  await add();
  inform('information', [
    l10n.t('Held from now on in the tap "{0}": {1}. "Rules of Tap…" switches it off.'),
    tap.name,
    match,
  ]);
}

/** Of the settings of one folder among several, the file is not known. */
function isWritable({ profile }: Tap): boolean {
  return profile.isConfigured && profile.folder === undefined;
}

/** Before the other rules, so that it decides. */
async function writeRule({ files }: RuleParts, tap: Tap, entry: object): Promise<void> {
  const { scope, entry: own } = tap.profile;
  const taps = settingIn(scope, 'taps');
  const index = Array.isArray(taps) ? taps.findIndex(each => isSameJson(each, own)) : -1;
  if (index < 0) {
    throw new UserError(l10n.t('The tap "{0}" is no longer in the settings.', tap.name));
  }
  const rules: unknown = isObject(own) ? own['rules'] : undefined;
  const count = Array.isArray(rules) ? rules.length : 0;
  const path = [index, 'rules'];
  await files.write(scope, [
    { setting: 'taps', kind: 'append', path, value: entry },
    ...(count > 0 ? [{ setting: 'taps', kind: 'move', path, from: count, to: 0 } as const] : []),
  ]);
}

function problemOf(entry: unknown): string | undefined {
  const problems: string[] = [];
  readRules([entry], l10n.t('The rule'), noTime, problems);
  return problems[0];
}

/** @throws UserError with what is wrong */
function ruleFrom(entry: unknown): TapRule {
  const problems: string[] = [];
  const [rule] = readRules([entry], l10n.t('The rule'), noTime, problems);
  if (!rule) {
    throw new UserError(problems.join(' '));
  }
  return rule;
}

function tapOf({ taps }: RuleParts, name: unknown): Tap {
  const found = typeof name === 'string' ? taps.find(name) : undefined;
  if (!found) {
    throw new UserError(l10n.t('There is no tap "{0}".', String(name)));
  }
  return found;
}

async function chooseTap({ taps }: RuleParts): Promise<Tap> {
  const [only, ...others] = taps.all;
  if (!only) {
    throw new UserError(l10n.t('There is no tap. Start one first.'));
  }
  const choices = taps.all.map(tap => ({ label: tap.name, tap }));
  return others.length === 0
    ? only
    : (await pickOne(choices, { title: l10n.t('WebSocket Monitor: Select a Tap') })).tap;
}
