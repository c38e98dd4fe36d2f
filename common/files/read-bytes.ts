import { closeSync, openSync, readSync } from 'node:fs';

/**
 * Up to `length` bytes of an open file from `position` on: fewer at its end. They have an ArrayBuffer of their own.
 * @throws the system's error
 */
export function readBytes(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  for (let read = -1; done < length && read !== 0; done += read)
    read = readSync(descriptor, bytes, done, length - done, position + done);
  return bytes.subarray(0, done);
}

/** Opens a file for reading while `use` runs. @throws the system's error */
export function withFile<T>(file: string, use: (descriptor: number) => T): T {
  const descriptor = openSync(file, 'r');
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
