import { bytesJson } from '../../exportForm.ts';
import type { PacketField } from './packetReader.ts';

/** What identifies a client is shown nowhere but in the bytes. */
const secretNames: ReadonlySet<string | number> = new Set(['password', 'authenticationData']);

/**
 * What a packet says beside its payload, as a JSON object. Members that come several times stay, as user properties do.
 *
 * @param first members that no field holds
 */
export function packetJson(fields: readonly PacketField[], first: readonly string[]): string {
  const shown = fields.filter(
    ({ path, type }) => type !== 'payload' && !secretNames.has(path.at(-1) ?? ''),
  );
  return `{${[...first, ...membersOf(shown, 0)].join(',')}}`;
}

/** Paths are short and come from our tables, so that recursion has an end. */
function membersOf(fields: readonly PacketField[], depth: number): readonly string[] {
  return grouped(fields, depth).map(
    ([step, group]) => `${JSON.stringify(step)}:${valueOf(group, depth + 1)}`,
  );
}

function valueOf(group: readonly PacketField[], depth: number): string {
  const [first] = group;
  const step = first?.path[depth];
  if (first && step === undefined) {
    return first.type === 'pair'
      ? `{${group.map(({ text }) => text).join(',')}}`
      : listed(group.map(each => leafOf(each)));
  }
  if (typeof step === 'number') {
    const elements = grouped(group, depth).map(([, each]) => valueOf(each, depth + 1));
    return `[${elements.join(',')}]`;
  }
  return `{${membersOf(group, depth).join(',')}}`;
}

/** Identifiers of subscriptions may be several. */
function listed(values: readonly string[]): string {
  return values.length === 1 ? values.join() : `[${values.join(',')}]`;
}

function leafOf({ text, content }: PacketField): string {
  return content ? bytesJson(content) : text;
}

function grouped(
  fields: readonly PacketField[],
  depth: number,
): readonly (readonly [string | number, readonly PacketField[]])[] {
  const groups = new Map<string | number, PacketField[]>();
  for (const field of fields) {
    const step = field.path[depth] ?? '';
    const group = groups.get(step);
    if (group) {
      group.push(field);
    } else {
      groups.set(step, [field]);
    }
  }
  return [...groups];
}
