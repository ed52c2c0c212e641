import { l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { castOf, type Overrides } from '../../core/decode/protobuf/raw/casts.ts';
import { rawReading } from '../../core/decode/protobuf/raw/rawReading.ts';
import { scalarTypes } from '../../core/decode/protobuf/wire/fieldTable.ts';
import { wireTypeOf } from '../../core/decode/protobuf/wire/scalars.ts';
import { wireTypes } from '../../core/decode/protobuf/wire/wire.ts';
import type { ProtobufUse } from '../../core/decode/registry/protobufUse.ts';
import { pickOne, type Choice } from '../ui/prompts.ts';
import { bodyOf, type ProtobufChoice } from './protobufChoices.ts';

type FieldType = Overrides[string];

interface FieldChoice extends Choice {
  readonly wireType: keyof typeof wireTypes;
}

interface TypeChoice extends Choice {
  /** `undefined`: what it looks like. */
  readonly type: FieldType | undefined;
}

const maxFields = 500;
const maxTextLength = 80;

/**
 * Asks what is in a field of a message without a schema, where the guess is wrong.
 *
 * @param use how the message is read now
 * @throws UserError if the message has no fields; CancellationError if the user cancels
 */
export async function askForField(bytes: Uint8Array, use: ProtobufUse): Promise<ProtobufChoice> {
  const known = new Map(
    Object.entries(use.fields ?? {}).map(([path, type]) => [plainPath(path), type]),
  );
  const fields = fieldsOf(bodyOf(bytes, use) ?? bytes, use.fields ?? {});
  if (fields.length === 0) {
    throw new UserError(l10n.t('There is no field in this message whose reading can be chosen.'));
  }
  const { label: path, wireType } = await pickOne(fields, {
    title: l10n.t('WebSocket Monitor: Read a Field Otherwise'),
    placeHolder: l10n.t('Select the field'),
    matchOnDescription: true,
  });
  const present = known.get(path);
  const { label, type } = await pickOne(typesFor(wireType, present), {
    title: [l10n.t('WebSocket Monitor: Read the Field {0} Otherwise'), path],
    placeHolder: l10n.t('Select what is in it'),
  });
  if (type === undefined) {
    known.delete(path);
  } else {
    known.set(path, type);
  }
  const { prefix } = use;
  const said = known.size > 0 && { fields: Object.fromEntries(known) };
  return {
    label: l10n.t('Protobuf, the field {0}: {1}', path, label),
    scope: 'user',
    protobuf: { ...(prefix !== undefined && { prefix }), ...said },
  };
}

/** One for each path of numbers, with what is there at first. */
function fieldsOf(bytes: Uint8Array, overrides: Overrides): readonly FieldChoice[] {
  const read = rawReading(bytes, 0, bytes.length, castOf(overrides)).fields?.() ?? [];
  const found = new Map<string, FieldChoice>();
  for (const [path, , , type, text] of read) {
    const label = plainPath(path);
    const [wireType] = type.split(':') as [keyof typeof wireTypes];
    if (path !== '$' && wireType !== 'group' && !found.has(label) && found.size < maxFields) {
      const description = [type, text.slice(0, maxTextLength)].filter(each => each !== '');
      found.set(label, { label, description: description.join(' – '), wireType });
    }
  }
  return [...found.values()];
}

function typesFor(
  wireType: FieldChoice['wireType'],
  present: FieldType | undefined,
): readonly TypeChoice[] {
  const isLen = wireType === 'len';
  const own = scalarTypes.filter(type => wireTypeOf(type) === wireTypes[wireType]);
  const packed = isLen ? scalarTypes.filter(type => !own.includes(type)) : [];
  const choice = (type: FieldType, about = ''): TypeChoice => ({
    label: type,
    description: type === present ? l10n.t('chosen now') : about,
    type,
  });
  return [
    ...(present === undefined ? [] : [{ label: l10n.t('What It Looks Like'), type: undefined }]),
    ...own.map(type => choice(type)),
    ...(isLen ? [choice('message')] : []),
    ...packed.map(type => choice(type, l10n.t('a packed list of such numbers'))),
  ];
}

/** Without what tells apart several values of a field. */
function plainPath(path: string): string {
  return path.replace(/^\$\.?/, '').replace(/\[\d*\]/g, '');
}
