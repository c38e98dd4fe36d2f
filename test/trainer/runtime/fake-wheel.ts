import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';

/** What is wrong with a wheel, one thing at a time. */
export interface Damage {
  /** This entry's content differs from its checksum in RECORD. */
  content?: string;
  /** This entry's checksum in RECORD is another's. */
  record?: string;
  withoutRecord?: boolean;
}

/** Writes a small Python wheel: a zip archive of `files` with a RECORD of their checksums. */
export function writeWheel(file: string, files: Record<string, string>, damage: Damage = {}): void {
  const record = Object.entries(files).map(([path, text]) => {
    const digest = createHash('sha256')
      .update(path === damage.record ? `${text}?` : text)
      .digest('base64url');
    return `${path.includes(',') ? `"${path}"` : path},sha256=${digest},${text.length}\n`;
  });
  const entries = Object.entries(files);
  const recordPath = 'package-1.dist-info/RECORD';
  if (!damage.withoutRecord) entries.push([recordPath, `${record.join('')}${recordPath},,\n`]);
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of entries) {
    const content = Buffer.from(text);
    const stored = Buffer.from(text);
    if (path === damage.content) stored[0] ^= 1;
    const packed = deflateRawSync(stored);
    const name = Buffer.from(path);
    const sizes = Buffer.alloc(16);
    sizes.writeUInt32LE(crc32(content), 0);
    sizes.writeUInt32LE(packed.length, 4);
    sizes.writeUInt32LE(content.length, 8);
    sizes.writeUInt16LE(name.length, 12);
    // Signature, version 2.0 (made on Unix), no flags, deflated, no time.
    const local = Buffer.concat([Buffer.from('504b030414000000080000000000', 'hex'), sizes, name, packed]);
    const header = Buffer.from('504b0102140314000000080000000000', 'hex');
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((path.includes('/bin/') ? 0o755 : 0o644) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([header, sizes, tail, name]));
    parts.push(local);
    offset += local.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  writeFileSync(file, Buffer.concat([...parts, listing, end]));
}
