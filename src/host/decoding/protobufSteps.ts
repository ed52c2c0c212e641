import type { DecodeStep } from '../../core/decode/decodeRule.ts';
import type { ProtobufUse } from '../../core/decode/registry/protobufUse.ts';
import type { NamedRule } from '../../core/decode/registry/rules.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import type { SchemaRequest } from './schemaFiles.ts';

/** A rule that was written, or chosen, and by whom. */
export interface ScopedRule {
  readonly scope: SettingsScope;
  readonly rule: NamedRule;
}

/** The member `protobuf` of a step as the setting has it, if the step is such a one. */
export function protobufOf(step: DecodeStep): ProtobufUse | undefined {
  return typeof step === 'object' && 'protobuf' in step
    ? (step['protobuf'] as ProtobufUse)
    : undefined;
}

/** The schema that a step names, if it does. */
export function requestOf(step: DecodeStep, scope: SettingsScope): SchemaRequest | undefined {
  const { schema, includes = [] } = protobufOf(step) ?? {};
  return schema && { scope, schema, includes };
}
