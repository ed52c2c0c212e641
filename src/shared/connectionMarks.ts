/** The shapes of marks; `connectionMark.css` has the same. */
const shapes = ['●', '■', '▲', '◆', '★'] as const;

/** How many of the colours `websocketMonitor.mark1`, … there are. */
const colours = 6;

/**
 * What a connection is recognised by wherever it is shown: a shape and a colour, which tell it from
 * its neighbours each by itself. Marks repeat after thirty.
 */
export interface ConnectionMark {
  readonly character: string;
  /** From 0 on. */
  readonly shape: number;
  readonly colour: number;
  /** The id of the colour among those of the theme. */
  readonly colourId: string;
}

/** @param number that of the connection, from 0 on */
export function markOf(number: number): ConnectionMark {
  const shape = number % shapes.length;
  const colour = number % colours;
  return {
    character: shapes[shape] ?? shapes[0],
    shape,
    colour,
    colourId: `websocketMonitor.mark${colour + 1}`,
  };
}
