import type { SvgPen } from './svg-pen';

/** What drawing needs of a canvas: what can be written as SVG through the same calls. */
export type Pen = Pick<CanvasRenderingContext2D, keyof SvgPen & keyof CanvasRenderingContext2D>;
