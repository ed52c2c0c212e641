import './connectionForm.css';
import { messageOf } from '../../core/base/errors.ts';
import { RpcClient, type RpcAnswer } from '../../core/base/rpc.ts';
import { el } from '../widgets/dom.ts';
import { ConnectionFormPage, type AskHost } from './connectionFormPage.ts';
import { formText, readFormStrings } from './formText.ts';

readFormStrings(document.querySelector('#strings'));
const api = acquireVsCodeApi();
const rpc = new RpcClient(message => api.postMessage(message));
window.addEventListener('message', (event: MessageEvent<RpcAnswer>) => rpc.settle(event.data));
const ask = ((request: string, params: unknown) => rpc.request(request, params)) as AskHost;
const root = document.querySelector<HTMLElement>('#app') ?? document.body;
root.replaceChildren(el('p', { class: 'form-note' }, formText('loading')));

ask('form.ready', undefined).then(
  state => new ConnectionFormPage(root, state, ask),
  (error: unknown) => {
    root.replaceChildren(el('p', { class: 'form-note', role: 'alert' }, messageOf(error)));
  },
);
