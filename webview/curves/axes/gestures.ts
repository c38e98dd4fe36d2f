import type { PlotArea } from '../../shared/plot/axes';

/** What a person does to the axes. Fractions are of the plot: 0 left and bottom, 1 right and top. */
export type AxisAction =
  | { kind: 'zoom'; axis: 'x' | 'y'; factor: number; anchor: number }
  | { kind: 'pan'; x: number; y: number }
  | { kind: 'box'; x?: readonly [number, number]; y?: readonly [number, number] }
  | { kind: 'reset' }
  /** Moves the cross-hair by a fraction of the plot. */
  | { kind: 'point'; by: number }
  | { kind: 'leave' };

/** A box that is thinner than that in one direction zooms the other alone. */
const thinPixels = 10;
/** A drag that is shorter than that is a click. */
const clickPixels = 4;

export interface Place {
  x: number;
  y: number;
}

/** The box between two places, in pixels: as it is drawn, and as the axes take it. Undefined for a click. */
export function boxBetween(
  from: Place,
  to: Place,
  area: PlotArea,
  yAlone: boolean,
): { area: PlotArea; action: AxisAction } | undefined {
  const clampX = (x: number) => Math.min(Math.max(x, area.left), area.right);
  const clampY = (y: number) => Math.min(Math.max(y, area.top), area.bottom);
  const box = {
    left: Math.min(clampX(from.x), clampX(to.x)),
    right: Math.max(clampX(from.x), clampX(to.x)),
    top: Math.min(clampY(from.y), clampY(to.y)),
    bottom: Math.max(clampY(from.y), clampY(to.y)),
  };
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  if (Math.max(yAlone ? 0 : width, height) < clickPixels) return undefined;
  const spansX = yAlone || (width < thinPixels && height >= thinPixels);
  const spansY = !spansX && height < thinPixels;
  const x = [fraction(box.left, area.left, area.right), fraction(box.right, area.left, area.right)] as const;
  const y = [fraction(box.bottom, area.bottom, area.top), fraction(box.top, area.bottom, area.top)] as const;
  return {
    area: {
      ...box,
      ...(spansX ? { left: area.left, right: area.right } : {}),
      ...(spansY ? { top: area.top, bottom: area.bottom } : {}),
    },
    action: { kind: 'box', ...(spansX ? {} : { x }), ...(spansY ? {} : { y }) },
  };
}

/** A wheel turns by about 100 pixels a notch, a touch pad by a few. */
const zoomPerPixel = 1.0025;

/** What turning a wheel over a plot does. */
export function wheelAction(
  turn: { deltaX: number; deltaY: number; altKey: boolean; shiftKey: boolean },
  at: Place,
  area: PlotArea,
): AxisAction | undefined {
  const across = turn.shiftKey && turn.deltaX === 0 ? turn.deltaY : turn.deltaX;
  const width = area.right - area.left;
  if (turn.shiftKey || Math.abs(across) > Math.abs(turn.deltaY)) {
    return across === 0 ? undefined : { kind: 'pan', x: across / width, y: 0 };
  }
  if (turn.deltaY === 0) return undefined;
  const factor = zoomPerPixel ** -turn.deltaY;
  return turn.altKey
    ? { kind: 'zoom', axis: 'y', factor, anchor: fraction(at.y, area.bottom, area.top) }
    : { kind: 'zoom', axis: 'x', factor, anchor: fraction(at.x, area.left, area.right) };
}

/** Moves by a drag: the plot follows the pointer. */
export function dragPan(from: Place, to: Place, area: PlotArea): AxisAction {
  return { kind: 'pan', x: (from.x - to.x) / (area.right - area.left), y: (to.y - from.y) / (area.bottom - area.top) };
}

const keyZoom = 1.5;
const keyPan = 0.2;

/** What a key does in a plot that has the focus; with Alt it is for y alone. */
export function keyAction(
  key: string,
  { altKey, shiftKey }: { altKey: boolean; shiftKey: boolean },
): AxisAction | undefined {
  const axis = altKey ? 'y' : 'x';
  switch (key) {
    case '+':
    case '=':
      return { kind: 'zoom', axis, factor: keyZoom, anchor: 0.5 };
    case '-':
    case '_':
      return { kind: 'zoom', axis, factor: 1 / keyZoom, anchor: 0.5 };
    case '0':
      return { kind: 'reset' };
    case 'ArrowLeft':
    case 'ArrowRight': {
      const sign = key === 'ArrowLeft' ? -1 : 1;
      return shiftKey ? { kind: 'point', by: sign / 100 } : { kind: 'pan', x: sign * keyPan, y: 0 };
    }
    case 'ArrowUp':
      return { kind: 'pan', x: 0, y: keyPan };
    case 'ArrowDown':
      return { kind: 'pan', x: 0, y: -keyPan };
    case 'Escape':
      return { kind: 'leave' };
    default:
      return undefined;
  }
}

export function fraction(value: number, start: number, end: number): number {
  return end === start ? 0 : Math.min(1, Math.max(0, (value - start) / (end - start)));
}
