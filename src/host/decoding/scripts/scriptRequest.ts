import type { SettingsScope } from '../../../core/settings/settingLayers.ts';

/** A file with a decoder that a rule names. */
export interface FileRequest {
  readonly kind: 'file';
  /** Whose rule it is: a workspace may only name files that are in it. */
  readonly scope: SettingsScope;
  /** As it was written. */
  readonly path: string;
}

/** A decoder that another extension brings along. */
export interface ContributedRequest {
  readonly kind: 'contributed';
  readonly name: string;
  readonly title: string;
  /** The id of the extension. */
  readonly extension: string;
  /** The URI of its folder, and a path in that. */
  readonly root: string;
  readonly module: string;
}

export type ScriptRequest =
  | FileRequest
  | ContributedRequest
  /** Nobody brings it along, or nobody any more. */
  | { readonly kind: 'unknown'; readonly name: string };
