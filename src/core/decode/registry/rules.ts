import { isObject } from '../../json/json.ts';
import type { DecodeRule, DecodeStep } from '../decodeRule.ts';
import { readMapping } from '../mapping/readMapping.ts';
import { isDecoderName } from './decoderNames.ts';
import { readProtobufUse } from './protobufUse.ts';
import { readScriptUse } from './scriptUse.ts';
import { matchesUrl } from './urlPattern.ts';

/** A rule of the setting `decoders`, and whom it is for. */
export interface NamedRule extends DecodeRule {
  /** The name of a connection, with `*` for any characters; absent: all. */
  readonly connection?: string;
}

/** Whether another extension brings a decoder of this name along. */
export type IsContributed = (name: string) => boolean;

const members = ['connection', 'url', 'subprotocol', 'direction', 'kind', 'use'];
const maxRules = 1000;
const maxSteps = 8;

/**
 * Reads the setting `decoders`. Rules with an error are left out.
 *
 * @param problems gets a sentence for each error
 * @param isContributed absent: there are only the decoders that are built in
 */
export function readDecodeRules(
  value: unknown,
  problems: string[],
  isContributed: IsContributed = () => false,
): readonly NamedRule[] {
  if (value === undefined) {
    return [];
  }
  if (!Array.isArray(value)) {
    problems.push('"decoders" must be a list of rules.');
    return [];
  }
  return (value as readonly unknown[])
    .slice(0, maxRules)
    .map((each, index) =>
      readRule(each, { place: `"decoders[${index}]"`, problems, isContributed }),
    )
    .filter(rule => rule !== undefined);
}

/** What is read, and where what is wrong with it goes. */
interface Reading {
  /** The rule, for the sentences. */
  readonly place: string;
  readonly problems: string[];
  readonly isContributed: IsContributed;
}

function readRule(value: unknown, reading: Reading): NamedRule | undefined {
  const { place, problems } = reading;
  if (!isObject(value)) {
    problems.push(
      `${place} must be an object such as { "url": "*/socket.io/*", "use": "socketio" }.`,
    );
    return undefined;
  }
  const before = problems.length;
  const unknown = Object.keys(value).filter(name => !members.includes(name));
  if (unknown.length > 0) {
    problems.push(`${place} has the member "${unknown[0] ?? ''}", which is not known.`);
  }
  for (const name of ['connection', 'url', 'subprotocol'] as const) {
    const member = value[name];
    if (member !== undefined && (typeof member !== 'string' || member === '')) {
      problems.push(`"${name}" of ${place} must be a text.`);
    }
  }
  const { direction, kind } = value;
  if (direction !== undefined && direction !== 'in' && direction !== 'out') {
    problems.push(`"direction" of ${place} must be "in" or "out".`);
  }
  if (kind !== undefined && kind !== 'text' && kind !== 'binary') {
    problems.push(`"kind" of ${place} must be "text" or "binary".`);
  }
  const use = readUse(value['use'], reading);
  return problems.length > before || !use ? undefined : { ...value, use };
}

function readUse(value: unknown, reading: Reading): readonly DecodeStep[] | undefined {
  if (value === 'off' || value === 'raw') {
    return [];
  }
  const steps: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (steps.length === 0 || steps.length > maxSteps) {
    const { place, problems } = reading;
    problems.push(`"use" of ${place} takes "off", a decoder, or a list of up to ${maxSteps}.`);
    return undefined;
  }
  const read = steps.map(step => readStep(step, reading));
  return read.every(step => step !== undefined) ? read : undefined;
}

function readStep(value: unknown, reading: Reading): DecodeStep | undefined {
  const { place, problems } = reading;
  if (typeof value === 'string') {
    return readName(value, reading);
  }
  if (isObject(value) && 'map' in value) {
    const { mapping, problems: wrong = [] } = readMapping(value['map']);
    problems.push(...wrong.map(({ path, message }) => `"map" of ${place}, ${path}: ${message}`));
    return mapping && { map: mapping };
  }
  if (isObject(value) && 'protobuf' in value) {
    const use = readProtobufUse(value['protobuf'], place, problems);
    return use && { protobuf: use };
  }
  if (isObject(value) && 'script' in value) {
    const script = readScriptUse(value, place, problems);
    return script === undefined ? undefined : { script };
  }
  if (isObject(value) && typeof value['at'] === 'string') {
    const as = value['as'];
    if (!value['at'].startsWith('$')) {
      problems.push(`"at" of ${place} must be a path such as $.data.`);
      return undefined;
    }
    const known = as === undefined ? undefined : readName(as, reading);
    return as !== undefined && known === undefined
      ? undefined
      : { at: value['at'], ...(known !== undefined && { as: known }) };
  }
  problems.push(
    `"use" of ${place} takes names of decoders, { "at": "$.path", "as": "base64" }, { "map": { … } }, { "protobuf": { … } } or { "script": "decoder.mjs" }.`,
  );
  return undefined;
}

function readName(value: unknown, { place, problems, isContributed }: Reading): string | undefined {
  if (typeof value === 'string' && (isDecoderName(value) || isContributed(value))) {
    return value;
  }
  const why =
    typeof value === 'string'
      ? 'which is not built in, and which no extension that is installed contributes'
      : 'which is no name';
  problems.push(`"use" of ${place} names the decoder ${JSON.stringify(value)}, ${why}.`);
  return undefined;
}

/** The rules that may be for a connection of this name, without the name. */
export function rulesFor(name: string, rules: readonly NamedRule[]): readonly DecodeRule[] {
  return rules
    .filter(({ connection }) => connection === undefined || matchesUrl(connection, name))
    .map(({ url, subprotocol, direction, kind, use }) => ({
      ...(url !== undefined && { url }),
      ...(subprotocol !== undefined && { subprotocol }),
      ...(direction && { direction }),
      ...(kind && { kind }),
      use,
    }));
}
