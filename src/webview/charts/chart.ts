import { el, oncePerFrame } from '../widgets/dom.ts';
import { roundUp, shareOf, type Line, type TimeAxis } from './chartModel.ts';

/** A canvas that shows a picture in the theme's colours, sharp at any size. */
export class Chart {
  readonly canvas: HTMLCanvasElement;
  readonly #requestDraw = oncePerFrame(() => this.#draw());
  #picture: Picture | undefined;
  #colors: ChartColors | undefined;
  #size: Size = { width: 0, height: 0 };

  constructor(attributes: Readonly<Record<string, string>>) {
    this.canvas = el('canvas', attributes);
    new ResizeObserver(entries => {
      const box = entries.at(-1)?.contentRect;
      this.#size = { width: box?.width ?? 0, height: box?.height ?? 0 };
      // At once, because a canvas loses its picture with its size.
      this.#draw();
    }).observe(this.canvas);
  }

  show(picture: Picture): void {
    this.#picture = picture;
    this.#requestDraw();
  }

  /** Reads the colours again; call it when the theme may have changed. */
  recolor(): void {
    this.#colors = undefined;
    this.#requestDraw();
  }

  #draw(): void {
    const { width, height } = this.#size;
    const context = this.canvas.getContext('2d');
    if (!context || !this.#picture || width === 0 || height === 0) {
      return;
    }
    const density = window.devicePixelRatio;
    const [columns, lines] = [Math.round(width * density), Math.round(height * density)];
    if (this.canvas.width !== columns || this.canvas.height !== lines) {
      this.canvas.width = columns;
      this.canvas.height = lines;
    }
    context.setTransform(density, 0, 0, density, 0, 0);
    this.#colors ??= colorsOf(this.canvas);
    new Painter(context, this.#size, this.#colors, this.#picture).draw();
  }
}

function colorsOf(canvas: HTMLCanvasElement): ChartColors {
  const styles = getComputedStyle(canvas);
  const color = (name: string) => styles.getPropertyValue(`--chart-${name}`).trim();
  return {
    in: color('in'),
    out: color('out'),
    both: color('both'),
    grid: color('grid'),
    text: color('text'),
    cursor: color('cursor'),
    lost: color('lost'),
    opened: color('opened'),
    back: color('back'),
    fill: Number.parseFloat(color('fill')) || 0,
    font: `11px ${styles.fontFamily}`,
  };
}

/** `area` for a stream, `bars` for extremes, `dots` for irregular measurements. */
export type Shape = 'area' | 'bars' | 'dots';

/** The theme's colours, as `charts.css` names them for charts. */
interface ChartColors {
  readonly in: string;
  readonly out: string;
  readonly both: string;
  readonly grid: string;
  readonly text: string;
  readonly cursor: string;
  readonly lost: string;
  readonly opened: string;
  readonly back: string;
  /** The opacity of areas, from 0 to 1; 0 in high contrast. */
  readonly fill: number;
  readonly font: string;
}

/** In CSS pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

interface Picture {
  readonly axis: TimeAxis;
  readonly lines: readonly Line[];
  readonly shape: Shape;
  /** The step that the crosshair is on. */
  readonly cursor?: number | undefined;
  /** What is written beside the crosshair. */
  readonly cursorLabel?: string | undefined;
  /** Formats the number at the top, which is rounded up; if absent, there is no number. */
  readonly format?: (value: number) => string;
}

const labelHeight = 14;
const labelPadding = 3;
const markSize = 3;
const endHeight = 1.5;
const barAlpha = 0.45;

/** Draws one picture. */
class Painter {
  readonly #context: CanvasRenderingContext2D;
  readonly #size: Size;
  readonly #colors: ChartColors;
  readonly #picture: Picture;
  readonly #top: number;
  readonly #max: number;
  readonly #isEmpty: boolean;

  constructor(
    context: CanvasRenderingContext2D,
    size: Size,
    colors: ChartColors,
    picture: Picture,
  ) {
    this.#context = context;
    this.#size = size;
    this.#colors = colors;
    this.#picture = picture;
    this.#top = picture.format ? labelHeight : 2 * markSize;
    const max = Math.max(0, ...picture.lines.flatMap(({ values }) => values));
    this.#max = picture.format || max === 0 ? roundUp(max) : max;
    this.#isEmpty = max === 0;
  }

  draw(): void {
    const { width, height } = this.#size;
    this.#context.clearRect(0, 0, width, height);
    this.#grid();
    this.#picture.lines.forEach(line => this.#line(line));
    this.#marks();
    this.#cursor();
  }

  #x(step: number): number {
    const { room, stepCount } = this.#picture.axis;
    return ((step + room - stepCount) / room) * this.#size.width;
  }

  #y(value: number): number {
    const bottom = this.#size.height - 1;
    return bottom - (value / this.#max) * (bottom - this.#top);
  }

  #grid(): void {
    const { format } = this.#picture;
    this.#stroke(this.#colors.grid, [], () => {
      const heights = format ? [0, this.#max / 2, this.#max] : [0];
      for (const y of heights.map(value => Math.round(this.#y(value)) - 0.5)) {
        this.#context.moveTo(0, y);
        this.#context.lineTo(this.#size.width, y);
      }
    });
    if (format && !this.#isEmpty) {
      this.#context.font = this.#colors.font;
      this.#context.fillStyle = this.#colors.text;
      this.#context.textBaseline = 'bottom';
      this.#context.fillText(format(this.#max), 0, this.#top);
    }
  }

  #line(line: Line): void {
    const { shape } = this.#picture;
    const color = this.#colors[line.direction];
    if (shape === 'bars') {
      this.#bars(line, color);
    } else if (shape === 'dots') {
      this.#dots(line, color);
    } else {
      this.#area(line, color);
    }
  }

  /** A line, dashed for sent messages; an area below it for received ones. */
  #area({ values, direction }: Line, color: string): void {
    const context = this.#context;
    const trace = () =>
      values.forEach((value, at) => context.lineTo(this.#x(at + 0.5), this.#y(value)));
    if (direction === 'in' && this.#colors.fill > 0 && values.length > 0) {
      context.globalAlpha = this.#colors.fill;
      context.fillStyle = color;
      context.beginPath();
      context.moveTo(this.#x(0.5), this.#y(0));
      trace();
      context.lineTo(this.#x(values.length - 0.5), this.#y(0));
      context.fill();
      context.globalAlpha = 1;
    }
    if (direction === 'out' && values.every(value => value === 0)) {
      return;
    }
    this.#stroke(color, direction === 'out' ? [4, 3] : [], trace, 1.5);
    if (values.length === 1) {
      this.#dot(0, values[0] ?? 0, color);
    }
  }

  /** Bars from the bottom, paler than their ends, because many of them would look like a block. */
  #bars({ values }: Line, color: string): void {
    const context = this.#context;
    const width = Math.max(1, this.#x(1) - this.#x(0) - 1);
    const bottom = this.#y(0);
    const tops = new Map<number, number>();
    values.forEach((value, step) => {
      if (value > 0) {
        // Of several steps in one pixel only the tallest is drawn.
        const x = width > 1 ? this.#x(step) : Math.floor(this.#x(step));
        tops.set(x, Math.min(tops.get(x) ?? bottom - 1, this.#y(value)));
      }
    });
    context.fillStyle = color;
    for (const [x, top] of tops) {
      context.globalAlpha = barAlpha;
      context.fillRect(x, top, width, bottom - top);
      context.globalAlpha = 1;
      context.fillRect(x, top, width, endHeight);
    }
  }

  /** Dots for steps with a value, joined by a line. */
  #dots({ values }: Line, color: string): void {
    const measured = values.flatMap((value, step) => (value > 0 ? [{ value, step }] : []));
    this.#stroke(color, [], () => {
      measured.forEach(({ value, step }) =>
        this.#context.lineTo(this.#x(step + 0.5), this.#y(value)),
      );
    });
    measured.forEach(({ value, step }) => this.#dot(step, value, color));
  }

  #dot(step: number, value: number, color: string): void {
    this.#context.fillStyle = color;
    this.#context.beginPath();
    this.#context.arc(this.#x(step + 0.5), this.#y(value), 1.75, 0, 2 * Math.PI);
    this.#context.fill();
  }

  /** A loss is a line with a triangle on top, a reopening a dotted line with a ring. */
  #marks(): void {
    const { axis, format } = this.#picture;
    const top = format ? this.#top : 0;
    for (const { at, kind } of axis.marks) {
      const share = shareOf(axis, at);
      if (share < 0 || share > 1) {
        continue;
      }
      const x = Math.round(share * (this.#size.width - 1)) + 0.5;
      const isLost = kind === 'lost';
      this.#stroke(this.#colors[kind], isLost ? [] : [1, 2], () => {
        this.#context.moveTo(x, isLost ? top : top + 2 * markSize);
        this.#context.lineTo(x, this.#size.height);
      });
      if (isLost) {
        this.#triangle(x, top);
      } else {
        this.#stroke(this.#colors[kind], [], () =>
          this.#context.arc(x, top + markSize, markSize - 0.5, 0, 2 * Math.PI),
        );
      }
    }
  }

  #triangle(x: number, top: number): void {
    this.#context.fillStyle = this.#colors.lost;
    this.#context.beginPath();
    this.#context.moveTo(x - markSize - 0.5, top);
    this.#context.lineTo(x + markSize + 0.5, top);
    this.#context.lineTo(x, top + 2 * markSize);
    this.#context.fill();
  }

  #cursor(): void {
    const { cursor, lines, shape } = this.#picture;
    if (cursor === undefined) {
      return;
    }
    const x = Math.round(this.#x(cursor + 0.5)) + 0.5;
    this.#stroke(this.#colors.cursor, [], () => {
      this.#context.moveTo(x, this.#top);
      this.#context.lineTo(x, this.#size.height);
    });
    if (shape !== 'bars') {
      for (const { values, direction } of lines) {
        const value = values[cursor] ?? 0;
        if (value > 0) {
          this.#dot(cursor, value, this.#colors[direction]);
        }
      }
    }
    this.#cursorLabel(x);
  }

  /** On the side of the crosshair where there is room, on a ground of its own. */
  #cursorLabel(x: number): void {
    const { cursorLabel = '' } = this.#picture;
    if (cursorLabel === '') {
      return;
    }
    const context = this.#context;
    context.font = this.#colors.font;
    const width = context.measureText(cursorLabel).width + 2 * labelPadding;
    const isRight = x + width <= this.#size.width;
    const left = isRight ? x + 1 : x - 1 - width;
    context.fillStyle = this.#colors.back;
    context.fillRect(left, 0, width, labelHeight + 1);
    context.fillStyle = this.#colors.cursor;
    context.textBaseline = 'bottom';
    context.fillText(cursorLabel, left + labelPadding, labelHeight);
  }

  #stroke(color: string, dash: readonly number[], trace: () => void, width = 1): void {
    const context = this.#context;
    context.strokeStyle = color;
    context.lineWidth = width;
    context.lineJoin = 'round';
    context.setLineDash([...dash]);
    context.beginPath();
    trace();
    context.stroke();
  }
}
