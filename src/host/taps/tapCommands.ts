import { env, l10n, Uri } from 'vscode';
import { isCancellation, UserError } from '../../core/base/errors.ts';
import type { Logger } from '../../core/base/logger.ts';
import { isObject } from '../../core/json/json.ts';
import { tapFor, type TapProfile } from '../../core/settings/taps/tapProfile.ts';
import type { NetworkSetting } from '../../core/settings/taps/networkSetting.ts';
import { tapTable } from '../../core/settings/taps/tapTable.ts';
import { problemWith } from '../../core/settings/settingsTable.ts';
import { openSetting } from '../settings/openSetting.ts';
import { inform, showInformation, showWarning } from '../ui/notify.ts';
import { pickOne } from '../ui/prompts.ts';
import { targetName, TreeTarget } from '../ui/trees.ts';
import { unwaited } from '../ui/unwaited.ts';
import { isPortTaken } from './portTaken.ts';
import { askNetwork } from './networkMenu.ts';
import { pickTap } from './pickTap.ts';
import type { Tap } from './tap.ts';
import { tapDescription } from './tapWords.ts';
import { noSuchTap, type Taps } from './taps.ts';

export interface TapCommandParts {
  readonly taps: Taps;
  readonly log: Logger;
  /** Whether taps of the workspace count only once it is trusted. The editor hides whether it has any. */
  readonly areTapsIgnored: () => boolean;
}

/** The result of starting a tap. */
export interface TapResult {
  readonly name: string;
  /** For programs on this machine, without a final slash. */
  readonly url: string;
  readonly port: number;
}

/**
 * Starts a tap: the one of that name, or one for an object as in the setting `taps`. Without it, the
 * user is asked.
 */
export async function startTap(parts: TapCommandParts, target?: unknown): Promise<TapResult> {
  const named = targetName(target);
  const isAsked = target === undefined || target instanceof TreeTarget;
  const tap = named === undefined ? await choose(parts) : tapNamed(parts, named);
  const wasRunning = tap.isRunning;
  await (isAsked ? startAsked(tap) : tap.start());
  const result = resultOf(tap);
  if (isAsked && !wasRunning) {
    unwaited('The address of a tap', parts.log, tellAddress(tap));
  }
  return result;
}

/** Stops a tap; resolves to what it was, or to `undefined` if none was running. */
export async function stopTap(
  parts: TapCommandParts,
  target?: unknown,
): Promise<TapResult | undefined> {
  const { taps } = parts;
  if (target === undefined && taps.running.length === 0) {
    return undefined;
  }
  const tap = await runningTap(parts, target, l10n.t('Select the tap to stop'));
  const result = tap.isRunning ? resultOf(tap) : undefined;
  await tap.stop();
  return result;
}

/** Copies the address of a running tap, with its token; resolves to it. */
export async function copyTapUrl(parts: TapCommandParts, target?: unknown): Promise<string> {
  const tap = await runningTap(parts, target, l10n.t('Select the tap whose URL to copy'));
  const isAsked = target === undefined || target instanceof TreeTarget;
  const [own, external] = [tap.address(), tap.externalAddress()];
  const url = isAsked && own !== external ? await pickAddress(own, external) : external;
  await env.clipboard.writeText(url);
  if (isAsked) {
    inform('information', [l10n.t('Copied {0}'), url]);
  }
  return url;
}

/** Opens a running tap in the user's browser; resolves to the address. */
export async function openTapUrl(parts: TapCommandParts, target?: unknown): Promise<string> {
  const tap = await runningTap(parts, target, l10n.t('Select the tap to open'));
  const url = tap.address('http');
  // The editor itself finds out what the address is for the user's browser.
  if (!(await env.openExternal(Uri.parse(`${url}/`)))) {
    throw new UserError(l10n.t('The browser was not opened. The address is {0}', url));
  }
  return url;
}

/** Chooses a bad network for a tap, or the one that is given: a preset's name, an object as in the settings, or "off". */
export async function setTapNetwork(parts: TapCommandParts, target?: unknown): Promise<void> {
  const given = targetName(target);
  if (isObject(given)) {
    tapNamed(parts, given['name']).setNetwork(networkFrom(given['network']));
    return;
  }
  const tap = given === undefined ? await anyTap(parts) : tapNamed(parts, given);
  tap.setNetwork(await askNetwork(tap));
}

/** Removes a tap that is in no settings from the tree. */
export function removeTap(parts: TapCommandParts, target?: unknown): void {
  parts.taps.remove(tapNamed(parts, targetName(target)));
}

/** Opens the setting that a tap is in. */
export async function openTapSettings(parts: TapCommandParts, target?: unknown): Promise<void> {
  await openSetting('taps', tapNamed(parts, targetName(target)).profile.scope);
}

interface UrlWish {
  readonly name?: string;
  readonly path: string;
  readonly scheme?: 'ws' | 'http';
}

/**
 * Starts a tap if it does not run, and resolves to its URL: for `${input:…}` of launch.json and tasks.json.
 *
 * @throws UserError also if the user cancels: the editor shows it, and starts nothing
 */
export async function tapUrl(parts: TapCommandParts, target?: unknown): Promise<string> {
  const { name, path, scheme } = wishOf(targetName(target));
  try {
    const tap = name === undefined ? await onlyOrChosen(parts) : tapNamed(parts, name);
    await tap.start();
    return `${tap.address(scheme)}${path}`;
  } catch (error) {
    if (isCancellation(error)) {
      throw new UserError(l10n.t('Nothing was started, because no tap was chosen.'), {
        cause: error,
      });
    }
    throw error;
  }
}

async function startAsked(tap: Tap): Promise<void> {
  try {
    await tap.start();
  } catch (error) {
    const { port } = tap.profile.values;
    if (port === undefined || !isPortTaken(error)) {
      throw error;
    }
    const other = l10n.t('Use Another Port');
    const settings = l10n.t('Open Settings');
    const sentence = [
      l10n.t('The port {0} of the tap "{1}" is in use by another program.'),
      port,
      tap.name,
    ] as const;
    const chosen = tap.profile.isConfigured
      ? await showWarning(sentence, other, settings)
      : await showWarning(sentence, other);
    if (chosen === other) {
      await tap.start(0);
      return;
    }
    if (chosen === settings) {
      await openSetting('taps', tap.profile.scope);
    }
    throw error;
  }
}

async function tellAddress(tap: Tap): Promise<void> {
  const [open, copy] = [l10n.t('Open in Browser'), l10n.t('Copy URL')];
  const url = tap.externalAddress();
  const sentence = [
    l10n.t('The tap "{0}" passes {1} on to {2}'),
    tap.name,
    url,
    tap.profile.upstream.url,
  ] as const;
  const actions = tap.isForPages ? [open, copy] : [copy];
  const chosen = await showInformation(sentence, ...actions);
  if (chosen === open) {
    await env.openExternal(Uri.parse(`${tap.address('http')}/`));
  } else if (chosen === copy) {
    await env.clipboard.writeText(url);
  }
}

function resultOf(tap: Tap): TapResult {
  return { name: tap.name, url: tap.address(), port: tap.port ?? 0 };
}

async function choose({ taps, areTapsIgnored }: TapCommandParts): Promise<Tap> {
  const picked = await pickTap(taps, areTapsIgnored());
  return picked.kind === 'tap' ? picked.tap : taps.open(profileOf({ upstream: picked.url }));
}

async function onlyOrChosen(parts: TapCommandParts): Promise<Tap> {
  const { all } = parts.taps;
  const [only, ...others] = all;
  if (!only) {
    return choose(parts);
  }
  return others.length === 0
    ? only
    : pickFrom(all, l10n.t('Select the tap that the program connects to'));
}

/** @throws UserError if there is no such tap, or if an object is no tap */
function tapNamed({ taps, areTapsIgnored }: TapCommandParts, target: unknown): Tap {
  if (isObject(target)) {
    return taps.open(profileOf(target));
  }
  if (typeof target !== 'string') {
    throw new UserError(
      l10n.t(
        'Pass the name of a tap, or an object with an upstream such as "http://localhost:5173".',
      ),
    );
  }
  const tap = taps.find(target);
  if (!tap) {
    throw noSuchTap(target, taps.all, areTapsIgnored());
  }
  return tap;
}

function profileOf(entry: object): TapProfile {
  const problems: string[] = [];
  const profile = tapFor(entry, problems);
  if (!profile || problems.length > 0) {
    throw new UserError(problems.join(' '));
  }
  return profile;
}

async function runningTap(
  parts: TapCommandParts,
  target: unknown,
  placeHolder: string,
): Promise<Tap> {
  const named = targetName(target);
  if (named !== undefined) {
    if (typeof named !== 'string') {
      throw new UserError(l10n.t('Pass the name of a tap.'));
    }
    return tapNamed(parts, named);
  }
  const { running } = parts.taps;
  const [only, ...others] = running;
  if (!only) {
    throw new UserError(l10n.t('No tap is running. Run "Start Tap…" first.'));
  }
  return others.length === 0 ? only : pickFrom(running, placeHolder);
}

/** @throws UserError if it is no network */
function networkFrom(given: unknown): NetworkSetting | undefined {
  if (given === 'off' || given === undefined) {
    return undefined;
  }
  const problem = problemWith(tapTable.network, given);
  if (problem !== undefined) {
    throw new UserError(`network ${problem}.`);
  }
  return given as NetworkSetting;
}

async function anyTap({ taps }: TapCommandParts): Promise<Tap> {
  const [only, ...others] = taps.running.length > 0 ? taps.running : taps.all;
  if (!only) {
    throw new UserError(l10n.t('There is no tap. Run "Start Tap…" first.'));
  }
  return others.length === 0 ? only : pickFrom([only, ...others], l10n.t('Select the tap'));
}

async function pickFrom(taps: readonly Tap[], placeHolder: string): Promise<Tap> {
  const items = taps.map(tap => ({ label: tap.name, description: tapDescription(tap), tap }));
  return (await pickOne(items, { placeHolder })).tap;
}

async function pickAddress(own: string, external: string): Promise<string> {
  const items = [
    { label: l10n.t('For a browser on this computer'), detail: external, url: external },
    { label: l10n.t('For programs on the machine of the workspace'), detail: own, url: own },
  ];
  return (await pickOne(items, { placeHolder: l10n.t('Select the URL to copy') })).url;
}

function wishOf(target: unknown): UrlWish {
  if (target === undefined) {
    return { path: '' };
  }
  if (typeof target === 'string') {
    return { name: target, path: '' };
  }
  const { name, path = '', scheme } = isObject(target) ? target : { name: 0 };
  const isUsable =
    (name === undefined || typeof name === 'string') &&
    typeof path === 'string' &&
    /^(\/[^\s#]*)?$/.test(path) &&
    (scheme === undefined || scheme === 'ws' || scheme === 'http');
  if (!isUsable) {
    throw new UserError(
      l10n.t(
        'The arguments of tapUrl are "name" (a tap), "path" (begins with a slash) and "scheme" ("ws" or "http").',
      ),
    );
  }
  return {
    path,
    ...(name !== undefined && { name }),
    ...(scheme !== undefined && { scheme }),
  };
}
