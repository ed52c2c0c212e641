/** A state of the editor's that is only in memory. */
export function memento(initial: Readonly<Record<string, unknown>> = {}) {
  const values = new Map<string, unknown>(Object.entries(initial));
  return {
    values,
    keys: () => [...values.keys()],
    get: <T>(key: string, fallback?: T) => (values.get(key) as T | undefined) ?? fallback,
    update: (key: string, value: unknown) => {
      if (value === undefined) {
        values.delete(key);
      } else {
        values.set(key, JSON.parse(JSON.stringify(value)));
      }
      return Promise.resolve();
    },
    setKeysForSync: () => undefined,
  };
}
