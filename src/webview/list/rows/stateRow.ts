import type { Row } from '../../../core/capture/capture.ts';
import type { Severity } from '../../../core/connection/report.ts';

/** The content of a row about the connection's state. */
export interface ReadStateRow {
  readonly text: string;
  readonly severity: Severity;
  readonly state?: string;
  /** How long the connection was lost before it: `7.4 s`. */
  readonly outage?: string;
  /** The opening handshake, as recorded; of unknown shape. */
  readonly handshake?: unknown;
  /** What a run of a saved message or sequence did, as recorded; of unknown shape. */
  readonly run?: unknown;
  /** The debugged program that has the socket, as recorded; of unknown shape. */
  readonly watch?: unknown;
  /** Everything else that was recorded with it, in order. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** Reads a state row's JSON. Anything else is shown unchanged. */
export function readStateRow(json: string): ReadStateRow {
  const value = parse(json);
  if (typeof value !== 'object' || value === null) {
    return { text: json, severity: 'info', facts: [] };
  }
  const { text, severity, state, handshake, run, watch, ...rest } = value as Record<
    string,
    unknown
  >;
  if (typeof text !== 'string') {
    return { text: json, severity: 'info', facts: [] };
  }
  return {
    text,
    severity: severity === 'warning' || severity === 'error' ? severity : 'info',
    ...(typeof state === 'string' ? { state } : {}),
    ...(typeof rest['outage'] === 'string' ? { outage: rest['outage'] } : {}),
    ...(handshake === undefined ? {} : { handshake }),
    ...(run === undefined ? {} : { run }),
    ...(watch === undefined ? {} : { watch }),
    facts: Object.entries(rest).map(([name, fact]) => [name, wordsOf(fact)] as const),
  };
}

const encoder = new TextEncoder();

/**
 * Whether a row has an opening handshake. Only the payload holds it, so the preview is then the
 * shorter of the two.
 */
export function hasHandshake({ kind, preview, byteLength }: Row): boolean {
  if (kind !== 'state' || encoder.encode(preview).length >= byteLength) {
    return false;
  }
  const { state, run, watch } = readStateRow(preview);
  // The steps of a run and the calls that opened a socket are left out of previews too.
  return state !== undefined && run === undefined && watch === undefined;
}

/** Whether a row tells of a run of a saved message or sequence, and how far that was. */
export function runPhase({ run }: ReadStateRow): string | undefined {
  const phase: unknown = typeof run === 'object' && run !== null && 'phase' in run && run.phase;
  return typeof phase === 'string' ? phase : undefined;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function wordsOf(fact: unknown): string {
  if (typeof fact === 'string') {
    return fact;
  }
  try {
    return JSON.stringify(fact);
  } catch {
    return '…'; // A file may nest it deeper than can be written.
  }
}
