import { l10n, ThemeIcon } from 'vscode';
import {
  mostKilobytes,
  mostLatency,
  networkFaults,
  networkName,
  networkPresets,
  presetNetworks,
  type CustomNetwork,
  type NetworkSetting,
} from '../../core/settings/taps/networkSetting.ts';
import { askText, pickOne, type Choice } from '../ui/prompts.ts';
import type { Tap } from './tap.ts';

type Item = Choice & {
  readonly choose: () => NetworkSetting | undefined | Promise<NetworkSetting>;
};

/** Offers bad networks for a tap. Rejects with a CancellationError if the user chooses none. */
export async function askNetwork(tap: Tap): Promise<NetworkSetting | undefined> {
  const current = tap.network;
  const iconOf = (isCurrent: boolean) => ({
    iconPath: new ThemeIcon(isCurrent ? 'check' : 'blank'),
  });
  const items: Item[] = [
    ...networkPresets.map(preset => ({
      label: networkName(preset),
      description: networkFaults(preset),
      choose: () => preset,
      ...iconOf(current === preset),
    })),
    {
      label: l10n.t('Custom…'),
      description: typeof current === 'object' ? networkFaults(current) : '',
      choose: () => askFaults(current),
      ...iconOf(typeof current === 'object'),
    },
    {
      label: l10n.t('Off'),
      description: l10n.t('the network as it is'),
      choose: () => undefined,
      ...iconOf(current === undefined),
    },
  ];
  const { choose } = await pickOne(items, {
    title: [l10n.t('WebSocket Monitor: Network of the Tap "{0}"'), tap.name],
    placeHolder: l10n.t('Select how bad the network between client and tap is'),
  });
  return choose();
}

/** Asks for the faults one after the other; those that have no question stay as they are. */
async function askFaults(current: NetworkSetting | undefined): Promise<CustomNetwork> {
  const known = typeof current === 'string' ? presetNetworks[current] : (current ?? {});
  const ask = (prompt: string, most: number, value: number | undefined, step: number) =>
    askNumber({ prompt, most, value: value ?? 0, step });
  const latency = await ask(
    l10n.t('Latency in milliseconds, in each direction'),
    mostLatency,
    known.latency,
    1,
  );
  const jitter = await ask(
    l10n.t('Jitter in milliseconds: at random up to this much more or less'),
    mostLatency,
    known.jitter,
    2,
  );
  const rate = await ask(
    l10n.t('Rate in KB/s, in each direction; 0 for no limit'),
    mostKilobytes,
    known.rate,
    3,
  );
  const after = await ask(
    l10n.t('Reset each connection after this many seconds; 0 for never'),
    mostReset,
    known.reset?.after,
    4,
  );
  return {
    ...known,
    latency,
    jitter,
    rate: rate === 0 ? undefined : rate,
    reset:
      after === 0 && known.reset?.bytes === undefined
        ? undefined
        : { ...known.reset, after: after === 0 ? undefined : after },
  };
}

/** A day, in seconds. */
const mostReset = 86_400;

interface NumberQuestion {
  readonly prompt: string;
  readonly most: number;
  readonly value: number;
  readonly step: number;
}

async function askNumber({ prompt, most, value, step }: NumberQuestion): Promise<number> {
  const text = await askText({
    title: l10n.t('WebSocket Monitor: Custom Network ({0}/4)', step),
    prompt,
    value: String(value),
    validate: typed =>
      isNumber(typed, most) ? undefined : l10n.t('Enter a number from 0 to {0}.', most),
  });
  return Number(text.trim());
}

function isNumber(typed: string, most: number): boolean {
  return /^\s*\d+(\.\d+)?\s*$/.test(typed) && Number(typed) <= most;
}
