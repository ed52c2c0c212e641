import { l10n, Uri, ViewColumn, window, type WebviewPanel } from 'vscode';
import { messageOf } from '../../core/base/errors.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import { connectionFields } from '../../core/settings/draft/connectionFields.ts';
import {
  checkDraft,
  draftOf,
  editedEntry,
  unshownIn,
  type ConnectionDraft,
  type ConnectionDraftCheck,
} from '../../core/settings/draft/connectionDraft.ts';
import { isSameJson } from '../../core/json/json.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import { answer } from '../../shared/rpc.ts';
import {
  formSchemas,
  type FormHandlers,
  type FormParams,
  type FormState,
} from '../../shared/formProtocol.ts';
import { formStrings } from '../../shared/formStrings.ts';
import { ViewType } from '../../shared/ids.ts';
import type {
  ConfiguredConnection,
  ConfiguredConnections,
  ConnectionEntry,
} from '../connections/configuredConnections.ts';
import { settingSources } from '../settings/settingValues.ts';
import { writableScopes, type SettingsFile } from '../settings/settingsFile.ts';
import type { ConnectionPlace } from '../settings/settingsText.ts';
import { logged, unwaited } from '../ui/unwaited.ts';
import { inform, plain } from '../ui/notify.ts';
import { confirmOrClose, unlessCancelled } from '../ui/prompts.ts';
import { fileNote, noteOf, preferredScope, reference, shown } from './formFacts.ts';
import { pageHtml } from '../ui/html.ts';

export interface ConnectionFormPorts {
  readonly root: Uri;
  readonly log: Logger;
  readonly configured: ConfiguredConnections;
  readonly secretNames: () => readonly string[];
  /** Asks for a name and stores the value. */
  readonly storeSecret: (suggestion: string, value: string) => Promise<string>;
  readonly connect: (name: string) => Promise<unknown>;
  /** The paths of saved messages and sequences. */
  readonly savedPaths: () => readonly string[];
  /** The file of a scope, if it is known. */
  readonly fileOf: (scope: SettingsScope) => Promise<SettingsFile | undefined>;
  readonly openSettings: (scope: SettingsScope, place: ConnectionPlace) => Promise<void>;
}

/** The connection of a form. */
export interface FormSubject {
  /** The connection to edit; absent for a new one. */
  readonly known?: ConfiguredConnection;
  /** The initial entry of a new connection. */
  readonly entry?: ConnectionEntry;
  /** Sentences to show above the form. */
  readonly notes?: readonly string[];
}

/** The open forms, one for each connection. */
export class ConnectionForms implements Disposable {
  readonly #ports: ConnectionFormPorts;
  readonly #open = new Map<string, ConnectionForm>();

  constructor(ports: ConnectionFormPorts) {
    this.#ports = ports;
  }

  show(subject: FormSubject): void {
    this.#form(subject);
  }

  /** Shows a form; resolves when it is closed, to whether the connection was saved. */
  fillIn(subject: FormSubject): Promise<boolean> {
    return this.#form(subject).isSaved;
  }

  dispose(): void {
    for (const form of this.#open.values()) {
      form.dispose();
    }
  }

  #form(subject: FormSubject): ConnectionForm {
    const { known, entry } = subject;
    const key = known ? `${known.scope} ${known.name}` : JSON.stringify(entry ?? {});
    const open = this.#open.get(key);
    if (open) {
      open.reveal();
      return open;
    }
    const form = new ConnectionForm(this.#ports, subject, () => this.#open.delete(key));
    this.#open.set(key, form);
    return form;
  }
}

/** One form in a tab. The draft is kept here, because a hidden page is discarded. */
class ConnectionForm implements Disposable {
  readonly #ports: ConnectionFormPorts;
  readonly #subject: FormSubject;
  readonly #entry: ConnectionEntry;
  readonly #onClosed: () => void;
  readonly #initial: { readonly draft: ConnectionDraft; readonly scope: SettingsScope };
  #panel: WebviewPanel;
  #store: DisposableStore;
  #draft: ConnectionDraft;
  #scope: SettingsScope;
  /** Whether it can be closed without asking. */
  #isDone = false;
  #wasSaved = false;
  /** Resolves when it is closed, to whether it was saved. */
  readonly isSaved: Promise<boolean>;

  constructor(ports: ConnectionFormPorts, subject: FormSubject, onClosed: () => void) {
    this.#ports = ports;
    this.#subject = subject;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.isSaved = promise;
    this.#onClosed = () => {
      onClosed();
      resolve(this.#wasSaved);
    };
    const { known } = subject;
    this.#entry = known?.entry ?? subject.entry ?? {};
    const draft = draftOf({ name: known?.name, ...this.#entry });
    this.#initial = { draft, scope: known?.scope ?? preferredScope() };
    this.#draft = draft;
    this.#scope = this.#initial.scope;
    this.#store = new DisposableStore();
    this.#panel = this.#open();
  }

  reveal(): void {
    this.#panel.reveal();
  }

  dispose(): void {
    this.#isDone = true;
    this.#panel.dispose();
  }

  get #isDirty(): boolean {
    const { draft, scope } = this.#initial;
    // The initial entry of a new connection is not stored anywhere yet.
    const isUnwritten = !this.#subject.known && this.#subject.entry !== undefined;
    return isUnwritten || scope !== this.#scope || !isSameJson(draft, this.#draft);
  }

  get #title(): string {
    const { known } = this.#subject;
    const title = known ? plain([l10n.t('Connection: {0}'), known.name]) : l10n.t('New Connection');
    return this.#isDirty ? `● ${title}` : title;
  }

  #open(): WebviewPanel {
    const { root, log } = this.#ports;
    const localResourceRoots = [Uri.joinPath(root, 'dist')];
    const options = { enableScripts: true, localResourceRoots };
    const panel = window.createWebviewPanel(
      ViewType.ConnectionForm,
      this.#title,
      ViewColumn.Active,
      options,
    );
    const store = new DisposableStore();
    const handlers = this.#handlers();
    panel.iconPath = Uri.joinPath(root, 'media', 'icon.png');
    store.add(
      panel.webview.onDidReceiveMessage(async (message: unknown) => {
        const reply = await answer(formSchemas, message, handlers, (request, error) =>
          log.warn(`The connection form's request ${request} failed: ${messageOf(error)}`),
        );
        if (reply && !store.isDisposed) {
          logged('Answering the connection form', log, panel.webview.postMessage(reply));
        }
      }),
    );
    store.add(
      panel.onDidDispose(() => unwaited('Closing the connection form', log, this.#closed())),
    );
    panel.webview.html = pageHtml(panel.webview, root, {
      title: this.#title,
      bundle: 'connectionForm',
      strings: formStrings,
    });
    this.#panel = panel;
    this.#store = store;
    return panel;
  }

  #handlers(): FormHandlers {
    return {
      'form.ready': () => this.#state(),
      'form.change': params => this.#change(params),
      'form.save': async ({ connect, ...params }) => {
        const check = this.#change(params);
        if (Object.keys(check.problems).length === 0) {
          const name = await this.#save();
          this.dispose();
          if (connect) {
            await this.#connect(name);
          }
        }
        return shown(check);
      },
      'form.cancel': () => {
        this.#panel.dispose();
        return undefined;
      },
      'form.secret': async ({ suggestion, value }) => {
        const name = await unlessCancelled(this.#ports.storeSecret(suggestion, value));
        const secrets = this.#secrets();
        return name === undefined ? { secrets } : { reference: reference(name), secrets };
      },
      'form.settings': async ({ scope, key }) => {
        const { known } = this.#subject;
        // One that exists is where it is, whatever is chosen for saving it.
        const place = { key, ...(known && { entry: known.entry, name: known.name }) };
        await this.#ports.openSettings(known?.scope ?? scope, place);
        return undefined;
      },
    };
  }

  async #state(): Promise<FormState> {
    const { known, notes = [] } = this.#subject;
    const scopes = writableScopes().map(async scope => {
      const file = await this.#fileOf(scope);
      return { scope, file: fileNote(scope, file), note: noteOf(scope) };
    });
    return {
      isNew: !known,
      fields: connectionFields,
      draft: this.#draft,
      scope: this.#scope,
      scopes: await Promise.all(scopes),
      check: shown(this.#check()),
      isDirty: this.#isDirty,
      secrets: this.#secrets(),
      unshown: unshownIn(this.#entry),
      savedPaths: this.#ports.savedPaths(),
      notes,
    };
  }

  /** A file that cannot be read is reported when it is to be written. */
  async #fileOf(scope: SettingsScope): Promise<SettingsFile | undefined> {
    try {
      return await this.#ports.fileOf(scope);
    } catch (error) {
      this.#ports.log.debug(`The settings of the ${scope}: ${messageOf(error)}`);
      return undefined;
    }
  }

  #secrets(): readonly string[] {
    return this.#ports.secretNames().map(reference);
  }

  #change({ draft, scope }: FormParams<'form.change'>): ConnectionDraftCheck {
    this.#draft = draft;
    this.#scope = scope;
    this.#panel.title = this.#title;
    return shown(this.#check());
  }

  #check(): ConnectionDraftCheck {
    const names = this.#ports.configured.namesIn(this.#scope, this.#subject.known);
    return checkDraft(this.#draft, settingSources().window, names);
  }

  /** @returns the connection's name */
  async #save(): Promise<string> {
    const { known } = this.#subject;
    const { configured } = this.#ports;
    const { inherited, suggestedName } = this.#check();
    const name = this.#draft.name.trim() || suggestedName;
    const entry = editedEntry({ ...this.#draft, name }, this.#entry, inherited);
    if (known) {
      await configured.replace(known, this.#scope, entry);
    } else {
      await configured.add(this.#scope, entry);
    }
    this.#wasSaved = true;
    return configured.written(this.#scope, entry)?.name ?? name;
  }

  async #connect(name: string): Promise<void> {
    try {
      await this.#ports.connect(name);
    } catch (error) {
      // The page that requested it is closed.
      inform('error', messageOf(error));
    }
  }

  /** A tab cannot prevent its closing, so unsaved changes are asked about afterwards. */
  async #closed(): Promise<void> {
    this.#store.dispose();
    if (this.#isDone || !this.#isDirty) {
      this.#onClosed();
      return;
    }
    const [save, edit] = [l10n.t('Save'), l10n.t('Continue Editing')];
    const discard = l10n.t("Don't Save");
    const name = this.#draft.name.trim() || this.#check().suggestedName || l10n.t('New Connection');
    const question = [l10n.t('Save the changes to "{0}"?'), name] as const;
    const detail = [l10n.t('Your changes will be lost if you do not save them.')];
    const answer = await confirmOrClose(question, detail, discard, save, edit);
    if (answer === discard) {
      this.#onClosed();
      return;
    }
    if (answer === edit || Object.keys(this.#check().problems).length > 0) {
      this.#open();
      return;
    }
    try {
      await this.#save();
      this.#onClosed();
    } catch (error) {
      this.#open();
      inform('error', messageOf(error));
    }
  }
}
