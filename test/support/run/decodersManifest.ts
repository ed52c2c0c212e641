import { decoderNames } from '../../../src/core/decode/registry/decoderNames.ts';
import { keyWidths } from '../../../src/core/decode/protobuf/messageChoice.ts';
import { scalarTypes } from '../../../src/core/decode/protobuf/wire/fieldTable.ts';
import type { JsonSchema } from '../../../src/core/settings/jsonSchema.ts';

/** The setting `decoders`. */
export function decodersSchema(): JsonSchema {
  const name = {
    anyOf: [
      {
        enum: ['off', ...decoderNames.map(each => each.name)],
        // Editors that know it show this beside the names, before the descriptions are opened.
        enumDetails: ['Raw', ...decoderNames.map(({ title }) => title)],
        markdownEnumDescriptions: [
          'As they came.',
          ...decoderNames.map(({ title, about }) => `${title}: ${about}.`),
        ],
      },
      // A decoder that another extension contributes.
      { type: 'string', pattern: '^[A-Za-z\\d][\\w.-]*$' },
    ],
  };
  const step = {
    anyOf: [
      ...name.anyOf,
      {
        type: 'object',
        required: ['at'],
        additionalProperties: false,
        properties: {
          at: {
            type: 'string',
            pattern: '^\\$',
            markdownDescription: '%setting.decoder.at%',
          },
          as: { ...name, markdownDescription: '%setting.decoder.as%' },
        },
      },
      {
        type: 'object',
        required: ['map'],
        additionalProperties: false,
        properties: {
          map: { type: 'object', markdownDescription: '%setting.decoder.map%' },
        },
      },
      {
        type: 'object',
        required: ['protobuf'],
        additionalProperties: false,
        properties: {
          protobuf: { ...protobufSchema(), markdownDescription: '%setting.decoder.protobuf%' },
        },
      },
      {
        type: 'object',
        required: ['script'],
        additionalProperties: false,
        properties: {
          script: {
            type: 'string',
            pattern: '\\.([cm]?js|m?ts)$',
            markdownDescription: '%setting.decoder.script%',
          },
        },
      },
    ],
  };
  return {
    type: 'array',
    default: [],
    items: {
      type: 'object',
      required: ['use'],
      additionalProperties: false,
      properties: {
        connection: {
          type: 'string',
          minLength: 1,
          markdownDescription: '%setting.decoder.connection%',
        },
        url: { type: 'string', minLength: 1, markdownDescription: '%setting.decoder.url%' },
        subprotocol: {
          type: 'string',
          minLength: 1,
          markdownDescription: '%setting.decoder.subprotocol%',
        },
        direction: { enum: ['in', 'out'], markdownDescription: '%setting.decoder.direction%' },
        kind: { enum: ['text', 'binary'], markdownDescription: '%setting.decoder.kind%' },
        use: {
          anyOf: [...step.anyOf, { type: 'array', minItems: 1, maxItems: 8, items: step }],
          markdownDescription: '%setting.decoder.use%',
        },
      },
    },
  };
}

function protobufSchema(): JsonSchema {
  const file = { type: 'string', pattern: '\\.(proto|binpb|pb|desc|protoset)$' };
  const text = { type: 'string', minLength: 1 };
  const typeName = { type: 'string', pattern: '^[A-Za-z_][\\w.]*$' };
  const place = { type: 'integer', minimum: 0, maximum: 65_535 };
  const names = {
    type: 'object',
    minProperties: 1,
    patternProperties: { '^(0|[1-9]\\d*)$': typeName },
    additionalProperties: false,
  };
  const object = (properties: JsonSchema, required: readonly string[] = []) => ({
    type: 'object',
    minProperties: 1,
    required,
    properties,
    additionalProperties: false,
  });
  const widths = Object.keys(keyWidths).map(width => [width, names]);
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      schema: {
        anyOf: [file, { type: 'array', minItems: 1, maxItems: 32, items: file }],
        markdownDescription: '%setting.decoder.schema%',
      },
      message: {
        anyOf: [
          typeName,
          object({ in: typeName, out: typeName }),
          object(
            {
              at: { type: 'array', minItems: 1, maxItems: 2, items: place },
              ...(Object.fromEntries(widths) as JsonSchema),
            },
            ['at'],
          ),
          object({ envelope: { const: 'Any' } }, ['envelope']),
          object({ envelope: typeName, typeField: text, bodyField: text }, [
            'envelope',
            'typeField',
            'bodyField',
          ]),
        ],
        markdownDescription: '%setting.decoder.message%',
      },
      prefix: {
        anyOf: [
          { enum: ['varint', 'u32be', 'u16be', 'grpc-web'] },
          object({ skip: place }, ['skip']),
        ],
        markdownDescription: '%setting.decoder.prefix%',
      },
      includes: {
        anyOf: [text, { type: 'array', minItems: 1, maxItems: 32, items: text }],
        markdownDescription: '%setting.decoder.includes%',
      },
      fields: {
        type: 'object',
        additionalProperties: { enum: ['message', ...scalarTypes] },
        markdownDescription: '%setting.decoder.fields%',
      },
    },
  };
}
