import { readBytes, withFile } from './read-bytes';

/** A file that stands in place of another one. */
export interface FileKind {
  /** After "it is ": "a pointer of Git LFS, not the file itself". */
  what: string;
  /** What brings the right file, where that is the same for whatever was expected. */
  remedy?: string;
  /** Tensors, but in another form: made by `torch.save`; the list of a checkpoint's parts. */
  form?: 'pytorch' | 'shard-index';
}

/** Number of bytes at the beginning of a file that say what it is: a tar archive says so at 257, names in a zip archive come early. */
export const fileStartBytes = 512;

/** The first bytes of a file, all of a smaller one. @throws where it cannot be read */
export function readFileStart(file: string): Buffer {
  return withFile(file, (descriptor) => readBytes(descriptor, 0, fileStartBytes));
}

const again = 'download the file again';
const pyTorch: FileKind = { what: 'a file of PyTorch’s torch.save (.pth, .pt)', form: 'pytorch' };

const signatures: readonly { at?: number; bytes: string | readonly number[]; kind: FileKind }[] = [
  {
    bytes: 'version https://git-lfs.github.com/spec/v1',
    kind: { what: 'a pointer of Git LFS, not the file itself', remedy: 'fetch the file with: git lfs pull' },
  },
  // The magic number with which torch.save began before PyTorch 1.6, pickled.
  { bytes: [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20], kind: pyTorch },
  ...[2, 3, 4, 5].map((protocol) => ({ bytes: [0x80, protocol], kind: { what: 'a pickle of Python' } })),
  { bytes: [0x1f, 0x8b], kind: { what: 'compressed with gzip', remedy: 'unpack it with: gzip -d' } },
  { bytes: 'BZh', kind: { what: 'compressed with bzip2', remedy: 'unpack it with: bzip2 -d' } },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], kind: { what: 'compressed with xz', remedy: 'unpack it with: xz -d' } },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], kind: { what: 'compressed with zstd', remedy: 'unpack it with: zstd -d' } },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], kind: { what: 'a 7-Zip archive', remedy: 'unpack it' } },
  { bytes: 'Rar!', kind: { what: 'a RAR archive', remedy: 'unpack it' } },
  { at: 257, bytes: 'ustar', kind: { what: 'a tar archive', remedy: 'unpack it with: tar -xf' } },
  { bytes: '\x93NUMPY', kind: { what: 'an array of NumPy (.npy)' } },
  { bytes: '\x89HDF\r\n\x1a\n', kind: { what: 'an HDF5 file, as Keras (.h5) and MATLAB write them' } },
  { bytes: 'GGUF', kind: { what: 'a GGUF file of llama.cpp' } },
  { at: 4, bytes: 'TFL3', kind: { what: 'a TensorFlow Lite model' } },
  { bytes: '%PDF', kind: { what: 'a PDF' } },
  // Protocol buffers: a SavedModel begins with its schema version 1, ONNX with its IR version and who made it.
  { bytes: [0x08, 0x01, 0x12], kind: { what: 'a SavedModel of TensorFlow' } },
  ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13].map((version) => ({
    bytes: [0x08, version, 0x12],
    kind: { what: 'an ONNX model' },
  })),
];

/**
 * What a file is that is often found in another one's place, by its first bytes: pointers, pages and messages that were
 * downloaded, archives, models of other programs. Undefined where they say nothing.
 *
 * @param start the first `fileStartBytes` of the file, all of a smaller one
 */
export function fileKind(start: Uint8Array): FileKind | undefined {
  if (start.length === 0) return { what: 'empty', remedy: again };
  const bytes = Buffer.from(start.buffer, start.byteOffset, Math.min(start.length, fileStartBytes));
  if (bytes.length >= 8 && bytes.every((byte) => byte === 0)) {
    return { what: 'nothing but zeros where it begins, as of a download that did not end', remedy: again };
  }
  if (bytes.subarray(0, 4).toString('latin1') === 'PK\x03\x04') return zipKind(bytes);
  for (const { at = 0, bytes: signature, kind } of signatures) {
    const expected = typeof signature === 'string' ? Buffer.from(signature, 'latin1') : Buffer.from(signature);
    if (bytes.subarray(at, at + expected.length).equals(expected)) return kind;
  }
  return textKind(
    bytes
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trimStart(),
  );
}

/** A zip archive, by the names in it that come first. */
function zipKind(bytes: Buffer): FileKind {
  const names = bytes.toString('latin1');
  if (/\/data\.pkl|\/(version|byteorder)PK|\.storage_alignment/.test(names)) return pyTorch;
  const first = bytes.length > 30 ? bytes.toString('latin1', 30, 30 + bytes.readUInt16LE(26)) : '';
  if (/^[^/]+\/data\/\d+$/.test(first)) {
    return { what: 'a TorchScript module', remedy: 'save its torch.jit.load(FILE).state_dict() as safetensors' };
  }
  if (first.endsWith('.npy')) return { what: 'an archive of NumPy arrays (.npz)' };
  if (first === 'metadata.json' || first === 'config.json') return { what: 'a model of Keras (.keras)' };
  return { what: 'a zip archive', remedy: 'unpack it' };
}

function textKind(text: string): FileKind | undefined {
  if (/^(<!doctype html|<html|<head|<body)/i.test(text)) {
    return {
      what: 'a web page (HTML), as of a login or an error',
      remedy: 'download the file itself, not the page about it',
    };
  }
  if (/^<(\?xml|error\b)/i.test(text)) return { what: 'XML, as of a server’s error message', remedy: again };
  if (/^(\/annex\/objects\/|(\.\.\/)*\.git\/annex\/objects\/)/.test(text)) {
    return { what: 'a pointer of git-annex, not the file itself', remedy: 'fetch the file with: git annex get' };
  }
  if (!/^\{\s*["}]|^\[\s*["{[\]\d]/.test(text)) return undefined;
  if (!/"weight_map"/.test(text)) return { what: 'JSON' };
  return { what: 'the index of a checkpoint in several files', form: 'shard-index' };
}
