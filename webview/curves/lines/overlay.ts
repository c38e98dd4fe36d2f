import { withAlpha } from '../../shared/palette';
import type { Pen } from '../../shared/pen';
import type { Plot, PlotArea } from '../../shared/plot/axes';
import type { RunStyle } from '../../shared/run-style';
import { drawMarker } from '../../shared/shapes';
import type { Theme } from '../../shared/theme';
import { dashedKinds } from './curve-painter';
import type { TooltipRow } from './tooltip-rows';

/** What lies above a plot and follows the pointer. */
export interface OverlayContents {
  /** The value of the cross-hair. */
  x: number | undefined;
  /** Its height in pixels, in the chart with the pointer. */
  pointerY?: number | undefined;
  rows: readonly TooltipRow[];
  box?: PlotArea | undefined;
}

export function paintOverlay(
  pen: Pen,
  plot: Plot,
  { x, pointerY, rows, box }: OverlayContents,
  theme: Theme,
  styleOf: (runKey: string) => RunStyle,
): void {
  const { area } = plot;
  const stroke = (from: readonly [number, number], to: readonly [number, number]) => {
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    pen.stroke();
  };
  if (x !== undefined) {
    const left = Math.round(plot.x(x)) + 0.5;
    if (left >= area.left - 1 && left <= area.right + 1) {
      pen.strokeStyle = withAlpha(theme.foreground, theme.highContrast ? 1 : 0.55);
      pen.lineWidth = 1;
      pen.setLineDash([]);
      stroke([left, area.top], [left, area.bottom]);
      if (pointerY !== undefined && pointerY >= area.top && pointerY <= area.bottom) {
        pen.setLineDash([3, 3]);
        stroke([area.left, pointerY], [area.right, pointerY]);
        pen.setLineDash([]);
      }
      for (const { series, x: at, value } of rows) {
        const place = [plot.x(at), plot.y(value)] as const;
        const inside = place[1] >= area.top - 4 && place[1] <= area.bottom + 4;
        if (!place.every(Number.isFinite) || !inside) continue;
        const { colour, marker } = styleOf(series.runKey);
        const fill = dashedKinds.has(series.kind) ? theme.background : colour;
        drawMarker(pen, marker, place, 4.5, { stroke: colour, fill, width: 1.8 });
      }
    }
  }
  if (box === undefined) return;
  pen.fillStyle = withAlpha(theme.foreground, 0.1);
  pen.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  pen.strokeStyle = theme.foreground;
  pen.lineWidth = 1;
  pen.setLineDash([3, 3]);
  pen.beginPath();
  pen.rect(box.left + 0.5, box.top + 0.5, box.right - box.left - 1, box.bottom - box.top - 1);
  pen.stroke();
  pen.setLineDash([]);
}
