// The few globals that Node, the extension host, a worker and the page all have. Core may use these
// and no others.
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: ArrayBufferView | ArrayBuffer, options?: { stream?: boolean }): string;
}
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, target: Uint8Array): { read: number; written: number };
}
declare class URL {
  constructor(url: string, base?: string);
  readonly origin: string;
  readonly hostname: string;
  readonly host: string;
  readonly href: string;
  protocol: string;
  username: string;
  password: string;
  port: string;
  pathname: string;
  search: string;
  hash: string;
  readonly searchParams: { get(name: string): string | null };
}
declare function atob(text: string): string;
declare function btoa(text: string): string;
