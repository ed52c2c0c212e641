// Runs in the page of the connection form in place of VS Code: what the form asks goes to the test.
interface Question {
  readonly id: number;
  readonly request: string;
  readonly params?: object;
}

declare function askHost(question: object): Promise<object>;

window.acquireVsCodeApi = () => ({
  postMessage: async ({ id, request, params = {} }: Question) =>
    window.postMessage({ id, ...(await askHost({ request, params })) }),
});

export {};
