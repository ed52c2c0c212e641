import { l10n } from 'vscode';
import { networkFaults, networkName } from '../../core/settings/taps/networkSetting.ts';
import type { RuleState } from '../../core/tap/rules/ruleSet.ts';
import { ruleTitle } from '../../core/tap/rules/tapRule.ts';
import type { Tap } from './tap.ts';

/**
 * A tap in one line, which a narrow view cuts: first what its name and icon do not say, the port, a bad
 * network and rules; then its state, and the upstream or what is wrong.
 */
export function tapDescription(tap: Tap): string {
  const { network, port, problem, used } = tap;
  const word = tapStateWord(tap);
  return [
    ...(port === undefined ? [] : [`:${port}`]),
    ...(network === undefined ? [] : [networkName(network)]),
    ...rulesInShort(tap.rules.rules),
    ...(problem === undefined ? [`${word} → ${used.upstream.url}`] : [word, problem]),
  ].join(' · ');
}

/** Whether something happens to messages: nothing for rules that are all off. */
function rulesInShort(rules: readonly RuleState[]): readonly string[] {
  const on = rules.filter(({ isEnabled }) => isEnabled);
  if (on.length === 0) {
    return [];
  }
  const count = on.length === 1 ? l10n.t('1 rule') : l10n.t('{0} rules', on.length);
  return on.some(({ rule }) => rule.action.do === 'hold') ? [l10n.t('holds'), count] : [count];
}

export function tapStateWord({ state, problem }: Pick<Tap, 'state' | 'problem'>): string {
  switch (state) {
    case 'stopped':
      return problem === undefined ? l10n.t('stopped') : l10n.t('failed');
    case 'starting':
      return l10n.t('starting');
    case 'running':
      return l10n.t('running');
    case 'stopping':
      return l10n.t('stopping');
  }
}

/** How often a rule took effect, whether it is off, and whether it ends with the session. */
export function ruleFacts({ isEnabled, firedCount, isOfSession }: RuleState): string {
  return [
    ...(isEnabled ? [] : [l10n.t('off')]),
    firedCount === 1 ? l10n.t('took effect once') : l10n.t('took effect {0} times', firedCount),
    ...(isOfSession ? [l10n.t('for this session')] : []),
  ].join(' · ');
}

/** All that is known of a tap, in paragraphs. */
export function tapParagraphs(tap: Tap): readonly string[] {
  const { name, profile, used, network, openSockets, problem } = tap;
  const { upstream, routes } = used;
  const next = profile.upstream.url;
  return [
    name,
    tap.isRunning
      ? l10n.t('Passes {0} on to {1}. Open sockets: {2}.', tap.address(), upstream.url, openSockets)
      : l10n.t('Not running. It would pass everything on to {0}.', upstream.url),
    ...(next === upstream.url
      ? []
      : [
          l10n.t('The settings have changed. Started again, it passes everything on to {0}.', next),
        ]),
    ...routes.map(route => l10n.t('{0} goes to {1}', route.prefix, route.upstream.url)),
    ...(network === undefined
      ? []
      : [l10n.t('Network: {0} ({1})', networkName(network), networkFaults(network))]),
    ...tap.rules.rules.map(state => `${ruleTitle(state.rule)}: ${ruleFacts(state)}`),
    ...(problem === undefined ? [] : [problem]),
  ];
}
