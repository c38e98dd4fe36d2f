import { describe, expect, test } from 'vitest';
import { layoutFrame } from '../../../webview/shared/plot/picture';
import { SvgPen } from '../../../webview/shared/svg-pen';

const pen = () => new SvgPen(200, 100, (text) => text.length * 6);

describe('SvgPen', () => {
  test('writes lines, rectangles and circles', () => {
    const drawing = pen();
    drawing.strokeStyle = '#f00';
    drawing.lineWidth = 2;
    drawing.setLineDash([6, 4]);
    drawing.beginPath();
    drawing.moveTo(1, 2);
    drawing.lineTo(3.13579, 4);
    drawing.stroke();
    drawing.fillStyle = 'rgba(1, 2, 3, 0.5)';
    drawing.fillRect(0, 0, 10, 5);
    drawing.beginPath();
    drawing.arc(10, 10, 5);
    drawing.fill();
    const svg = drawing.toString();
    expect(svg).toContain('<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100" viewBox="0 0 200 100">');
    expect(svg).toContain('<path d="M1 2L3.14 4" fill="none" stroke="#f00" stroke-width="2"');
    expect(svg).toContain('stroke-dasharray="6 4"/>');
    expect(svg).toContain('<rect x="0" y="0" width="10" height="5" fill="rgba(1, 2, 3, 0.5)"/>');
    expect(svg).toContain('d="M5 10a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z"');
  });

  test('text stays text, escaped, placed by its baseline', () => {
    const drawing = pen();
    drawing.font = '600 10px "Segoe UI", sans-serif';
    drawing.textAlign = 'right';
    drawing.textBaseline = 'middle';
    drawing.fillText('a < b & c', 50, 20);
    expect(drawing.toString()).toContain(
      '<text x="50" y="23.5" fill="#000" font-family="&#34;Segoe UI&#34;, sans-serif" font-size="10" font-weight="600" text-anchor="end">a &#60; b &#38; c</text>',
    );
    expect(drawing.measureText('four').width).toBe(24);
  });

  test('save and restore keep state, moves and clips', () => {
    const drawing = pen();
    drawing.save();
    drawing.translate(5, 7);
    drawing.beginPath();
    drawing.rect(0, 0, 10, 10);
    drawing.clip();
    drawing.fillStyle = '#0f0';
    drawing.fillRect(1, 1, 2, 2);
    drawing.restore();
    drawing.fillRect(3, 3, 1, 1);
    const svg = drawing.toString();
    expect(svg).toContain('<clipPath id="clip1"><path d="M0 0h10v10h-10Z" transform="translate(5 7)"/></clipPath>');
    expect(svg).toContain(
      '<g clip-path="url(#clip1)"><rect x="1" y="1" width="2" height="2" fill="#0f0" transform="translate(5 7)"/></g>',
    );
    expect(svg).toContain('\n<rect x="3" y="3" width="1" height="1" fill="#000"/>');
  });
});

test('the legend of a picture goes on in another row where it does not fit', () => {
  const theme = { fontSize: 13, fontFamily: 'sans-serif' } as Parameters<typeof layoutFrame>[0]['theme'];
  const style = { colour: '#fff', marker: 'circle' } as const;
  const legend = ['one', 'two', 'three'].map((label) => ({ label, style, dash: [] }));
  const { entries, height, top } = layoutFrame({ title: 't', legend, theme }, { width: 200, height: 100 }, () => 40);
  expect(new Set(entries.map(({ y }) => y)).size).toBe(3);
  expect(entries.every(({ y }) => y > top + 100 && y < height)).toBe(true);
});
