import type { DebugSession } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { messageOf } from '../../core/base/errors.ts';
import type { Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import { withinTime } from '../../core/base/withinTime.ts';
import { isObject } from '../../core/json/json.ts';
import { HandshakeRedactor } from '../../core/secrets/handshakeRedactor.ts';
import type { ObserveSocket } from '../../core/slot/observedSocket.ts';
import { watchedEvents } from '../../core/watch/cdpEvents.ts';
import { closeScript } from '../../core/watch/closeScript.ts';
import { CdpFrames, type CdpTarget } from '../../core/watch/cdpFrames.ts';
import { HookEvents } from '../../core/watch/hookEvents.ts';
import { stopHookExpression } from '../../core/watch/hookExpression.ts';
import { logged } from '../ui/unwaited.ts';
import { isOfNode, ownerIdOf, programOf, titleOf } from './debugSessions.ts';
import { hookBinding } from './nodeHook.ts';

/** A connection to a target of the debugger; see node/watch/cdpClient.ts. */
export interface DebuggerClient {
  send(method: string, params?: object): Promise<unknown>;
  close(): void;
}

export interface DebuggerListener {
  onEvent(method: string, params: unknown): void;
  onEnd(): void;
}

export interface DebuggerAddress {
  readonly host: string;
  readonly port: number;
  readonly path?: string;
}

export type ConnectDebugger = (
  address: DebuggerAddress,
  listener: DebuggerListener,
) => Promise<DebuggerClient>;

export interface TargetWatchPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly connect: ConnectDebugger;
  readonly observe: ObserveSocket;
  /** Whether pages are to tell close codes, by a script of ours in them. */
  readonly wantsCloseCodes: () => boolean;
  /** What puts the hook into a Node program. */
  readonly hookExpression: () => Promise<string>;
}

/** A name that no program has. */
const closeBinding = '__websocketMonitorClose';
/**
 * The first context, that of the program itself: others, such as those of a test runner's sandboxes, are
 * not to get the binding.
 */
const mainContext = { executionContextId: 1 };
/** js-debug never answers for a session without a target; a busy machine takes seconds for an answer. */
const addressTimeoutMs = 20_000;

/** Watches the sockets of one target of a debug session, from `begin` until it ends. */
export class TargetWatch implements Disposable {
  readonly #ports: TargetWatchPorts;
  readonly #redactor = new HandshakeRedactor();
  readonly #wantsCloseCodes: boolean;
  readonly #frames: CdpFrames;
  readonly #hook: HookEvents;
  readonly #onEnd: () => void;
  #client: DebuggerClient | undefined;
  #isHooked = false;
  #isDisposed = false;

  readonly session: DebugSession;

  /** @param onEnd called once, when nothing more is watched */
  constructor(session: DebugSession, ports: TargetWatchPorts, onEnd: () => void) {
    this.session = session;
    this.#ports = ports;
    this.#onEnd = onEnd;
    const target: CdpTarget = {
      owner: { kind: 'watch', id: ownerIdOf(session), label: programOf(session) },
      session: session.id,
      isPage: !isOfNode(session),
      title: () => titleOf(session),
    };
    const readerPorts = {
      clock: ports.clock,
      observe: ports.observe,
      decodeBase64: (text: string) => Buffer.from(text, 'base64'),
      redactor: this.#redactor,
    };
    this.#wantsCloseCodes = ports.wantsCloseCodes();
    this.#frames = new CdpFrames(target, {
      ...readerPorts,
      ...(this.#wantsCloseCodes && { closeBinding }),
    });
    this.#hook = new HookEvents(target, readerPorts);
  }

  /**
   * Rejects if the debugger does not share its connection, with nothing left behind.
   *
   * @param mayHook whether code of ours may run in a Node program; if not, it is not watched
   */
  async begin(mayHook: boolean): Promise<void> {
    const client = await this.#ports.connect(await this.#address(), {
      onEvent: (method, params) => this.#take(method, params),
      onEnd: () => this.endWithSession(),
    });
    if (this.#isDisposed) {
      client.close();
      return;
    }
    this.#client = client;
    // Node tells the debugger of no message.
    if (isOfNode(this.session) && !(await this.#isDeno(client, mayHook))) {
      if (!mayHook) {
        this.dispose();
      }
      return;
    }
    const subscribed = client.send('JsDebug.subscribe', { events: watchedEvents });
    // Never disabled again: the debugger's own view needs it too.
    const enabled = client.send('Network.enable');
    try {
      const scripted = this.#wantsCloseCodes ? this.#addCloseScript(client) : undefined;
      await Promise.all([subscribed, enabled, scripted]);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Loads the page again. */
  async reload(): Promise<void> {
    await this.#client?.send('Page.reload');
  }

  /** The whole address of a script, given by the one in a row. */
  scriptOf(shown: string): string | undefined {
    return this.#frames.scriptOf(shown);
  }

  /** Ends the watch because the debug session has ended. */
  endWithSession(): void {
    this.#isHooked = false;
    this.#end('The debug session has ended: what became of the socket is not known.');
  }

  /** Ends the watch; the program goes on. */
  dispose(): void {
    this.#end('No longer watched.');
  }

  #end(sentence: string): void {
    if (!this.#isDisposed) {
      this.#isDisposed = true;
      const client = this.#client;
      if (client && this.#isHooked) {
        logged('Ending a watch', this.#ports.log, this.#removeHook(client));
      } else {
        client?.close();
      }
      this.#frames.end(sentence);
      this.#hook.end(sentence);
      this.#onEnd();
    }
  }

  async #addCloseScript(client: DebuggerClient): Promise<void> {
    const source = closeScript(closeBinding);
    // A worker has no documents, and Deno no pages.
    await Promise.allSettled([
      client.send('Runtime.addBinding', { name: closeBinding }),
      client.send('Page.addScriptToEvaluateOnNewDocument', { source }),
      client.send('Runtime.evaluate', { expression: source, silent: true }),
    ]);
  }

  /** Puts the hook into the program unless that is one of Deno. Resolves to the answer. */
  async #putHook(client: DebuggerClient): Promise<string> {
    const expression = await this.#ports.hookExpression();
    // None waits for the other: each way to the program takes time.
    const put = async (where: object): Promise<unknown> => {
      const bound = client.send('Runtime.addBinding', { name: hookBinding, ...where });
      const evaluated = client.send('Runtime.evaluate', {
        expression,
        includeCommandLineAPI: true,
        silent: true,
        returnByValue: true,
      });
      const [answer] = await Promise.all([evaluated, bound.catch(() => undefined)]);
      const result = isObject(answer) ? answer['result'] : undefined;
      return isObject(result) ? result['value'] : undefined;
    };
    const subscribed = client.send('JsDebug.subscribe', { events: ['Runtime.bindingCalled'] });
    const [first] = await Promise.all([put(mainContext), subscribed]);
    const answer = first === 'waiting' ? await put({}) : first;
    if (answer !== 'heard' && answer !== 'deno') {
      throw new Error('the script that tells of its sockets cannot run in it');
    }
    this.#isHooked = answer === 'heard';
    return answer;
  }

  /** Takes the hook out of the program, which goes on. Then closes the connection. */
  async #removeHook(client: DebuggerClient): Promise<void> {
    try {
      await client.send('Runtime.evaluate', { expression: stopHookExpression, silent: true });
      await client.send('Runtime.removeBinding', { name: hookBinding });
    } catch (error) {
      this.#ports.log.debug('The hook stays in a program', error);
    } finally {
      client.close();
    }
  }

  #take(method: string, params: unknown): void {
    const isOfHook =
      method === 'Runtime.bindingCalled' && isObject(params) && params['name'] === hookBinding;
    if (isOfHook) {
      this.#hook.take(String(params['payload']));
    } else {
      this.#frames.event(method, params);
    }
  }

  /**
   * Deno is debugged as Node is, but tells of its sockets as browsers do.
   *
   * @param mayHook whether the hook is put into it otherwise
   */
  async #isDeno(client: DebuggerClient, mayHook: boolean): Promise<boolean> {
    if (mayHook) {
      return (await this.#putHook(client)) === 'deno';
    }
    const probe = { expression: 'typeof Deno', returnByValue: true, throwOnSideEffect: true };
    const answer = await client.send('Runtime.evaluate', probe);
    const result = isObject(answer) ? answer['result'] : undefined;
    return isObject(result) && result['value'] === 'object';
  }

  async #address(): Promise<DebuggerAddress> {
    const asked = this.session.customRequest('requestCDPProxy');
    if (!(await withinTime(asked, addressTimeoutMs, this.#ports.clock))) {
      throw new Error('js-debug did not answer in time');
    }
    const address: unknown = await asked;
    if (!isAddress(address)) {
      throw new Error('js-debug gave no address of its connection');
    }
    return address;
  }
}

function isAddress(value: unknown): value is DebuggerAddress {
  return isObject(value) && typeof value['host'] === 'string' && typeof value['port'] === 'number';
}

/** Why a target is not watched, for the log. */
export function whyUnwatched(session: DebugSession, error: unknown): string {
  return `The WebSockets of "${session.name}" are not watched: ${messageOf(error)}`;
}
