import type { MomentAnswer, NamedRow, Params, RowAnswer } from '../../shared/monitorProtocol.ts';
import type { Source, Sources } from '../captures/sources.ts';

/** A row by its name, also if the list leaves it out. */
export async function rowNamed(
  sources: Sources,
  { connection, seq }: Params<'row'>,
): Promise<RowAnswer> {
  const { capture } = sources.get(connection);
  const [row] = await capture.rows(seq, 1);
  const { first, next } = capture.extent;
  return { ...(row?.seq === seq && { row: { ...row, connection } }), first, next };
}

/** The first row at or after a moment, of all rows of these sources. */
export async function rowAt(
  sources: readonly Source[],
  { at }: Params<'row.at'>,
): Promise<MomentAnswer> {
  const parts = await Promise.all(sources.map(source => rowOfSourceAt(source, at)));
  const rows = parts.flatMap(({ row }) => (row ? [row] : []));
  const spans = parts.flatMap(({ span }) => (span ? [span] : []));
  const [row] = rows.toSorted((one, other) => one.at - other.at);
  return {
    ...(row && { row }),
    ...(spans.length > 0 && {
      span: {
        from: Math.min(...spans.map(({ from }) => from)),
        to: Math.max(...spans.map(({ to }) => to)),
      },
    }),
  };
}

async function rowOfSourceAt({ id, capture }: Source, at: number): Promise<MomentAnswer> {
  const { first, next } = capture.extent;
  /** The first one from `seq` on: a file may have no rows of some numbers. */
  const read = async (seq: number, end = next): Promise<NamedRow | undefined> => {
    for (let from = seq, count = 1; from < end; from += count, count = Math.min(2 * count, 1024)) {
      const [row] = await capture.rows(from, Math.min(count, end - from));
      if (row) {
        return { ...row, connection: id };
      }
    }
    return undefined;
  };
  const [oldest, newest] = await Promise.all([read(first), read(next - 1)]);
  if (first === next || !oldest || !newest) {
    return {};
  }
  const span = { from: oldest.at, to: newest.at };
  let [low, high] = [first, next];
  while (low < high) {
    // Not by shifts: numbers of rows exceed 32 bits.
    const middle = Math.floor((low + high) / 2);
    const row = await read(middle, high);
    if (row && row.at < at) {
      low = row.seq + 1;
    } else {
      high = middle;
    }
  }
  const row = low < next ? await read(low) : undefined;
  return { ...(row && { row }), span };
}
