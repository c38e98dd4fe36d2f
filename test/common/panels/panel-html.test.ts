import { expect, test } from 'vitest';
import { escapeHtml, panelHtml } from '../../../common/panels/panel-html';

test('the page allows only what carries its nonce', () => {
  const html = panelHtml({ panel: 'curves', title: 'Loss curves', scriptUri: 'https://file/curves.js', nonce: 'abc' });
  expect(html).toContain(
    'content="default-src &#39;none&#39;; script-src &#39;nonce-abc&#39;; style-src &#39;nonce-abc&#39;"',
  );
  expect(html).toContain('<meta property="csp-nonce" content="abc">');
  expect(html).toContain('<script nonce="abc" src="https://file/curves.js"></script>');
  expect(html).toContain('<div id="mixprop-curves"></div>');
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).not.toMatch(/unsafe|style=|onload/);
});

test('nothing that is put in ends its place', () => {
  const html = panelHtml({ panel: 'p', title: '</title><script>alert(1)</script>', scriptUri: '"><b>', nonce: '"\'&' });
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).not.toContain('<b>');
  expect(escapeHtml(`<a b='c'>"&`)).toBe('&#60;a b=&#39;c&#39;&#62;&#34;&#38;');
});
