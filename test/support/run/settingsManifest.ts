import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { jsonSchemaOf, type JsonSchema } from '../../../src/core/settings/jsonSchema.ts';
import type { Setting } from '../../../src/core/settings/setting.ts';
import {
  settingKeys,
  settingOf,
  settingsSection,
} from '../../../src/core/settings/settingsTable.ts';
import {
  decoderTexts,
  settingSections,
  settingTexts,
} from '../../../src/core/settings/settingTexts.ts';
import { tapKeys, tapSettingOf, type TapKey } from '../../../src/core/settings/taps/tapTable.ts';
import { tapTexts } from '../../../src/core/settings/taps/tapTexts.ts';
import { decodersSchema } from './decodersManifest.ts';
import { root } from './steps.mjs';

type Json = Readonly<Record<string, unknown>>;

interface Manifest extends Json {
  readonly capabilities: Json & { readonly untrustedWorkspaces: Json };
  readonly contributes: Json;
}

type Key = keyof typeof settingTexts;
type Section = keyof typeof settingSections;

const keys: readonly Key[] = ['url', 'connections', 'taps', 'decoders', ...settingKeys];
const sections = Object.keys(settingSections) as readonly Section[];

/** What stands in docs/settings.md before the reference; everything after it is written. */
const docsMarker = '<!-- `npm run manifest` writes everything below. -->\n';

const textKeyOf = (key: Key) => `setting.${key}`;
const choiceKeyOf = (key: Key, choice: string) => `${textKeyOf(key)}.${choice}`;
const sectionKeyOf = (section: Section) => `section.${section}`;
const reference = (textKey: string) => `%${textKey}%`;

const keysOf = (section: Section) => keys.filter(key => settingTexts[key].section === section);

/** Those that are no setting of the table: they are lists, or define connections. */
type DefiningKey = 'url' | 'connections' | 'taps' | 'decoders';

function isDefining(key: Key): key is DefiningKey {
  return ['url', 'connections', 'taps', 'decoders'].includes(key);
}

function tableSetting(key: Key): Setting<unknown> | undefined {
  return isDefining(key) ? undefined : settingOf(key);
}

/** The texts of the files that are written from the table of settings, by their paths. */
export async function settingFiles(): Promise<ReadonlyMap<string, string>> {
  const manifest = JSON.parse(read('package.json')) as Manifest;
  const texts = JSON.parse(read('package.nls.json')) as Readonly<Record<string, string>>;
  const files = [
    ['package.json', JSON.stringify(withSettings(manifest))],
    ['package.nls.json', JSON.stringify(withTexts(texts))],
    ['docs/settings.md', withReference(read('docs/settings.md'))],
  ] as const;
  return new Map(
    await Promise.all(
      files.map(async ([path, text]) => {
        const filepath = join(root, path);
        return [
          path,
          await format(text, { ...(await resolveConfig(filepath)), filepath }),
        ] as const;
      }),
    ),
  );
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function withSettings(manifest: Manifest): Json {
  const { capabilities, contributes } = manifest;
  const restrictedConfigurations = keys.filter(isRestricted).map(inSection);
  return {
    ...manifest,
    capabilities: {
      ...capabilities,
      untrustedWorkspaces: { ...capabilities.untrustedWorkspaces, restrictedConfigurations },
    },
    contributes: {
      ...contributes,
      configuration: sections.map((section, index) => ({
        title: reference(sectionKeyOf(section)),
        order: index + 1,
        properties: Object.fromEntries(
          keysOf(section).map(key => [inSection(key), contributionOf(key)]),
        ),
      })),
    },
  };
}

function inSection(key: Key): string {
  return `${settingsSection}.${key}`;
}

/** In no workspace does the editor read the settings that are only the user's. */
function isRestricted(key: Key): boolean {
  const { isUnrestricted = false, isUserOnly = false } = tableSetting(key) ?? {};
  return !isUnrestricted && !isUserOnly;
}

function contributionOf(key: Key): Json {
  return { ...describedSchema(key), order: keys.indexOf(key) + 1, scope: scopeOf(key) };
}

function scopeOf(key: Key): string {
  const setting = tableSetting(key);
  if (setting === undefined || setting.perConnection) {
    return 'machine-overridable';
  }
  return setting.isUserOnly ? 'application' : 'window';
}

function describedSchema(key: Key): JsonSchema {
  const choices = Object.keys(settingTexts[key].choices ?? {});
  return {
    ...withSnippets(key, schemaOf(key)),
    ...(choices.length > 0 && {
      markdownEnumDescriptions: choices.map(choice => reference(choiceKeyOf(key, choice))),
    }),
    markdownDescription: reference(textKeyOf(key)),
  };
}

/** What the editor completes: for the list one that has an item, and for its items each kind. */
function withSnippets(key: Key, schema: JsonSchema): JsonSchema {
  const { snippets = [] } = settingTexts[key];
  const [first] = snippets;
  if (!first) {
    return schema;
  }
  return {
    ...schema,
    items: { ...(schema['items'] as JsonSchema), defaultSnippets: snippets },
    // The label makes it the first choice: the other one, by which the choices are sorted, is `[]`.
    defaultSnippets: [{ label: `[ ${first.label} ]`, body: [first.body] }],
  };
}

function schemaOf(key: Key): JsonSchema {
  if (key === 'url') {
    return { type: 'string', default: '' };
  }
  if (key === 'connections') {
    return connectionsSchema();
  }
  if (key === 'taps') {
    return tapsSchema();
  }
  if (key === 'decoders') {
    return decodersSchema();
  }
  const { check, fallback } = settingOf(key);
  return { ...jsonSchemaOf(check), default: fallback };
}

/** A setting inside a connection. With a default besides it, the editor would not complete the one snippet. */
function partSchema(key: Key): JsonSchema {
  const schema = describedSchema(key);
  const isCompleted = settingTexts[key].snippets !== undefined;
  return Object.fromEntries(
    Object.entries(schema).filter(([name]) => !isCompleted || name !== 'default'),
  );
}

function connectionsSchema(): JsonSchema {
  const own = settingKeys.filter(key => settingOf(key).perConnection);
  const groups = new Set(own.map(key => key.split('.')[0] ?? key));
  const properties = [...groups].map(group => {
    const parts = own.filter(key => key.startsWith(`${group}.`));
    return [
      group,
      parts.length === 0
        ? partSchema(own.find(key => key === group) ?? 'url')
        : {
            type: 'object',
            additionalProperties: false,
            properties: Object.fromEntries(
              parts.map(key => [key.slice(group.length + 1), partSchema(key)]),
            ),
          },
    ];
  });
  return {
    type: 'array',
    default: [],
    items: {
      type: 'object',
      required: ['name', 'url'],
      additionalProperties: false,
      properties: {
        name: { type: 'string', minLength: 1, markdownDescription: '%setting.name%' },
        url: {
          type: 'string',
          pattern: '^[wW][sS][sS]?://',
          markdownDescription: '%setting.connection.url%',
        },
        ...(Object.fromEntries(properties) as Json),
      },
    },
  };
}

function tapsSchema(): JsonSchema {
  const groups = new Set(tapKeys.map(key => key.split('.')[0] ?? key));
  const properties = [...groups].map(group => {
    const parts = tapKeys.filter(key => key.startsWith(`${group}.`));
    return [
      group,
      parts.length === 0
        ? tapPartSchema(group as TapKey)
        : {
            type: 'object',
            additionalProperties: false,
            properties: Object.fromEntries(
              parts.map(key => [key.slice(group.length + 1), tapPartSchema(key)]),
            ),
          },
    ];
  });
  return {
    type: 'array',
    default: [],
    items: {
      type: 'object',
      required: ['name', 'upstream'],
      additionalProperties: false,
      properties: {
        name: { type: 'string', minLength: 1, markdownDescription: '%setting.tap.name%' },
        upstream: {
          type: 'string',
          pattern: '^([hH][tT][tT][pP]|[wW][sS])[sS]?://',
          markdownDescription: '%setting.tap.upstream%',
        },
        ...(Object.fromEntries(properties) as Json),
      },
    },
  };
}

function tapPartSchema(key: TapKey): JsonSchema {
  const { check, fallback } = tapSettingOf(key);
  return {
    ...jsonSchemaOf(check),
    ...(fallback !== undefined && { default: fallback }),
    markdownDescription: reference(`setting.tap.${key}`),
  };
}

function withTexts(texts: Readonly<Record<string, string>>): Json {
  const others = Object.entries(texts).filter(([key]) => !/^(setting|section)\./.test(key));
  return Object.fromEntries([
    ...others,
    ...sections.map(section => [sectionKeyOf(section), settingSections[section]]),
    ['setting.name', 'The name of this connection. It is shown everywhere, and commands take it.'],
    ['setting.connection.url', 'The endpoint: a `ws://` or `wss://` URL.'],
    ...Object.entries(tapTexts).map(([key, text]) => [`setting.tap.${key}`, text]),
    ...Object.entries(decoderTexts).map(([key, text]) => [`setting.decoder.${key}`, text]),
    ...keys.flatMap(key => {
      const { text, choices = {} } = settingTexts[key];
      return [
        [textKeyOf(key), text],
        ...Object.entries(choices).map(([choice, meaning]) => [choiceKeyOf(key, choice), meaning]),
      ];
    }),
  ]) as Json;
}

function withReference(docs: string): string {
  const [introduction = ''] = docs.split(docsMarker);
  const chapters = sections.map(section =>
    [`## ${settingSections[section]}`, ...keysOf(section).map(chapterOf)].join('\n\n'),
  );
  return [`${introduction}${docsMarker}`, ...chapters].join('\n\n');
}

function chapterOf(key: Key): string {
  const { text, choices = {} } = settingTexts[key];
  const withoutCommands = text.replace(/\[([^\]]+)\]\(command:[^)]*\)/g, '_$1_');
  const linked = withoutCommands.replace(/`#websocketMonitor\.([^#`]+)#`/g, (_, name: string) => {
    return `[\`${name}\`](#${inSection(name as Key)
      .toLowerCase()
      .replaceAll('.', '')})`;
  });
  return [
    `### \`${inSection(key)}\``,
    linked,
    Object.entries(choices)
      .map(([choice, meaning]) => `- \`"${choice}"\`: ${meaning}`)
      .join('\n'),
    factsOf(key),
  ].join('\n\n');
}

function factsOf(key: Key): string {
  if (key === 'taps') {
    return `${tapReference()}\n\nDefault: \`[]\`.`;
  }
  const setting = tableSetting(key);
  if (setting === undefined) {
    return `Default: \`${key === 'url' ? '""' : '[]'}\`.`;
  }
  const { allowed, fallback, perConnection, appliesTo, isUserOnly, isUnrestricted } = setting;
  return [
    `Value: ${allowed.replaceAll(/\{[^{}]*\}/g, '`$&`')}. Default: \`${JSON.stringify(fallback)}\`.`,
    ...(perConnection ? ['Can be set per connection.'] : []),
    ...(appliesTo === 'handshake' ? ['A change takes effect with the next connection.'] : []),
    ...(isUserOnly ? ['Only in user settings.'] : []),
    ...(isUnrestricted ? ['Also applies in Restricted Mode.'] : []),
  ].join(' ');
}

/** A table of what a tap may set. */
function tapReference(): string {
  const rows = [
    ['name', tapTexts.name, ''],
    ['upstream', tapTexts.upstream, ''],
    ...tapKeys.map(key => {
      const { fallback } = tapSettingOf(key);
      return [key, tapTexts[key], fallback === undefined ? '' : `\`${JSON.stringify(fallback)}\``];
    }),
  ].map(([key = '', text = '', fallback = '']) => {
    return `| \`${key}\` | ${text.replaceAll('|', '\\|')} | ${fallback} |`;
  });
  return ['| of a tap | meaning | default |', '| --- | --- | --- |', ...rows].join('\n');
}
