export interface Quote {
  readonly seq: number;
  readonly symbol: string;
  readonly price: number;
  readonly change: number;
  readonly volume: number;
  /** ISO 8601. */
  readonly at: string;
}

const symbols = ['ACME', 'BETA', 'CORP', 'DYNE', 'ECHO'];

/** Generates quotes with prices in random walks. */
export function quotes(): () => Quote {
  const prices = new Map(symbols.map(symbol => [symbol, 50 + Math.random() * 100]));
  let seq = 0;
  return () => {
    const symbol = symbols[seq % symbols.length] ?? 'ACME';
    const before = prices.get(symbol) ?? 100;
    const price = Math.max(1, before + (Math.random() - 0.5) * 2);
    prices.set(symbol, price);
    seq++;
    return {
      seq,
      symbol,
      price: Number(price.toFixed(2)),
      change: Number((price - before).toFixed(2)),
      volume: Math.ceil(Math.random() * 1000),
      at: new Date().toISOString(),
    };
  };
}
