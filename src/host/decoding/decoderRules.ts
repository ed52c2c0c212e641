import { l10n } from 'vscode';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { DecodeRule, DecodeStep } from '../../core/decode/decodeRule.ts';
import { namesIn } from '../../core/decode/protobuf/messageChoice.ts';
import { Schema } from '../../core/decode/protobuf/typed/schema.ts';
import type { FieldTable } from '../../core/decode/protobuf/wire/fieldTable.ts';
import type { ProtobufUse, ReadyProtobuf } from '../../core/decode/registry/protobufUse.ts';
import { readDecodeRules, rulesFor, type NamedRule } from '../../core/decode/registry/rules.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import { settingIn } from '../settings/settingValues.ts';
import { inform, plain, type Sentence } from '../ui/notify.ts';
import type { ProtobufSchemas } from './protobufSchemas.ts';
import { protobufOf, requestOf, type ScopedRule } from './protobufSteps.ts';
import type { SchemaRequest } from './schemaFiles.ts';
import type { ContributedDecoders } from './scripts/contributedDecoders.ts';
import type { ScriptRequest } from './scripts/scriptRequest.ts';
import type { Scripts } from './scripts/scripts.ts';
import { scriptOf } from './scripts/scriptSteps.ts';

export interface DecoderRulesPorts {
  readonly schemas: Pick<ProtobufSchemas, 'get' | 'retain' | 'onDidChange'>;
  readonly scripts: Pick<Scripts, 'get' | 'retain' | 'onDidChange'>;
  readonly contributed: Pick<ContributedDecoders, 'find' | 'onDidChange'>;
  readonly onDidChangeSettings: (listener: () => void) => Disposable;
  readonly log: Logger;
}

/** The rules of the setting `decoders`: those of the workspace, if it is trusted, before the user's. */
export class DecoderRules implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: DecoderRulesPorts;
  readonly #told = new Set<string>();
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());
  #written: readonly ScopedRule[];
  /** What the rules above come to with what their files say; `undefined`: to be found out. */
  #ready: readonly NamedRule[] | undefined;
  /** By what they say. */
  readonly #chosen = new Map<string, ScopedRule>();

  /** The settings have changed, or a file or an extension that a rule names. */
  readonly onDidChange = this.#onDidChange.event;

  constructor(ports: DecoderRulesPorts) {
    this.#ports = ports;
    this.#written = this.#read();
    const changed = () => {
      this.#ready = undefined;
      this.#onDidChange.fire(undefined);
    };
    const readAgain = () => {
      this.#written = this.#read();
      const rules = [...this.#written, ...this.#chosen.values()];
      ports.schemas.retain(rules.flatMap(schemasOf));
      ports.scripts.retain(rules.flatMap(each => this.#scriptsOf(each)));
      changed();
    };
    this.#store.add(ports.onDidChangeSettings(readAgain));
    this.#store.add(ports.contributed.onDidChange(readAgain));
    this.#store.add(ports.schemas.onDidChange(changed));
    this.#store.add(ports.scripts.onDidChange(changed));
  }

  /** Those that are written, in their order. */
  get written(): readonly ScopedRule[] {
    return this.#written;
  }

  /** What is to be decoded for a connection, slot or capture of this name. */
  for(name: string): readonly DecodeRule[] {
    this.#ready ??= this.#written.map(each => this.#made(each));
    return rulesFor(name, this.#ready);
  }

  /** What is to be decoded by a rule that the user has chosen, and may choose again in this window. */
  chosen(rule: ScopedRule): DecodeRule {
    this.#chosen.set(JSON.stringify(rule), rule);
    return this.#made(rule);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #read(): readonly ScopedRule[] {
    const problems: string[] = [];
    const isContributed = (name: string) => this.#ports.contributed.find(name) !== undefined;
    const rules = (['workspace', 'user'] as const).flatMap(scope =>
      readDecodeRules(settingIn(scope, 'decoders'), problems, isContributed).map(rule => ({
        scope,
        rule,
      })),
    );
    for (const problem of problems) {
      this.#tell(problem);
    }
    return rules;
  }

  /** A rule with what its files say, in place of their names. */
  #made({ scope, rule }: ScopedRule): NamedRule {
    return { ...rule, use: rule.use.flatMap(step => this.#stepsOf(step, scope)) };
  }

  #scriptsOf({ scope, rule }: ScopedRule): readonly ScriptRequest[] {
    return rule.use.flatMap(step => scriptOf(step, scope, this.#ports.contributed) ?? []);
  }

  #stepsOf(step: DecodeStep, scope: SettingsScope): readonly DecodeStep[] {
    const request = scriptOf(step, scope, this.#ports.contributed);
    if (!request) {
      return [this.#withSchema(step, scope)];
    }
    const script = { script: this.#ports.scripts.get(request) };
    return typeof step === 'object' && 'at' in step ? [{ at: step['at'] }, script] : [script];
  }

  #withSchema(step: DecodeStep, scope: SettingsScope): DecodeStep {
    const use = protobufOf(step);
    if (!use) {
      return step;
    }
    const { message, prefix, fields } = use;
    const request = requestOf(step, scope);
    const table = request && this.#ports.schemas.get(request)?.table;
    const isUsable = table && message !== undefined && this.#hasTypes(table, use);
    const protobuf: ReadyProtobuf = {
      ...(prefix !== undefined && { prefix }),
      ...(fields && { fields }),
      ...(isUsable && { table, message }),
    };
    return { protobuf };
  }

  /** Whether a schema has at least one of the types that messages may be of; says which it does not have. */
  #hasTypes(table: FieldTable, { schema = [], message = '' }: ProtobufUse): boolean {
    const types = new Schema(table);
    const names = namesIn(message);
    const unknown = names.filter(name => !types.has(name));
    const [first] = unknown;
    if (first !== undefined) {
      this.#tell([
        l10n.t('The schema "{0}" has no message type "{1}". It has {2}.'),
        schema.join(', '),
        first,
        someOf(likest(first, types.names)),
      ]);
    }
    return names.length === 0 || unknown.length < names.length;
  }

  #tell(problem: Sentence): void {
    const text = plain(problem);
    if (!this.#told.has(text)) {
      this.#told.add(text);
      this.#ports.log.warn(text);
      inform('warning', problem);
    }
  }
}

function schemasOf({ scope, rule }: ScopedRule): readonly SchemaRequest[] {
  return rule.use.flatMap(step => requestOf(step, scope) ?? []);
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
