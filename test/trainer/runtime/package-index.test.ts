import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { fetchMetadata, findWheel, requirementsOfExtra } from '../../../trainer/runtime/package-index';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
const { signal } = new AbortController();

/** A package index of one page; gives its address. */
async function serve(path: string, answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url === path) answer(response);
    else response.writeHead(404).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const html = (...links: string[]) => serve('/simple/a-b/', (response) => response.end(links.join('\n')));
const named = (...names: string[]) => html(...names.map((name) => `<a href="${name}">${name}</a>`));
const find = async (index: Promise<string>, requirement = 'A_b') =>
  (await findWheel(`${await index}/simple`, requirement, signal)).fileName;

describe('findWheel', () => {
  test('reads a page of HTML: relative links, checksums, no yanked files', async () => {
    const sha256 = 'ab'.repeat(32);
    const origin = await html(
      `<a href="../../files/a_b-1.0-py3-none-any.whl?x=1&amp;y=2#sha256=${sha256}" data-requires-python="&gt;=3">a</a>`,
      '<a data-yanked="broken" href="../../files/a_b-2.0-py3-none-any.whl">a</a>',
    );
    const url = `${origin}/files/a_b-1.0-py3-none-any.whl?x=1&y=2`;
    expect(await findWheel(`${origin}/simple/`, 'A_b', signal)).toEqual({
      fileName: 'a_b-1.0-py3-none-any.whl',
      url,
      sha256,
    });
  });

  test('reads a page of JSON', async () => {
    const files = [
      { filename: 'a_b-1.0-py3-none-any.whl', url: '/files/1', hashes: { sha256: 'ab' } },
      { filename: 'a_b-3.0-py3-none-any.whl', url: '/files/3', hashes: {}, yanked: 'broken' },
      { filename: 'a_b-2.0-py3-none-any.whl', url: '/files/2', hashes: {}, yanked: false },
    ];
    const origin = await serve('/simple/a-b/', (response) => {
      response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json').end(JSON.stringify({ files }));
    });
    const found = await findWheel(`${origin}/simple`, 'a.b', signal);
    expect(found).toEqual({ fileName: 'a_b-2.0-py3-none-any.whl', url: `${origin}/files/2` });
  });

  test('takes the newest of those that the requirement admits', async () => {
    const page = named(...['9.9', '9.10.2', '10.0', '9.3.0.75'].map((version) => `a_b-${version}-py3-none-any.whl`));
    expect(await find(page)).toBe('a_b-10.0-py3-none-any.whl');
    expect(await find(page, 'a-b<10.0,>=9.3.0.75')).toBe('a_b-9.10.2-py3-none-any.whl');
    expect(await find(page, 'a-b==9.9')).toBe('a_b-9.9-py3-none-any.whl');
    expect(await find(page, 'a-b<=9.9,!=9.9')).toBe('a_b-9.3.0.75-py3-none-any.whl');
    await expect(find(page, 'a-b>10')).rejects.toThrow(/has no wheel for a-b>10/);
    await expect(find(page, 'a-b~=9.3')).rejects.toThrow(/"a-b~=9\.3" cannot be understood/);
  });

  test.each([
    ['1-cp311-cp311-manylinux_2_27_x86_64', true],
    ['1-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64', true],
    ['1-py2.py3-none-any', true],
    ['1-cp310-cp310-manylinux_2_27_x86_64', false],
    ['1-cp311-cp311t-manylinux_2_27_x86_64', false],
    ['1-cp311-cp311-manylinux_2_28_x86_64', false],
    ['1-cp311-cp311-manylinux_2_27_aarch64', false],
    ['1-cp311-cp311-win_amd64', false],
    ['1-cp311-cp311-musllinux_1_2_x86_64', false],
    ['1rc1-py3-none-any', false],
  ])('%s', async (tags, fits) => {
    const found = find(named(`a_b-${tags}.whl`, 'a_b-1.tar.gz'));
    if (fits) expect(await found).toBe(`a_b-${tags}.whl`);
    else await expect(found).rejects.toThrow(/has no wheel/);
  });

  test('says what the index answered', async () => {
    const refusing = serve('/simple/a-b/', (response) => response.writeHead(403).end());
    await expect(find(refusing)).rejects.toThrow(/^127\.0\.0\.1:\d+ answered 403 Forbidden$/);
    const nonsense = serve('/simple/a-b/', (response) =>
      response.setHeader('content-type', 'application/json').end('{'),
    );
    await expect(find(nonsense)).rejects.toThrow(/is not a page of a package index/);
    await expect(find(Promise.resolve('http://127.0.0.1:9'))).rejects.toThrow(/127\.0\.0\.1:9 could not be reached/);
  });
});

test('metadata is taken where the index has it', async () => {
  const origin = await serve('/a.whl.metadata', (response) => response.end('Metadata-Version: 2.1\n'));
  expect(await fetchMetadata({ fileName: '', url: `${origin}/a.whl` }, signal)).toBe('Metadata-Version: 2.1\n');
  expect(await fetchMetadata({ fileName: '', url: `${origin}/b.whl` }, signal)).toBeUndefined();
});

test('an extra’s requirements come without their markers', () => {
  const metadata = `Metadata-Version: 2.1
Requires-Dist: numpy>=1
Requires-Dist: a-cu12<13.0,>=12.5; extra == "and-cuda"
Requires-Dist: b (>=1) ; python_version > '3' and extra == 'and-cuda'
Requires-Dist: c>=1; extra == "other"
`;
  expect(requirementsOfExtra(metadata, 'and-cuda')).toEqual(['a-cu12<13.0,>=12.5', 'b>=1']);
});
