import * as v from 'valibot';
import type {
  ConnectionDraft,
  ConnectionDraftCheck,
} from '../core/settings/draft/connectionDraft.ts';
import type { ConnectionField } from '../core/settings/draft/connectionFields.ts';
import type { SettingsScope } from '../core/settings/settingLayers.ts';

/** Where a connection can be saved. */
export interface ScopeChoice {
  readonly scope: SettingsScope;
  /** A sentence that names the file. */
  readonly file: string;
  /** What else saving there means; may be empty. */
  readonly note: string;
}

/** Everything that the connection form shows when it opens. */
export interface FormState {
  readonly isNew: boolean;
  readonly fields: readonly ConnectionField[];
  readonly draft: ConnectionDraft;
  readonly scope: SettingsScope;
  /** One if there is no choice. */
  readonly scopes: readonly ScopeChoice[];
  readonly check: ConnectionDraftCheck;
  readonly isDirty: boolean;
  /** References to the secrets that are stored, such as `${secret:token}`. */
  readonly secrets: readonly string[];
  /** What is configured and the form does not show, by dotted keys. */
  readonly unshown: readonly string[];
  /** The paths of saved messages and sequences. */
  readonly savedPaths: readonly string[];
  /** Sentences that are shown above the form, such as what an import left out. */
  readonly notes: readonly string[];
}

const shortText = v.pipe(v.string(), v.maxLength(1000));
const draft = v.object({
  name: shortText,
  url: v.pipe(v.string(), v.maxLength(16_384)),
  values: v.record(v.pipe(v.string(), v.maxLength(100)), v.unknown()),
});
const scope = v.picklist(['user', 'workspace']);
const written = { draft, scope };

/** The requests of the form, and the schemas of their parameters. */
export const formSchemas = {
  'form.ready': v.undefined(),
  /** The draft has changed. */
  'form.change': v.object(written),
  /** Saves it and closes the form, unless there are problems. */
  'form.save': v.object({ ...written, connect: v.boolean() }),
  'form.cancel': v.undefined(),
  /** Asks for a name and stores a value as a secret. */
  'form.secret': v.object({
    suggestion: shortText,
    value: v.pipe(v.string(), v.maxLength(65_536)),
  }),
  /** Opens settings.json at the connection, or at one of its settings. */
  'form.settings': v.object({ scope, key: v.optional(shortText) }),
} as const;

export type FormRequest = keyof typeof formSchemas;
export type FormParams<K extends FormRequest> = v.InferOutput<(typeof formSchemas)[K]>;

export interface FormResults {
  'form.ready': FormState;
  'form.change': ConnectionDraftCheck;
  'form.save': ConnectionDraftCheck;
  'form.cancel': undefined;
  /** No reference if the user cancelled. */
  'form.secret': { readonly reference?: string; readonly secrets: readonly string[] };
  'form.settings': undefined;
}

export type FormHandlers = {
  readonly [K in FormRequest]: (params: FormParams<K>) => FormResults[K] | Promise<FormResults[K]>;
};
