import type { Row } from '../../core/capture/capture.ts';
import type { Severity } from '../../core/connection/report.ts';

/** The content of a row about the connection's state. */
export interface ReadStateRow {
  readonly text: string;
  readonly severity: Severity;
  readonly state?: string;
  /** The opening handshake, as recorded; of unknown shape. */
  readonly handshake?: unknown;
  /** Everything else that was recorded with it, in order. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** Reads a state row's JSON. Anything else is shown unchanged. */
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
 * Whether a row has an opening handshake. Only the payload holds it, so the preview is then the
 * shorter of the two.
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
