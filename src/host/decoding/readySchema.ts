import { l10n, workspace } from 'vscode';
import { namesIn } from '../../core/decode/protobuf/messageChoice.ts';
import { Schema } from '../../core/decode/protobuf/typed/schema.ts';
import type { ProtobufUse, ReadyProtobuf } from '../../core/decode/registry/protobufUse.ts';
import type { StepProblem } from '../../core/decode/rowDecoding.ts';
import { plain, type Sentence } from '../ui/notify.ts';
import type { LoadedSchema, SchemaRequest } from './schemaFiles.ts';

/** What a rule has of its schema, and why that is nothing, or not all of it. */
export type ReadySchema = Pick<ReadyProtobuf, 'table' | 'message' | 'problem'>;

/** @param loaded absent: it is still being read, or may not be read */
export function readySchema(
  { schema }: SchemaRequest,
  { message }: ProtobufUse,
  loaded: LoadedSchema | undefined,
): ReadySchema {
  const files = schema.join(', ');
  const problem = (
    is: StepProblem['is'],
    ...sentences: readonly (Sentence | undefined)[]
  ): StepProblem => ({
    is,
    name: schema.map(path => path.split(/[\\/]/).at(-1)).join(', '),
    problem: sentences.flatMap(each => (each === undefined ? [] : [plain(each)])).join(' '),
  });
  if (!workspace.isTrusted) {
    const untrusted = l10n.t('The schema "{0}" is read once the workspace is trusted.');
    return { problem: problem('lacksSchema', [untrusted, files]) };
  }
  if (!loaded) {
    return { problem: problem('awaited', [l10n.t('The schema "{0}" is being read.'), files]) };
  }
  const { table } = loaded;
  const wrong = problemOf(files, loaded);
  if (!table) {
    return { problem: problem('lacksSchema', wrong) };
  }
  if (message === undefined) {
    const noName = l10n.t('The rule names no message type of the schema "{0}".');
    return { problem: problem('lacksSchema', [noName, files]) };
  }
  const types = new Schema(table);
  const names = namesIn(message);
  const unknown = names.filter(each => !types.has(each));
  const [first] = unknown;
  if (first === undefined) {
    return { table, message };
  }
  const noType = l10n.t('The schema "{0}" has no message type "{1}". It has {2}.');
  const others = someOf(likest(first, types.names));
  return {
    ...(unknown.length < names.length && { table, message }),
    problem: problem('lacksSchema', [noType, files, first, others], wrong),
  };
}

/** What is wrong with a schema, or is first. @param name for people */
export function problemOf(
  name: string,
  { failure, problems }: Pick<LoadedSchema, 'failure' | 'problems'>,
): Sentence | undefined {
  if (failure !== undefined) {
    return failure;
  }
  const [first] = problems;
  return (
    first && [
      problems.length === 1
        ? l10n.t('The schema "{0}" has a problem in line {1} of {2}: {3}')
        : l10n.t('The schema "{0}" has {4} problems, the first one in line {1} of {2}: {3}'),
      name,
      first.line,
      workspace.asRelativePath(first.uri),
      first.message,
      problems.length,
    ]
  );
}

const maxNamed = 3;

function someOf(names: readonly string[]): string {
  const shown = names.slice(0, maxNamed).join(', ');
  return names.length > maxNamed
    ? l10n.t('{0} and {1} more', shown, names.length - maxNamed)
    : shown;
}

/** Those first that end as a name does, which is mostly written without its package. */
function likest(name: string, names: readonly string[]): readonly string[] {
  const last = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const isLike = (each: string) => each.toLowerCase().split('.').at(-1) === last;
  const others = names.filter(each => !isLike(each)).sort();
  return [...names.filter(isLike), ...others];
}
