import { describe, expect, test } from 'vitest';
import { boxBetween, dragPan, keyAction, wheelAction } from '../../../../webview/curves/axes/gestures';
import { type ZoomableAxis, zoomChange } from '../../../../webview/curves/axes/zoom-state';

const area = { left: 50, right: 250, top: 20, bottom: 120 };
const whole: ZoomableAxis = { scale: 'linear', range: [0, 100], whole: [0, 100], zoomed: false };
const zoomed: ZoomableAxis = { ...whole, range: [40, 60], zoomed: true };
const plain = { altKey: false, shiftKey: false };

describe('drag', () => {
  test('a box zooms both axes, a thin one only the axis along which it is long, with Alt y alone', () => {
    expect(boxBetween({ x: 100, y: 70 }, { x: 150, y: 20 }, area, false)?.action).toEqual({
      kind: 'box',
      x: [0.25, 0.5],
      y: [0.5, 1],
    });
    expect(boxBetween({ x: 100, y: 70 }, { x: 150, y: 74 }, area, false)?.action).toEqual({
      kind: 'box',
      x: [0.25, 0.5],
    });
    expect(boxBetween({ x: 100, y: 70 }, { x: 104, y: 20 }, area, false)?.action).toEqual({ kind: 'box', y: [0.5, 1] });
    const alone = boxBetween({ x: 100, y: 70 }, { x: 190, y: 20 }, area, true);
    expect(alone).toMatchObject({ action: { kind: 'box', y: [0.5, 1] }, area: { left: 50, right: 250 } });
    expect(alone?.action).not.toHaveProperty('x');
  });

  test('a click is no box, and a box ends at the border of the plot', () => {
    expect(boxBetween({ x: 100, y: 70 }, { x: 102, y: 71 }, area, false)).toBeUndefined();
    expect(boxBetween({ x: 200, y: 70 }, { x: 900, y: 71 }, area, false)?.action).toEqual({
      kind: 'box',
      x: [0.75, 1],
    });
  });

  test('with Shift the plot follows the pointer', () => {
    expect(dragPan({ x: 100, y: 50 }, { x: 150, y: 60 }, area)).toEqual({ kind: 'pan', x: -0.25, y: 0.1 });
  });
});

describe('wheel', () => {
  const turn = { deltaX: 0, deltaY: -100, ...plain };

  test('up shows less of x around the pointer; with Alt of y; across pans', () => {
    const action = wheelAction(turn, { x: 100, y: 45 }, area);
    expect(action).toMatchObject({ kind: 'zoom', axis: 'x', anchor: 0.25 });
    expect(action?.kind === 'zoom' && action.factor).toBeGreaterThan(1);
    expect(wheelAction({ ...turn, altKey: true }, { x: 100, y: 45 }, area)).toMatchObject({ axis: 'y', anchor: 0.75 });
    expect(wheelAction({ ...turn, deltaY: 50, shiftKey: true }, { x: 0, y: 0 }, area)).toEqual({
      kind: 'pan',
      x: 0.25,
      y: 0,
    });
    expect(wheelAction({ ...turn, deltaX: -20, deltaY: 3 }, { x: 0, y: 0 }, area)).toEqual({
      kind: 'pan',
      x: -0.1,
      y: 0,
    });
    expect(wheelAction({ ...turn, deltaY: 0 }, { x: 0, y: 0 }, area)).toBeUndefined();
  });
});

describe('keys', () => {
  test('plus, minus, arrows and 0; Alt for y alone, Shift for the cross-hair', () => {
    expect(keyAction('+', plain)).toMatchObject({ kind: 'zoom', axis: 'x', factor: 1.5 });
    expect(keyAction('-', { ...plain, altKey: true })).toMatchObject({ kind: 'zoom', axis: 'y', factor: 1 / 1.5 });
    expect(keyAction('ArrowLeft', plain)).toEqual({ kind: 'pan', x: -0.2, y: 0 });
    expect(keyAction('ArrowUp', plain)).toEqual({ kind: 'pan', x: 0, y: 0.2 });
    expect(keyAction('ArrowRight', { ...plain, shiftKey: true })).toEqual({ kind: 'point', by: 0.01 });
    expect(keyAction('0', plain)).toEqual({ kind: 'reset' });
    expect(keyAction('Escape', plain)).toEqual({ kind: 'leave' });
    expect(keyAction('a', plain)).toBeUndefined();
  });
});

describe('what an action changes', () => {
  test('zooming one axis leaves the other', () => {
    expect(zoomChange({ kind: 'zoom', axis: 'x', factor: 2, anchor: 0.5 }, whole, whole)).toEqual({ x: [25, 75] });
    expect(zoomChange({ kind: 'zoom', axis: 'y', factor: 2, anchor: 0 }, whole, whole)).toEqual({ y: [0, 50] });
  });

  test('zooming out to everything is no zoom any more', () => {
    expect(zoomChange({ kind: 'zoom', axis: 'x', factor: 0.1, anchor: 0.5 }, zoomed, whole)).toEqual({ x: null });
    expect(zoomChange({ kind: 'reset' }, zoomed, zoomed)).toEqual({ x: null, y: null });
  });

  test('what is seen whole cannot be moved', () => {
    expect(zoomChange({ kind: 'pan', x: 0.5, y: 0.5 }, zoomed, whole)).toEqual({ x: [50, 70] });
    expect(zoomChange({ kind: 'pan', x: 0.5, y: 0.5 }, whole, zoomed)).toEqual({ y: [50, 70] });
  });

  test('a box', () => {
    expect(zoomChange({ kind: 'box', x: [0.1, 0.5], y: [0, 0.5] }, whole, zoomed)).toEqual({
      x: [10, 50],
      y: [40, 50],
    });
    expect(zoomChange({ kind: 'box', y: [0, 0.5] }, whole, zoomed)).toEqual({ y: [40, 50] });
  });
});
