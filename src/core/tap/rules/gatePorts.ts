import type { Clock } from '../../base/clock.ts';
import type { Direction } from '../../record/record.ts';
import type { GateOutlet, GateSink } from '../gate.ts';
import type { RuleSet } from './ruleSet.ts';

export interface GatesPorts {
  readonly clock: Clock;
  readonly rules: RuleSet;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly uuid: () => string;
  /** The heartbeat messages of the settings, which are never held. */
  readonly heartbeatTexts: () => readonly string[];
}

export interface DirectionGatePorts extends GatesPorts {
  readonly direction: Direction;
  readonly outlet: GateOutlet;
  readonly sink: GateSink;
  readonly isEngineIo: boolean;
  readonly nextNumber: () => number;
  readonly onDidChange: () => void;
  /** A rule has closed both sides. */
  readonly onClose: () => void;
}
