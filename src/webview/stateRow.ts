import type { Severity } from '../core/connection/report.ts';

/** What a row about the connection's state says. */
export interface ReadStateRow {
  readonly text: string;
  readonly severity: Severity;
  readonly state?: string;
  /** Everything else that was recorded with it, in order. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** Reads a state row's JSON. What is not of its shape is shown as it stands. */
export function readStateRow(json: string): ReadStateRow {
  const value = parse(json);
  if (typeof value !== 'object' || value === null) {
    return { text: json, severity: 'info', facts: [] };
  }
  const { text, severity, state, ...rest } = value as Record<string, unknown>;
  if (typeof text !== 'string') {
    return { text: json, severity: 'info', facts: [] };
  }
  return {
    text,
    severity: severity === 'warning' || severity === 'error' ? severity : 'info',
    ...(typeof state === 'string' ? { state } : {}),
    facts: Object.entries(rest).map(([name, fact]) => [name, wordsOf(fact)] as const),
  };
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
