// The host that is made up for the connection form, which stands alone in a browser.
import type { Page } from 'playwright-core';
import {
  checkDraft,
  draftOf,
  unshownIn,
  type ConnectionDraft,
} from '../../../src/core/settings/draft/connectionDraft.ts';
import { connectionFields } from '../../../src/core/settings/draft/connectionFields.ts';
import type { FormState } from '../../../src/shared/formProtocol.ts';
import type { Look } from './pageBrowser.ts';
import type { PartHarness } from './partHarness.ts';

export interface FormScenario extends Look {
  /** What is configured; a new connection where it is absent. */
  readonly entry?: Readonly<Record<string, unknown>>;
  readonly state?: Partial<FormState>;
  /** What saving fails with. */
  readonly failure?: string;
}

export interface AskedOfHost {
  readonly request: string;
  readonly params: {
    readonly draft?: ConnectionDraft;
    readonly scope?: string;
    readonly connect?: boolean;
    readonly value?: string;
    readonly suggestion?: string;
    readonly key?: string;
  };
}

/** Opens a page of its own with the form, and answers it as the host does. */
export async function withForm(
  part: Pick<PartHarness, 'withPage'>,
  scenario: FormScenario,
  body: (page: Page, asked: AskedOfHost[]) => Promise<void>,
): Promise<void> {
  const asked: AskedOfHost[] = [];
  const answer = (question: AskedOfHost) => {
    asked.push(question);
    return answerTo(question, scenario);
  };
  await part.withPage(
    async page => {
      await page.locator('form').waitFor();
      await body(page, asked);
    },
    scenario,
    page => page.exposeFunction('askHost', answer),
  );
}

const storedSecrets = ['${secret:api-token}'];

function answerTo({ request, params }: AskedOfHost, scenario: FormScenario): unknown {
  const entry = scenario.entry ?? {};
  const check = (draft: ConnectionDraft) => checkDraft(draft, () => undefined, ['taken']);
  switch (request) {
    case 'form.ready': {
      const state: FormState = {
        isNew: scenario.entry === undefined,
        fields: connectionFields,
        isDirty: false,
        draft: draftOf(entry),
        scope: 'user',
        check: check(draftOf(entry)),
        scopes: [
          { scope: 'user', file: 'Written to ~/settings.json.', note: '' },
          {
            scope: 'workspace',
            file: 'Written to .vscode/settings.json.',
            note: 'Shown in this workspace only, also to others who open it.',
          },
        ],
        secrets: storedSecrets,
        unshown: unshownIn(entry),
        savedPaths: ['Orders/login', 'Orders/subscribe'],
        notes: [],
        ...scenario.state,
      };
      return { result: state };
    }
    case 'form.change':
    case 'form.save':
      return request === 'form.save' && scenario.failure !== undefined
        ? { error: scenario.failure }
        : { result: params.draft && check(params.draft) };
    case 'form.secret':
      return {
        result: {
          reference: `\${secret:${params.suggestion ?? ''}}`,
          secrets: [...storedSecrets, `\${secret:${params.suggestion ?? ''}}`],
        },
      };
    default:
      return { result: undefined };
  }
}

/** One of everything, for pictures. */
export const fullEntry = {
  name: 'Quotes',
  url: 'wss://stream.example.com/v2/market',
  onOpen: [
    'start',
    { json: { op: 'subscribe', channels: ['ACME'] }, delay: 0.5, waitFor: { match: '$.ok:true' } },
    { sequence: 'Orders/login', when: 'reconnect' },
    { sequence: 'Nowhere', color: 'red' },
    { pigeon: true },
  ],
  headers: { 'Authorization': 'Bearer abc.def', 'X-Client': 'monitor' },
  auth: { type: 'basic', username: 'me', password: '${secret:quotes-password}' },
  heartbeat: { interval: 0 },
  reconnect: {
    maxAttempts: 3,
    rules: [
      { close: 4000, action: 'stop' },
      { status: '500-599', action: 'retry', delay: 5 },
      { error: 'pigeon' },
    ],
  },
  proxy: 'socks5://p',
};
