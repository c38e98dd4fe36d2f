import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const flushBytes = 1024 * 1024;
/** More than a record of one scalar takes. */
const roomForRecord = 512;

/**
 * A TensorBoard event file of scalars, one record a scalar, as PyTorch's SummaryWriter writes them: TFRecord framing around
 * the protocol buffer `Event { wall_time = 1, step = 2, summary = 5 { value = 1 { tag = 1, simple_value = 2 } } }`.
 */
export class SummaryFile {
  private readonly descriptor: number;
  private readonly bytes = Buffer.alloc(flushBytes + roomForRecord);
  private length = 0;
  private readonly tags = new Map<string, Buffer>();

  constructor(folder: string, startedMs: number) {
    mkdirSync(folder, { recursive: true });
    this.descriptor = openSync(join(folder, `events.out.tfevents.${Math.floor(startedMs / 1000)}.bench`), 'w');
    const version = Buffer.from('brain.Event:2');
    const start = this.begin();
    this.double(0x09, startedMs / 1000);
    this.text(0x1a, version);
    this.finish(start);
  }

  add(tag: string, value: number, step: number, seconds: number): void {
    let name = this.tags.get(tag);
    if (name === undefined) {
      name = Buffer.from(tag);
      this.tags.set(tag, name);
    }
    const start = this.begin();
    this.double(0x09, seconds);
    this.byte(0x10);
    this.variable(step);
    // summary, value: both hold the tag with two bytes before it and the value with one.
    const valueLength = 2 + name.length + 5;
    this.byte(0x2a);
    this.byte(valueLength + 2);
    this.byte(0x0a);
    this.byte(valueLength);
    this.text(0x0a, name);
    this.byte(0x15);
    this.length = this.bytes.writeFloatLE(value, this.length);
    this.finish(start);
  }

  close(): void {
    this.flush();
    closeSync(this.descriptor);
  }

  /** Leaves room for the length and its checksum. */
  private begin(): number {
    if (this.length > flushBytes) this.flush();
    const start = this.length;
    this.length += 12;
    return start;
  }

  private finish(start: number): void {
    const { bytes } = this;
    const dataLength = this.length - start - 12;
    bytes.writeUInt32LE(dataLength, start);
    bytes.writeUInt32LE(0, start + 4);
    bytes.writeUInt32LE(maskedCrc(bytes, start, start + 8), start + 8);
    this.length = bytes.writeUInt32LE(maskedCrc(bytes, start + 12, this.length), this.length);
  }

  private flush(): void {
    writeSync(this.descriptor, this.bytes, 0, this.length);
    this.length = 0;
  }

  private byte(value: number): void {
    this.bytes[this.length++] = value;
  }

  private double(key: number, value: number): void {
    this.byte(key);
    this.length = this.bytes.writeDoubleLE(value, this.length);
  }

  private text(key: number, text: Buffer): void {
    this.byte(key);
    this.byte(text.length);
    this.bytes.set(text, this.length);
    this.length += text.length;
  }

  private variable(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }
}

/** Of CRC-32C (Castagnoli), by the byte. */
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1;
  return crc >>> 0;
});

function maskedCrc(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0xffff_ffff;
  for (let index = start; index < end; index++) crc = (crc >>> 8) ^ crcTable[(crc ^ bytes[index]!) & 0xff]!;
  crc = (crc ^ 0xffff_ffff) >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282_ead8) >>> 0;
}
