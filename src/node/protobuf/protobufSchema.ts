import {
  type DescriptorSet,
  readDescriptorSet,
} from '../../core/decode/protobuf/schema/descriptorSet.ts';
import type {
  ReadProtobufSchema,
  ReadSchema,
} from '../../core/decode/protobuf/schema/schemaSources.ts';

/** Reads a schema; what parses `.proto` files is loaded with the first of them. */
export const readProtobufSchema: ReadProtobufSchema = async sources => {
  if ('descriptors' in sources) {
    return schemaOf(sources.path, readDescriptorSet(sources.descriptors));
  }
  const { parseProtoFiles } = await import('./protoFiles.ts');
  return parseProtoFiles(sources);
};

function schemaOf(path: string, { table, problem }: DescriptorSet): ReadSchema {
  const message = problem && `This is no set of descriptors: ${problem.is} at byte ${problem.at}`;
  return {
    table,
    problems: message === undefined ? [] : [{ path, line: 1, column: 1, message }],
    missing: [],
  };
}
