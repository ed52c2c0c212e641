import { randomUUID } from 'node:crypto';
import { l10n, workspace, type ExtensionContext } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Logger } from '../../core/base/logger.ts';
import { spellsOutCredential } from '../../core/secrets/mask.ts';
import type { CaptureView, ViewQuery } from '../../core/capture/view.ts';
import type { ReadFileWithin } from '../../core/message/fileAccess.ts';
import { referencedBy } from '../../core/consent/disclosure.ts';
import { textOfBody } from '../../core/message/messageBody.ts';
import {
  heartbeatDisclosures,
  openingDisclosures,
} from '../../core/consent/handshakeDisclosures.ts';
import { bodyLabel } from '../../core/library/librarySchema.ts';
import { template } from '../../core/variables/value.ts';
import { type Consent, digest } from '../consent/consent.ts';
import type { Target } from '../connections/targets.ts';
import type { Destination } from '../../core/consent/destination.ts';
import type { OpeningSource } from '../connections/monitoredConnection.ts';
import type { SecretRegistry } from '../secrets/secretRegistry.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { askForValue, confirmProduction } from './askToSend.ts';
import { HostVariables, type NamedValues } from './hostVariables.ts';
import { lastReceived } from './lastReceived.ts';
import { MessageFiles } from './messageFiles.ts';
import { Sender, type SenderPorts, type TargetEnvironment } from './sender.ts';
import { SendHistory } from './sendHistory.ts';

/** How much of a message a question shows, in UTF-16 units. */
const maxContentLength = 200;

export interface SendingParts {
  readonly context: Pick<ExtensionContext, 'workspaceState'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly secrets: Secrets;
  readonly consent: Consent;
  readonly registry: SecretRegistry;
  readonly openView: (query: ViewQuery) => CaptureView;
  readonly library: LibraryPorts;
  readonly readFile: ReadFileWithin;
  /** Called when the user has sent a message, or a saved one was sent. */
  readonly onSent?: () => void;
  /** Where what is sent goes. Throws a UserError if that is not known. */
  readonly destinationOf: (target: Target) => Destination;
  /** Milliseconds since 1970: what a connection received earlier came from another origin. */
  readonly sinceOf: (connection: string) => number;
  /** The origin (RFC 6454) that a connection was last dialled with. */
  readonly originOf: (connection: string) => string;
}

/** What sending needs from the library. */
export interface LibraryPorts extends NamedValues {
  /** Resolves when references can be filled in. */
  readonly ready: SenderPorts['ready'];
  /** The active environment, if there is one. Throws a UserError if that is not known yet. */
  readonly environment: () => TargetEnvironment | undefined;
  /** The steps of a sequence. Rejects with a UserError if there is none, or it may not be run. */
  readonly stepsOf: OpeningSource['stepsOf'];
}

/** Creates what turns a message as it was written into what a connection sends. */
export function createSending(parts: SendingParts) {
  const { context, clock, log, random, secrets, consent, registry, openView } = parts;
  const { library, sinceOf, originOf, destinationOf } = parts;
  const files = new MessageFiles(parts.readFile);
  const { named, names, environment, ready, stepsOf } = library;
  const holdsSecret = (text: string) => registry.redact(text) !== text || spellsOutCredential(text);
  const variables = new HostVariables({
    random,
    named,
    names,
    guard: (source, target) => consent.guard(source, destinationOf(target)),
    env: name => process.env[name],
    secret: name => secrets.get(name),
    workspaceFolder: () => workspace.workspaceFolders?.[0]?.uri.fsPath,
    now: () => clock.now(),
    uuid: () => randomUUID(),
    prompt: askForValue,
    holdsSecret,
    last: ({ id, capture }, path) => lastReceived(capture, path, sinceOf(id), { clock, openView }),
  });
  const assertAllowed: OpeningSource['assertAllowed'] = (what, { id, profile }) => {
    const destination = consent.destinationOf({ id, profile });
    const disclosures = what === 'onOpen' ? openingDisclosures : heartbeatDisclosures;
    if (!consent.isAllowed(disclosures(profile, destination, digest))) {
      throw new UserError(
        what === 'onOpen'
          ? l10n.t(
              'You have not allowed what this workspace wants to send on opening. Connect manually to be asked.',
            )
          : l10n.t(
              'The heartbeat message of this workspace is not sent, because you have not allowed it. Connect manually to be asked.',
            ),
      );
    }
  };
  const sender = new Sender({
    variables,
    history: new SendHistory(context.workspaceState, holdsSecret, log),
    readFile: (path, author) => files.read(path, author),
    environment,
    ready,
    placeOf: target => destinationOf(target).to,
    originOf: ({ id }) => originOf(id),
    confirm: confirmProduction,
    permit: async (monitored, body, origin) => {
      const texts = [template(textOfBody(body), origin)];
      const { to, isForeign } = destinationOf(monitored);
      const wanted = () =>
        referencedBy(texts, name => named(name, monitored.id), isForeign).map(what => ({
          to,
          what,
        }));
      const purpose = {
        kind: 'send',
        name: monitored.name,
        to,
        contents: [bodyLabel(body, maxContentLength)],
      } as const;
      await consent.require({ purpose, wanted, mayAsk: true });
    },
    assertOpening: monitored => assertAllowed('onOpen', monitored),
    onSecrets: used => registry.add(used),
    ...(parts.onSent && { onSent: parts.onSent }),
  });
  const opening: OpeningSource = {
    write: (monitored, body, origin) => sender.write(monitored, body, origin),
    stepsOf,
    assertAllowed,
  };
  return { sender, files, opening };
}
