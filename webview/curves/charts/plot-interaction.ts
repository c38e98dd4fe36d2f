import type { PlotArea } from '../../shared/plot/axes';
import { type AxisAction, boxBetween, dragPan, keyAction, type Place, wheelAction } from '../axes/gestures';

export interface PlotInteractionListener {
  area: () => PlotArea | undefined;
  onAction: (action: AxisAction) => void;
  /** Where the pointer is, in pixels of the plot's element; undefined when it has left. */
  onPointer: (place: Place | undefined) => void;
  /** The box that is being drawn; undefined when it is done. */
  onBox: (box: PlotArea | undefined) => void;
}

/**
 * Wheel, drag and keys on a plot. A wheel turns the axes only with Ctrl, ⌘ or Alt held or while the plot has the focus:
 * else the panel scrolls.
 */
export function listenToPlot(plot: HTMLElement, { area, onAction, onPointer, onBox }: PlotInteractionListener): void {
  let drag: { from: Place; last: Place; pans: boolean; yAlone: boolean } | undefined;
  const placeOf = (event: MouseEvent): Place => {
    const { left, top } = plot.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  plot.addEventListener(
    'wheel',
    (event) => {
      const plotArea = area();
      const meant = event.ctrlKey || event.metaKey || event.altKey || document.activeElement === plot;
      if (plotArea === undefined || !meant) return;
      const action = wheelAction(event, placeOf(event), plotArea);
      if (action === undefined) return;
      event.preventDefault();
      onAction(action);
    },
    { passive: false },
  );

  plot.addEventListener('pointerdown', (event) => {
    const plotArea = area();
    if (event.button !== 0 || plotArea === undefined || (event.target as Element).closest('button') !== null) return;
    const from = placeOf(event);
    drag = { from, last: from, pans: event.shiftKey, yAlone: event.altKey };
    plot.setPointerCapture(event.pointerId);
  });

  plot.addEventListener('pointermove', (event) => {
    const place = placeOf(event);
    const plotArea = area();
    onPointer(place);
    if (drag === undefined || plotArea === undefined) return;
    if (drag.pans) onAction(dragPan(drag.last, place, plotArea));
    else onBox(boxBetween(drag.from, place, plotArea, drag.yAlone)?.area);
    drag.last = place;
  });

  const finish = (event: PointerEvent, completed: boolean) => {
    const plotArea = area();
    const ended = drag;
    drag = undefined;
    onBox(undefined);
    if (ended === undefined || ended.pans || !completed || plotArea === undefined) return;
    const box = boxBetween(ended.from, placeOf(event), plotArea, ended.yAlone);
    if (box !== undefined) onAction(box.action);
  };
  plot.addEventListener('pointerup', (event) => finish(event, true));
  plot.addEventListener('pointercancel', (event) => finish(event, false));
  plot.addEventListener('pointerleave', () => {
    if (drag === undefined) onPointer(undefined);
  });
  plot.addEventListener('dblclick', () => onAction({ kind: 'reset' }));

  plot.addEventListener('keydown', (event) => {
    if (event.target !== plot || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Escape' && drag !== undefined) {
      drag = undefined;
      onBox(undefined);
      return;
    }
    const action = keyAction(event.key, event);
    if (action === undefined) return;
    event.preventDefault();
    onAction(action);
  });
  plot.addEventListener('blur', () => onPointer(undefined));
}
