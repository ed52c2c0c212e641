export function ensurePackages(): Promise<void>;
export function findNode24(): string;
export function ensureWorkbench(): Promise<string>;
export function ensureChromium(): Promise<string>;
export function tryHeadlessChromium(): Promise<void>;
export function headlessChromium(): Promise<string>;
export function ensureOpenssl(): Promise<void>;
export function ensurePython(): Promise<string | undefined>;
