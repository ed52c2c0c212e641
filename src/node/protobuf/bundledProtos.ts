import protobuf from 'protobufjs';
import api from 'protobufjs/google/protobuf/api.json' with { type: 'json' };
import descriptor from 'protobufjs/google/protobuf/descriptor.json' with { type: 'json' };
import sourceContext from 'protobufjs/google/protobuf/source_context.json' with { type: 'json' };
import type from 'protobufjs/google/protobuf/type.json' with { type: 'json' };

/** Those of the well-known files that the library has apart. */
const others: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['google/protobuf/api.proto', api],
  ['google/protobuf/descriptor.proto', descriptor],
  ['google/protobuf/source_context.proto', sourceContext],
  ['google/protobuf/type.proto', type],
]);

/** Adds a well-known file such as `google/protobuf/timestamp.proto` to a schema, if it is one. */
export function addBundled(root: protobuf.Root, name: string): boolean {
  const json = (protobuf.common.get(name) ?? others.get(name)) as
    protobuf.INamespace | null | undefined;
  if (!json?.nested) {
    return false;
  }
  root.addJSON(json.nested);
  return true;
}
