import { expect, test } from 'vitest';
import { nameOfImage } from '../../../webview/cam/cell-text';

test('an image goes by the end of its path', () => {
  expect(nameOfImage('val/n01443537/val_12.JPEG')).toBe('val_12.JPEG');
  expect(nameOfImage('C:\\photos\\own.png')).toBe('own.png');
  expect(nameOfImage('own.png')).toBe('own.png');
  expect(nameOfImage('folder/')).toBe('folder/');
});
