import { expect, test } from 'vitest';
import { cellText, nameOfImage } from '../../../webview/cam/cell-text';

test('an image goes by the end of its path', () => {
  expect(nameOfImage('val/n01443537/val_12.JPEG')).toBe('val_12.JPEG');
  expect(nameOfImage('C:\\photos\\own.png')).toBe('own.png');
  expect(nameOfImage('own.png')).toBe('own.png');
  expect(nameOfImage('folder/')).toBe('folder/');
});

test('classes go by what they are called where people read', () => {
  const readable = (name = '') => ({ n01440764: 'tench' })[name] ?? name;
  const explanation = { probabilities: Float64Array.of(0.75, 0.25), predicted: 0, label: 1, isRight: false, shown: 1 };
  const classes = ['n01440764', 'n01443537'];
  expect(cellText({ state: 'map', explanation, classes }, 'a.png, run main', readable)).toEqual({
    caption: 'tench',
    confidence: '75.0 % ✗',
    note: 'map of n01443537, 25.0 %',
    isRight: false,
    label: 'a.png, run main: tench 75.0 % ✗ map of n01443537, 25.0 %, wrong',
  });
  const grid = { values: [-0.5, 2], height: 1, width: 2 };
  expect(cellText({ state: 'difference', grid, shown: 0, classes }, 'a.png, run main', readable).note).toBe(
    'map of tench',
  );
});

test('a cell without a map says in its label why the image has none', () => {
  const cell = { state: 'message', text: 'No map of this image yet.' } as const;
  const readable = (name = '') => name;
  expect(cellText(cell, 'own.png, run main', readable).label).toBe('own.png, run main: No map of this image yet.');
  expect(cellText(cell, 'own.png, run main', readable, 'is no image: put it back').label).toBe(
    'own.png, run main: No map of this image yet. It is no image: put it back',
  );
});
