import { readBase64 } from '../../base/base64.ts';
import { parseFilter } from '../../filter/parseFilter.ts';
import type { PathStep } from '../../json/jsonPath.ts';
import { jsonText } from '../../json/exactNumber.ts';
import { isObject } from '../../json/json.ts';
import { readJson } from '../../json/readJson.ts';
import { base64 } from '../codecs/base64.ts';
import { compressionDecoders } from '../codecs/compression.ts';
import type { InflatePorts } from '../codecs/inflate.ts';
import { zlibStream } from '../codecs/zlibStream.ts';
import type { DecodeStep } from '../decodeRule.ts';
import type { AnyDecoder, Decoder } from '../decoder.ts';
import { Layer } from '../layer.ts';
import { byteCount, oneLine } from '../summaryText.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { valueIn } from '../mapping/valueIn.ts';
import { mappingDecoder } from '../mapping/mappingDecoder.ts';
import { presetDecoder, presets } from '../mapping/presets.ts';
import { centrifugeProtobuf } from '../protobuf/centrifuge.ts';
import { grpcWeb } from '../protobuf/grpcWeb.ts';
import { protobuf } from '../protobuf/protobuf.ts';
import { protobufRaw } from '../protobuf/protobufRaw.ts';
import { centrifugeJson } from '../protocols/centrifuge/centrifugeJson.ts';
import { graphqlTransportWs, subscriptionsTransportWs } from '../protocols/graphql/graphql.ts';
import { firebase } from '../protocols/firebase.ts';
import { jupyter } from '../protocols/jupyter.ts';
import { kubernetes } from '../protocols/kubernetes.ts';
import { mqtt } from '../protocols/mqtt/mqtt.ts';
import { nats } from '../protocols/nats/nats.ts';
import { phoenix } from '../protocols/phoenix/phoenix.ts';
import { signalr } from '../protocols/signalr/signalr.ts';
import { socketio } from '../protocols/socketio/socketio.ts';
import { sockjs } from '../protocols/stomp/sockjs.ts';
import { stomp } from '../protocols/stomp/stomp.ts';
import { wamp } from '../protocols/wamp/wamp.ts';
import { yjs } from '../protocols/yjs.ts';
import type { StepProblem } from '../rowDecoding.ts';
import type { ReadyScript } from '../script/script.ts';
import { scriptDecoder } from '../script/scriptDecoder.ts';
import { bson } from '../values/bson.ts';
import { cbor } from '../values/cbor.ts';
import { cborSequence } from '../values/cborSequence.ts';
import { json } from '../values/json/json.ts';
import { msgpack } from '../values/msgpack.ts';
import { text } from '../values/text.ts';
import type { ReadyProtobuf } from './protobufUse.ts';

/** The decoders by their names; a name may stand for several, of which each reads what the others pass by. */
export type DecoderTable = ReadonlyMap<string, readonly AnyDecoder[]>;

export function decoderTable(ports: InflatePorts): DecoderTable {
  const single: readonly AnyDecoder[] = [
    ...compressionDecoders(ports),
    zlibStream(ports),
    base64,
    json,
    text,
    msgpack,
    cbor,
    cborSequence,
    bson,
    protobufRaw,
    grpcWeb,
    socketio,
    signalr,
    graphqlTransportWs,
    subscriptionsTransportWs,
    phoenix,
    stomp,
    sockjs,
    mqtt,
    nats,
    kubernetes,
    jupyter,
    yjs,
    firebase,
    wamp,
    ...[...presets.keys()].map(presetDecoder).filter(each => each !== undefined),
  ];
  return new Map<string, readonly AnyDecoder[]>([
    ...single.map(each => [each.name, [each]] as const),
    ['centrifuge', [centrifugeProtobuf, centrifugeJson]],
  ]);
}

/** The decoders of the steps of a rule; names that are not known are left out. */
export function decodersOf(steps: readonly DecodeStep[], table: DecoderTable): AnyDecoder[] {
  return steps.flatMap(step => decodersOfStep(step, table));
}

function decodersOfStep(step: DecodeStep, table: DecoderTable): readonly AnyDecoder[] {
  if (typeof step === 'string') {
    return table.get(step) ?? [];
  }
  if ('script' in step) {
    const script = step['script'] as ReadyScript;
    // Which one does not run the session says, see `stepProblemIn`.
    return 'problem' in script ? [] : [scriptDecoder(script, name => table.get(name))];
  }
  if ('map' in step || 'protobuf' in step) {
    const known = made.get(step);
    const decoder = known ?? makeDecoder(step);
    made.set(step, decoder);
    return [decoder];
  }
  const { at, as } = step as { readonly at: string; readonly as?: string };
  return [memberDecoder(at), ...(as === undefined ? [] : (table.get(as) ?? []))];
}

/** Of what steps lack, what is awaited, and else the first. */
export function stepProblemIn(steps: readonly DecodeStep[]): StepProblem | undefined {
  const problems = steps.flatMap(step => {
    const { script, protobuf } = (typeof step === 'object' ? step : {}) as {
      readonly script?: ReadyScript;
      readonly protobuf?: ReadyProtobuf;
    };
    return (script && 'problem' in script ? script : protobuf?.problem) ?? [];
  });
  return problems.find(({ is }) => is === 'awaited') ?? problems[0];
}

/** Those of steps that are the same for all sessions: a rule, and so its steps, lives until the rules change. */
const made = new WeakMap<DecodeStep & object, AnyDecoder>();

function makeDecoder(step: DecodeStep & object): AnyDecoder {
  if ('map' in step) {
    return mappingDecoder('map', 'Mapping', step['map'] as Mapping);
  }
  const { table, message, ...reading } = step['protobuf'] as ReadyProtobuf;
  if (!table) {
    const { name, title } = protobufRaw;
    return { ...protobuf({}, reading), name, title };
  }
  return protobuf(table, { ...reading, ...(message !== undefined && { message }) });
}

/** Hands a member of a JSON value on: texts and bytes as they are, all else as JSON. */
function memberDecoder(path: string): Decoder {
  const steps = stepsOf(path);
  return {
    name: path,
    title: path,
    takes: 'both',
    read: layer => {
      const json = layer.value?.() ?? layer.text;
      const value = readJson(json, { keepsNumbers: true })?.value;
      const member = value === undefined || !steps ? undefined : valueIn(value, steps);
      if (member === undefined) {
        return { summary: () => oneLine(json), problem: { at: 0, is: 'unexpected' } };
      }
      const bytes = bytesIn(member);
      if (bytes) {
        return { summary: () => byteCount(bytes.length), next: Layer.ofBytes(bytes) };
      }
      const words = typeof member === 'string' ? member : jsonText(member);
      return { summary: () => oneLine(words), next: Layer.ofText(words) };
    },
  };
}

/** Bytes as `exportForm.ts` has them. */
function bytesIn(value: unknown): Uint8Array | undefined {
  const isBytes = isObject(value) && Object.keys(value).join() === '$bytes';
  const text = isBytes ? value['$bytes'] : undefined;
  return typeof text === 'string' ? readBase64(text).bytes : undefined;
}

function stepsOf(path: string): readonly PathStep[] | undefined {
  const { condition } = parseFilter(path, { now: 0, startOfDay: 0 });
  return condition?.is === 'field' ? condition.path : undefined;
}
