import type { Row } from '../../core/capture/capture.ts';
import type { Severity } from '../../core/connection/report.ts';

/** What a row about the connection's state says. */
export interface ReadStateRow {
  readonly text: string;
  readonly severity: Severity;
  readonly state?: string;
  /** What was asked and answered, of whatever shape. */
  readonly handshake?: unknown;
  /** Everything else that was recorded with it, in order. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** Reads a state row's JSON. What is not of its shape is shown as it stands. */
export function readStateRow(json: string): ReadStateRow {
  const value = parse(json);
  if (typeof value !== 'object' || value === null) {
    return { text: json, severity: 'info', facts: [] };
  }
  const { text, severity, state, handshake, ...rest } = value as Record<string, unknown>;
  if (typeof text !== 'string') {
    return { text: json, severity: 'info', facts: [] };
  }
  return {
    text,
    severity: severity === 'warning' || severity === 'error' ? severity : 'info',
    ...(typeof state === 'string' ? { state } : {}),
    ...(handshake === undefined ? {} : { handshake }),
    facts: Object.entries(rest).map(([name, fact]) => [name, wordsOf(fact)] as const),
  };
}

const encoder = new TextEncoder();

/**
 * Whether a row tells of an opening handshake: only the payload holds that, so the preview is then
 * the shorter of the two.
 */
export function hasHandshake({ kind, preview, byteLength }: Row): boolean {
  return (
    kind === 'state' &&
    encoder.encode(preview).length < byteLength &&
    readStateRow(preview).state !== undefined
  );
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function wordsOf(fact: unknown): string {
  return typeof fact === 'string' ? fact : JSON.stringify(fact);
}
