import type { Asked, Reading } from './reading.ts';

/**
 * What two decoders of a chain say together: facts of the first of them that knows one, and the value of the
 * last.
 *
 * @param outer has handed the layer on that `inner` was read from
 */
export function mergeReadings(outer: Reading, inner: Reading): Reading {
  const hasFacts = outer.type !== undefined || outer.name !== undefined || outer.call !== undefined;
  const { lead } = outer;
  const summary = !hasFacts
    ? inner.summary
    : lead
      ? (asked?: Asked) => `${lead(asked)} ${inner.summary(asked)}`.trimEnd()
      : outer.summary;
  return {
    type: outer.type ?? inner.type,
    name: outer.name ?? inner.name,
    topic: outer.topic ?? inner.topic,
    id: outer.id ?? inner.id,
    severity: worse(outer.severity, inner.severity),
    isHeartbeat: outer.isHeartbeat ?? inner.isHeartbeat,
    summary,
    value: inner.value ?? outer.value,
    envelope: outer.envelope ?? inner.envelope,
    fields: outer.fields ?? inner.fields,
    problem: outer.problem ?? inner.problem,
    call: outer.call ?? inner.call,
    records: outer.records ?? inner.records,
    range: outer.range,
    parts: joined(outer.parts, inner.parts),
    partOf: outer.partOf === undefined ? inner.partOf : outer.partOf,
    withParts: outer.withParts ?? inner.withParts,
    beginning: inner.beginning,
  };
}

function worse(one: Reading['severity'], other: Reading['severity']): Reading['severity'] {
  return one === 'error' || other === 'error' ? 'error' : (one ?? other);
}

function joined(
  one: readonly number[] | undefined,
  other: readonly number[] | undefined,
): readonly number[] | undefined {
  return one && other ? [...new Set([...one, ...other])] : (one ?? other);
}
