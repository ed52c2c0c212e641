import type { AuthSetting } from '../settings/authSetting.ts';

/** What of a connection a command line can say. All texts may hold references. */
export interface CommandTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly subprotocols: readonly string[];
  readonly auth: AuthSetting;
  /** Whether the server's certificate is checked. */
  readonly isChecked: boolean;
}
