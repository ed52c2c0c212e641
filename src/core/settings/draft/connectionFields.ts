import { fieldGroups, type FieldGroup } from './fieldGroups.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import { settingKeys, settingOf, type SettingKey } from '../settingsTable.ts';

export type FieldKind =
  'flag' | 'number' | 'text' | 'choice' | 'names' | 'headers' | 'auth' | 'opening' | 'rules';

/** One setting as the connection form shows it. */
export interface ConnectionField {
  readonly key: string;
  readonly group: FieldGroup;
  readonly kind: FieldKind;
  /** Empty unless the kind is `choice`. */
  readonly choices: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  /** Whether only whole numbers are allowed. */
  readonly isWhole: boolean;
  /** Whether its value may hold credentials, so that storing them as a secret is offered. */
  readonly isSecret: boolean;
}

const ownKinds: Readonly<Record<string, FieldKind>> = {
  'subprotocols': 'names',
  'headers': 'headers',
  'auth': 'auth',
  'onOpen': 'opening',
  'reconnect.rules': 'rules',
};

const ownGroups: Readonly<Record<string, FieldGroup>> = {
  autoConnect: 'general',
  preset: 'general',
  subprotocols: 'handshake',
  headers: 'handshake',
};

/** Every setting of a connection that the form shows. A new one of the table is added by itself. */
export const connectionFields: readonly ConnectionField[] = settingKeys.flatMap(key => {
  const { perConnection, isSecret } = settingOf(key);
  const kind = kindOf(key);
  return perConnection && kind !== undefined
    ? [{ key, group: groupOf(key), kind, ...limitsOf(key), isSecret: isSecret === true }]
    : [];
});

function kindOf(key: SettingKey): FieldKind | undefined {
  const own = ownKinds[key];
  if (own !== undefined) {
    return own;
  }
  const schema = jsonSchemaOf(settingOf(key).check);
  switch (schema['type']) {
    case 'boolean':
      return 'flag';
    case 'number':
    case 'integer':
      return 'number';
    case 'string':
      return Array.isArray(schema['enum']) ? 'choice' : 'text';
    default:
      return undefined;
  }
}

function groupOf(key: string): FieldGroup {
  const [first = ''] = key.split('.');
  return ownGroups[key] ?? fieldGroups.find(group => group === first) ?? 'limits';
}

function limitsOf(key: SettingKey) {
  const { type, enum: choices, minimum, maximum } = jsonSchemaOf(settingOf(key).check);
  return {
    choices: Array.isArray(choices) ? (choices as readonly string[]) : [],
    isWhole: type === 'integer',
    ...(typeof minimum === 'number' ? { minimum } : {}),
    ...(typeof maximum === 'number' ? { maximum } : {}),
  };
}
