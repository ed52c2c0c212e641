import type { Asked, Reading } from './reading.ts';

/**
 * What two decoders of a chain say together: facts of the first of them that knows one, and the value of the
 * last.
 *
 * @param outer has handed the layer on that `inner` was read from
 */
export function mergeReadings(outer: Reading, inner: Reading): Reading {
  const { lead, givesWay = false } = outer;
  const [first, second] = givesWay ? [inner, outer] : [outer, inner];
  const summary =
    givesWay || !hasFacts(outer)
      ? inner.summary
      : lead
        ? (asked?: Asked) => `${lead(asked)} ${inner.summary(asked)}`.trimEnd()
        : outer.summary;
  return {
    type: first.type ?? second.type,
    fullType: first.type === undefined ? second.fullType : first.fullType,
    name: first.name ?? second.name,
    topic: first.topic ?? second.topic,
    id: first.id ?? second.id,
    severity: worse(outer.severity, inner.severity),
    isHeartbeat: outer.isHeartbeat ?? inner.isHeartbeat,
    summary,
    // A protocol within says itself what is the value; what is only a format may have failed to read it.
    value: inner.value ?? (hasFacts(inner) ? undefined : outer.value),
    envelope: outer.envelope ?? inner.envelope,
    fields: outer.fields ?? inner.fields,
    problem: outer.problem ?? inner.problem,
    call: outer.call ?? inner.call,
    moreCalls: outer.call ? outer.moreCalls : inner.moreCalls,
    asks: outer.call ? outer.asks : inner.asks,
    records: outer.records ?? inner.records,
    range: outer.range,
    parts: joined(outer.parts, inner.parts),
    partOf: outer.partOf === undefined ? inner.partOf : outer.partOf,
    withParts: outer.withParts ?? inner.withParts,
    beginning: inner.beginning,
  };
}

function hasFacts({ type, name, call }: Reading): boolean {
  return type !== undefined || name !== undefined || call !== undefined;
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
