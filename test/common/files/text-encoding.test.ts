import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeText, EncodingError } from '../../../common/files/text-encoding';

const text = '{\r\n  // größer als 0\r\n  "name": "größer"\r\n}\r\n';
const utf16 = (content: string, isBigEndian: boolean) => {
  const bytes = Buffer.from(content, 'utf16le');
  return isBigEndian ? bytes.swap16() : bytes;
};
const utf32 = (content: string, isBigEndian: boolean) => {
  const bytes = Buffer.from(
    [...content].flatMap((letter) => [letter.codePointAt(0)! & 0xff, letter.codePointAt(0)! >> 8, 0, 0]),
  );
  return isBigEndian ? bytes.swap32() : bytes;
};

function refusal(bytes: Uint8Array): EncodingError {
  try {
    decodeText(bytes);
  } catch (error) {
    if (error instanceof EncodingError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('the text of a file', () => {
  test('is UTF-8, with or without a byte-order mark', () => {
    expect(decodeText(Buffer.from(text))).toBe(text);
    expect(decodeText(Buffer.from(`\uFEFF${text}`))).toBe(text);
    expect(decodeText(Buffer.from(''))).toBe('');
    expect(decodeText(Buffer.from('a \uFFFD b'))).toBe('a \uFFFD b');
  });

  test.each([
    ['UTF-16 (little endian)', utf16(text, false)],
    ['UTF-16 (little endian)', utf16(`\uFEFF${text}`, false)],
    ['UTF-16 (big endian)', utf16(text, true)],
    ['UTF-16 (big endian)', utf16(`\uFEFF${text}`, true)],
    ['UTF-16 (little endian)', utf16('{}', false)],
    ['UTF-16 (big endian)', utf16('{}', true)],
    ['UTF-16 (little endian)', utf16(`{"name":"${'日本'.repeat(20)}"}`, false)],
    ['UTF-16 (big endian)', utf16(`// ${'日本'.repeat(20)}`, true)],
    ['UTF-32 (little endian)', utf32(text, false)],
    ['UTF-32 (big endian)', utf32(`\uFEFF${text}`, true)],
  ])('in %s is refused by that name', (name, bytes) => {
    const { message, line, column } = refusal(bytes);
    expect(message).toBe(
      `is ${name}: save it as UTF-8 (in VS Code: click the encoding in the status bar, then "Save with Encoding", "UTF-8")`,
    );
    expect([line, column]).toEqual([1, 1]);
  });

  test('in Latin-1 is refused where it ceases to be UTF-8', () => {
    const { message, line, column } = refusal(Buffer.from(text, 'latin1'));
    expect(message).toContain('is not UTF-8, perhaps Latin-1 (Windows-1252): the byte 0xF6 here');
    expect(message).toContain('"Save with Encoding"');
    expect([line, column]).toEqual([2, 8]);
  });

  test('behind sound characters of several bytes is refused where it is not', () => {
    const { line, column, message } = refusal(
      Buffer.concat([Buffer.from('λ \uFFFD\n€'), Buffer.from([0xe2, 0x82, 0x7d])]),
    );
    expect([line, column]).toEqual([2, 2]);
    expect(message).toContain('0xE2');
  });

  test('with a NUL is no text', () => {
    const { message, line, column } = refusal(Buffer.from('{\n "a": "b\u0000"\n}'));
    expect(message).toContain('is not a text file, or a damaged one: it has a NUL byte here');
    expect([line, column]).toEqual([2, 9]);
  });

  test('with control characters is no text, whatever else is in it', () => {
    const { message, line, column } = refusal(Buffer.from([0x1f, 0x8b, 0xff, 0x00]));
    expect(message).toContain('is not a text file, or a damaged one: it has the control character 0x1F here');
    expect([line, column]).toEqual([1, 1]);
  });

  test('of any bytes is what they say, or refused with a place in them', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        try {
          expect(Buffer.from(decodeText(bytes))).toEqual(Buffer.from(new TextDecoder().decode(bytes)));
        } catch (error) {
          if (!(error instanceof EncodingError)) throw error;
          expect(error.line >= 1 && error.column >= 1 && error.column <= bytes.length + 1).toBe(true);
        }
      }),
    );
  });
});
