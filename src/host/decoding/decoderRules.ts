import { workspace } from 'vscode';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { DecodeRule, DecodeStep } from '../../core/decode/decodeRule.ts';
import type { ProtobufUse, ReadyProtobuf } from '../../core/decode/registry/protobufUse.ts';
import { readDecodeRules, rulesFor, type NamedRule } from '../../core/decode/registry/rules.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import { settingIn } from '../settings/settingValues.ts';
import { inform, plain, type Sentence } from '../ui/notify.ts';
import type { ProtobufSchemas } from './protobufSchemas.ts';
import { protobufOf, requestOf, type ScopedRule } from './protobufSteps.ts';
import { readySchema, type ReadySchema } from './readySchema.ts';
import type { SchemaRequest } from './schemaFiles.ts';
import type { ContributedDecoders } from './scripts/contributedDecoders.ts';
import type { ScriptRequest } from './scripts/scriptRequest.ts';
import type { Scripts } from './scripts/scripts.ts';
import { scriptOf } from './scripts/scriptSteps.ts';

export interface DecoderRulesPorts {
  readonly schemas: Pick<ProtobufSchemas, 'get' | 'whenRead' | 'retain' | 'onDidChange'>;
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

  /** The same once its schemas have been read. */
  async chosenRead(rule: ScopedRule): Promise<DecodeRule> {
    await Promise.all(schemasOf(rule).map(each => this.#ports.schemas.whenRead(each)));
    return this.chosen(rule);
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
    const { prefix, fields } = use;
    const request = requestOf(step, scope);
    const protobuf: ReadyProtobuf = {
      ...(prefix !== undefined && { prefix }),
      ...(fields && { fields }),
      ...(request && this.#schemaOf(request, use)),
    };
    return { protobuf };
  }

  #schemaOf(request: SchemaRequest, use: ProtobufUse): ReadySchema {
    const loaded = workspace.isTrusted ? this.#ports.schemas.get(request) : undefined;
    const ready = readySchema(request, use, loaded);
    const hasTypes = loaded?.table && use.message !== undefined && loaded.problems.length === 0;
    if (ready.problem && hasTypes) {
      // All else is told by who reads the schema, or is a choice.
      this.#tell(ready.problem.problem);
    }
    return ready;
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
