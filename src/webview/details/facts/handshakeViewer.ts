import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import { mask } from '../../../core/secrets/mask.ts';
import type {
  HandshakeFacts,
  CertificateFacts,
  Phase,
  HeaderLine,
  TlsFacts,
} from '../../../core/record/handshakeFacts.ts';
import type { Formats } from '../../../core/base/format.ts';
import { el } from '../../widgets/dom.ts';
import { wholePayload, type HandshakeSource } from './factsViewer.ts';
import type { PayloadViewer, ShownPayload } from '../payload/payloadViewer.ts';
import { readHandshake } from './readHandshake.ts';
import { readStateRow } from '../../list/rows/stateRow.ts';
import { text } from '../../widgets/strings.ts';
import { visibleLine, visibleText } from '../../../core/text/visibleText.ts';
import type { PageString } from '../../../shared/monitorStrings.ts';
import { definitionList, definitions, type Definition } from '../../widgets/definitions.ts';

/**
 * The opening handshake of a row: with the values that may be secrets masked, as the row has it, or,
 * if the user asks and this window still has them, with these values.
 */
export class HandshakeViewer implements PayloadViewer {
  readonly isFilling = false;
  readonly element = el('div', { class: 'facts-viewer' });
  readonly #formats: Formats;
  readonly #source: HandshakeSource;

  constructor(formats: Formats, source: HandshakeSource) {
    this.#formats = formats;
    this.#source = source;
  }

  async show(shown: ShownPayload): Promise<void> {
    const json = await wholePayload(shown);
    if (shown.signal.aborted) {
      return;
    }
    const facts = json && readHandshake(readStateRow(new TextDecoder().decode(json)).handshake);
    if (facts) {
      this.#render(facts, undefined, shown);
    } else {
      render(html`<p class="remark">${text('noHandshake')}</p>`, this.element);
    }
  }

  /** @param plain the same with its values; `gone` if they are no longer in memory */
  #render(
    facts: HandshakeFacts,
    plain: HandshakeFacts | 'gone' | undefined,
    shown: ShownPayload,
  ): void {
    const seen = plain === undefined || plain === 'gone' ? facts : plain;
    render(
      html`${facts.plainKey === undefined ? maskRemark(facts) : this.#notice(facts, plain, shown)}
      ${handshakeView(seen, this.#formats)}`,
      this.element,
    );
  }

  #notice(facts: HandshakeFacts, plain: HandshakeFacts | 'gone' | undefined, shown: ShownPayload) {
    if (plain === 'gone') {
      return html`<p class="masked" role="status">${text('valuesGone')}</p>`;
    }
    const toggle = () =>
      plain === undefined ? void this.#reveal(facts, shown) : this.#render(facts, undefined, shown);
    return html`<div class="masked">
      <p role="status">${text(plain === undefined ? 'valuesMasked' : 'valuesShown')}</p>
      <button type="button" class="secondary" @click=${toggle}>
        ${text(plain === undefined ? 'showValues' : 'hideValues')}
      </button>
    </div>`;
  }

  async #reveal(facts: HandshakeFacts, shown: ShownPayload): Promise<void> {
    try {
      const { handshake } = await this.#source.askHandshake(facts.plainKey ?? '');
      if (!shown.signal.aborted) {
        this.#render(facts, readHandshake(handshake) ?? 'gone', shown);
      }
    } catch (error) {
      shown.onFailure(error);
    }
  }
}

/** Explains the mask if no values can be shown. */
function maskRemark(facts: HandshakeFacts) {
  const isMasked = JSON.stringify(facts).includes(mask);
  return isMasked ? html`<p class="masked">${text('credentialsMasked', mask)}</p>` : nothing;
}

type Part = TemplateResult | typeof nothing;

const phaseNames: Readonly<Record<Phase, PageString>> = {
  dns: 'phaseDns',
  tcp: 'phaseTcp',
  proxy: 'phaseProxy',
  tls: 'phaseTls',
  upgrade: 'phaseUpgrade',
};

/** The request and the response of an opening handshake. */
function handshakeView(facts: HandshakeFacts, formats: Formats): TemplateResult {
  return html`<div class="handshake">
    ${overview(facts)} ${timings(facts, formats)} ${redirects(facts)}
    ${headers('requestHeaders', facts.request)} ${response(facts)}
    ${facts.tls ? security(facts.tls) : nothing}
  </div>`;
}

function section(heading: string, content: TemplateResult): TemplateResult {
  return html`<section>
    <h2>${heading}</h2>
    ${content}
  </section>`;
}

function overview({ url, proxy, response, ...agreed }: HandshakeFacts): TemplateResult {
  const chosenBy = proxy?.chosenBy === 'setting' ? 'proxyBySetting' : 'proxyByEditor';
  return section(
    text('overview'),
    definitions([
      [text('url'), url],
      [text('proxy'), proxy ? text(chosenBy, proxy.url) : ''],
      [text('responseStatus'), response ? statusLine(response) : ''],
      [text('subprotocol'), agreed.subprotocol ?? ''],
      [text('extensions'), agreed.extensions ?? ''],
      [text('oddities'), (agreed.oddities ?? []).join('; ')],
    ]),
  );
}

function statusLine({ status, statusText }: NonNullable<HandshakeFacts['response']>): string {
  return [status > 0 ? String(status) : '', statusText].filter(part => part !== '').join(' ');
}

/** Each phase as a bar that begins at the end of the previous one. */
function timings({ timings }: HandshakeFacts, formats: Formats): Part {
  if (timings.length === 0) {
    return nothing;
  }
  const total = timings.reduce((sum, { ms }) => sum + ms, 0);
  const ends = timings.map((_, at) => timings.slice(0, at).reduce((sum, { ms }) => sum + ms, 0));
  const rows = timings.map(({ phase, ms }, at): Definition => [
    text(phaseNames[phase]),
    html`<span class="ms">${formats.latency(ms)}</span>${bar(ends[at] ?? 0, ms, total)}`,
  ]);
  const sum: Definition = [
    text('phaseTotal'),
    html`<span class="ms">${formats.latency(total)}</span>`,
  ];
  return section(text('timings'), definitionList([...rows, sum], 'timings'));
}

/** The page's policy forbids style attributes, but not setting single styles. */
function bar(before: number, ms: number, total: number): HTMLElement {
  const fill = el('span', { class: 'fill' });
  const share = (value: number) => `${total > 0 ? (value / total) * 100 : 0}%`;
  fill.style.insetInlineStart = share(before);
  fill.style.inlineSize = share(ms);
  return el('span', { 'class': 'bar', 'aria-hidden': 'true' }, fill);
}

function redirects({ redirects }: HandshakeFacts): Part {
  if (redirects.length === 0) {
    return nothing;
  }
  const content = redirects.map(({ status, from, to, stripped }) =>
    definitions([
      [text('redirectStatus'), status > 0 ? String(status) : ''],
      [text('redirectFrom'), from],
      [text('redirectTo'), to],
      [text('redirectStripped'), stripped.join(', ')],
    ]),
  );
  return section(text('redirects'), html`${content}`);
}

function headers(heading: PageString, lines: readonly HeaderLine[]): Part {
  return lines.length === 0
    ? nothing
    : section(text(heading), definitionList(lines, 'header-lines'));
}

function response({ response }: HandshakeFacts): Part {
  if (!response) {
    return section(text('responseHeaders'), html`<p class="remark">${text('noResponse')}</p>`);
  }
  const { body = '' } = response;
  return html`${headers('responseHeaders', response.headers)}
  ${
    body === ''
      ? nothing
      : section(text('responseBody'), html`<pre class="body-text">${visibleText(body)}</pre>`)
  }`;
}

function security({ version, cipher, isVerified, problem = '', chain }: TlsFacts): TemplateResult {
  const facts = definitions([
    [text('tlsVersion'), version],
    [text('tlsCipher'), cipher],
    [text('tlsCheck'), isVerified ? verified() : unverified(problem)],
  ]);
  return html`${section(text('tls'), facts)}
  ${chain.map((link, at) =>
    section(
      text('certificateOf', String(at + 1), String(chain.length)),
      definitions(certificateFacts(link)),
    ),
  )}`;
}

function verified(): TemplateResult {
  return html`<span class="check verified"
    ><span class="codicon codicon-lock" aria-hidden="true"></span> ${text('tlsVerified')}</span
  >`;
}

function unverified(problem: string): TemplateResult {
  const words = problem === '' ? text('tlsUnchecked') : text('tlsProblem', visibleLine(problem));
  return html`<span class="check warning"
    ><span class="codicon codicon-warning" aria-hidden="true"></span> ${words}</span
  >`;
}

function certificateFacts(link: CertificateFacts): readonly Definition[] {
  const { subject, issuer, validFrom, validTo, names, fingerprint } = link;
  const isDated = validFrom !== '' || validTo !== '';
  return [
    [text('certificateSubject'), subject],
    [text('certificateIssuer'), subject === issuer ? text('certificateSelf') : issuer],
    [text('certificateValidity'), isDated ? text('validSpan', validFrom, validTo) : ''],
    [text('certificateNames'), names],
    [
      text('certificateFingerprint'),
      fingerprint === '' ? '' : html`<code>${visibleLine(fingerprint)}</code>`,
    ],
  ];
}
