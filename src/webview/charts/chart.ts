import { Painter, type ChartColors, type Picture, type Size } from './chartPainter.ts';
import { el, oncePerFrame } from '../widgets/dom.ts';

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

  /** To be called when the colours may be others. */
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
    fill: Number.parseFloat(color('fill')) || 0,
    font: `11px ${styles.fontFamily}`,
  };
}
