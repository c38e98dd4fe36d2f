import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DrawingLoop } from '../../../webview/shared/drawing-loop';

let frames: (() => void)[] = [];
/** Draws what waits for the next frame. */
const nextFrame = () => {
  const due = frames;
  frames = [];
  for (const callback of due) callback();
};

beforeEach(() => {
  vi.useFakeTimers();
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => frames.push(callback));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('what is asked for several times is drawn once, with the next frame', () => {
  const draw = vi.fn();
  const drawing = new DrawingLoop(draw);
  drawing.soon();
  drawing.later();
  drawing.soon();
  expect(draw).not.toHaveBeenCalled();
  nextFrame();
  expect(draw).toHaveBeenCalledTimes(1);
  nextFrame();
  expect(draw).toHaveBeenCalledTimes(1);
  drawing.soon();
  nextFrame();
  expect(draw).toHaveBeenCalledTimes(2);
});

test('news is drawn at most once an interval', () => {
  const draw = vi.fn();
  const drawing = new DrawingLoop(draw, () => 300);
  drawing.now();
  for (let at = 0; at < 3000; at += 10) {
    drawing.later();
    vi.advanceTimersByTime(10);
    nextFrame();
  }
  expect(draw).toHaveBeenCalledTimes(1 + 10);
});

test('what a person does is drawn with the next frame, and the news that waits along with it', () => {
  const draw = vi.fn();
  const drawing = new DrawingLoop(draw, () => 300);
  drawing.now();
  drawing.later();
  vi.advanceTimersByTime(100);
  drawing.soon();
  nextFrame();
  expect(draw).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(1000);
  nextFrame();
  expect(draw).toHaveBeenCalledTimes(2);
});

test('the pause follows from how long the drawing took, and begins at its end', () => {
  const drawing = new DrawingLoop(
    () => vi.advanceTimersByTime(50),
    (tookMs) => 8 * tookMs,
  );
  drawing.now();
  drawing.later();
  vi.advanceTimersByTime(399);
  expect(frames).toHaveLength(0);
  vi.advanceTimersByTime(1);
  expect(frames).toHaveLength(1);
});

test('a drawing that fails does not keep the next from coming, nor its pause', () => {
  let fails = true;
  const draw = vi.fn(() => {
    if (fails) throw new Error('no room');
  });
  const drawing = new DrawingLoop(draw, () => 300);
  drawing.soon();
  expect(nextFrame).toThrow('no room');
  fails = false;
  drawing.later();
  expect(frames).toHaveLength(0);
  drawing.soon();
  nextFrame();
  expect(draw).toHaveBeenCalledTimes(2);
});
