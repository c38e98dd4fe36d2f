import { expanded, pan, part, type Range, type ScaleKind, zoom } from '../../shared/plot/axis-transform';
import type { AxisAction } from './gestures';

/** An axis as it is drawn, and what it covers when nobody zoomed it. */
export interface ZoomableAxis {
  scale: ScaleKind;
  range: Range;
  whole: Range;
  zoomed: boolean;
}

/** What an action changes: a range, or null for the whole axis again. An axis that is missing stays. */
export interface ZoomChange {
  x?: Range | null;
  y?: Range | null;
}

/** Room to zoom out and pan beyond the lines along y, as a share of what they span. */
const roomAround = 2;

export function zoomChange(action: AxisAction, x: ZoomableAxis, y: ZoomableAxis): ZoomChange {
  const around = expanded(y.scale, y.whole, roomAround);
  switch (action.kind) {
    case 'zoom':
      return action.axis === 'x'
        ? { x: zoom(x.scale, x.range, x.whole, action.factor, action.anchor) ?? null }
        : { y: zoom(y.scale, y.range, around, action.factor, action.anchor) ?? null };
    case 'pan':
      return {
        // What is seen whole has nowhere to go.
        ...(action.x !== 0 && x.zoomed ? { x: pan(x.scale, x.range, x.whole, action.x) ?? null } : {}),
        ...(action.y !== 0 && y.zoomed ? { y: pan(y.scale, y.range, around, action.y) ?? null } : {}),
      };
    case 'box':
      return {
        ...(action.x === undefined ? {} : { x: part(x.scale, x.range, ...action.x) }),
        ...(action.y === undefined ? {} : { y: part(y.scale, y.range, ...action.y) }),
      };
    case 'reset':
      return { x: null, y: null };
    default:
      return {};
  }
}
