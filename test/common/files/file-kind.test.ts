import { expect, test } from 'vitest';
import { fileKind } from '../../../common/files/file-kind';

const tar = Buffer.alloc(512);
tar.write('weights.pth');
tar.write('ustar', 257);

test.each<[string, Buffer | string, string]>([
  ['nothing', '', 'empty'],
  ['zeros', Buffer.alloc(600), 'nothing but zeros where it begins'],
  ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:0', 'a pointer of Git LFS'],
  ['a pointer of git-annex', '/annex/objects/SHA256E-s10--0.png', 'a pointer of git-annex'],
  ['a page', '\uFEFF\n<!DOCTYPE html><title>404</title>', 'a web page (HTML)'],
  ['an error of a server', '<?xml version="1.0"?><Error/>', 'XML'],
  ['an error of an interface', '{"error": "not found"}', 'JSON'],
  ['a list of parts', '{"metadata":{"total_size":1},"weight_map":{"a":"b"}}', 'the index of a checkpoint'],
  ['a pickle', Buffer.from([0x80, 4, 0x95]), 'a pickle of Python'],
  ['gzip', Buffer.from([0x1f, 0x8b, 8]), 'compressed with gzip'],
  ['tar', tar, 'a tar archive'],
  ['NumPy', Buffer.from('\x93NUMPY\x01\0', 'latin1'), 'an array of NumPy'],
  ['Keras', Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'), 'an HDF5 file'],
  ['ONNX', Buffer.from('\x08\x08\x12\x07pytorch', 'latin1'), 'an ONNX model'],
  ['TensorFlow', Buffer.from([8, 1, 0x12, 0xff]), 'a SavedModel of TensorFlow'],
  ['llama.cpp', 'GGUF\x03', 'a GGUF file'],
])('%s is recognised', (_, start, what) => {
  expect(fileKind(Buffer.from(start))?.what).toContain(what);
});

test.each([
  ['text', 'class-01\nclass-02\n'],
  ['a JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
  ['a PNG', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
  ['a byte', 'v'],
])('%s is not taken for another kind', (_, start) => {
  expect(fileKind(Buffer.from(start))).toBeUndefined();
});
