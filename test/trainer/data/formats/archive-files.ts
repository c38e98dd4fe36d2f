/** A member of an archive that a test writes; without `data` a folder or a link. */
export interface TarEntry {
  name: string;
  data?: Uint8Array;
  /** Type flag of the header: '0' a file, '5' a folder, '1' and '2' links, '3' a device, 'x' pax, 'L' GNU long name. */
  type?: string;
  linkName?: string;
  /** What the header says, where it lies. */
  claimedSize?: number;
}

const blockBytes = 512;

/** A tar archive in the ustar format, with the two empty blocks at its end unless `end` is false. */
export function tarOf(entries: readonly TarEntry[], end = true): Buffer {
  const blocks = entries.flatMap(({ name, data = Buffer.alloc(0), type = '0', linkName = '', claimedSize }) => {
    const header = Buffer.alloc(blockBytes);
    header.write(name, 0, 100, 'utf8');
    header.write('0000644\0', 100);
    header.write(`${(claimedSize ?? data.length).toString(8).padStart(11, '0')}\0`, 124);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(linkName, 157);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, Buffer.from(data), Buffer.alloc((blockBytes - (data.length % blockBytes)) % blockBytes)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(end ? 2 * blockBytes : 0)]);
}
