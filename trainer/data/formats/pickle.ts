/**
 * A value in a pickle. Text and bytes of Python 2 are the same type there; here, what is not marked as text is bytes.
 * Lists and tuples are arrays.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | PickleValue[]
  | PickleDictionary
  | PickledArray
  | PickledType
  | PickledName;

/** A dictionary, its keys as text. */
export class PickleDictionary {
  readonly entries = new Map<string, PickleValue>();
}

/** A numpy array of unsigned bytes. */
export class PickledArray {
  shape: number[] = [0];
  /** In column-major order ("Fortran order") instead of row-major. */
  columnMajor = false;
  data: Uint8Array = new Uint8Array(0);
}

/** A numpy dtype. */
class PickledType {
  constructor(readonly code: string) {}
}

/** The name of a Python function or class, never looked up. */
class PickledName {
  constructor(readonly name: string) {}
}

/** A pickle that is damaged or holds what a CIFAR archive does not. The message has no file name. */
export class PickleError extends Error {
  override readonly name = 'PickleError';
}

/** The names that stand in pickled numpy arrays; numpy 2 has moved its module, and Python 3 writes bytes as encoded text. */
const knownNames = new Set([
  'numpy.core.multiarray _reconstruct',
  'numpy._core.multiarray _reconstruct',
  'numpy ndarray',
  'numpy dtype',
  '_codecs encode',
]);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a pickle of protocol 2 as the python archives of CIFAR have it: dictionaries, lists, tuples, numbers, text and arrays
 * of unsigned bytes. It is read as data: no name in it is looked up, nothing is called. Any other instruction, name or
 * construction is refused. Memory is bounded by the pickle's own length; strings and arrays are views of `bytes`.
 *
 * Python's `pickletools.py` documents the instructions.
 *
 * @throws PickleError saying what was found and where
 */
export function readPickle(bytes: Uint8Array): PickleValue {
  return new PickleReader(bytes).read();
}

class PickleReader {
  private readonly view: DataView;
  private at = 0;
  private stack: PickleValue[] = [];
  /** Lengths of the stack at its marks. */
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, PickleValue>();
  /** Characters turned from text to bytes. */
  private encoded = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): PickleValue {
    if (this.bytes.length < 2 || this.bytes[0] !== 0x80) throw new PickleError('is no pickle');
    if (this.bytes[1] !== 2)
      throw new PickleError(`is a pickle of protocol ${this.bytes[1]}; the official files have protocol 2`);
    this.at = 2;
    for (;;) {
      const start = this.at;
      const code = this.byte();
      if (code === stopCode) break;
      const run = instructions.get(code);
      if (!run) {
        const hexadecimal = code.toString(16).padStart(2, '0');
        throw new PickleError(
          `has the instruction 0x${hexadecimal} at byte ${start}, which the official files do not have; nothing of it was executed`,
        );
      }
      run(this);
    }
    if (this.at < this.bytes.length) throw new PickleError(`has ${this.bytes.length - this.at} bytes after its end`);
    if (this.stack.length !== 1 || this.marks.length > 0) throw this.damaged('it does not end with one value');
    return this.stack[0];
  }

  push(value: PickleValue): void {
    this.stack.push(value);
  }

  pop(): PickleValue {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw this.damaged('a value is missing');
    return this.stack.pop() as PickleValue;
  }

  top(): PickleValue {
    const value = this.pop();
    this.stack.push(value);
    return value;
  }

  mark(): void {
    this.marks.push(this.stack.length);
  }

  popToMark(): PickleValue[] {
    const start = this.marks.pop();
    if (start === undefined) throw this.damaged('a mark is missing');
    return this.stack.splice(start);
  }

  remember(index: number): void {
    this.memo.set(index, this.top());
  }

  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw this.damaged(`it refers to a value ${index} that does not exist`);
    this.stack.push(value);
  }

  byte(): number {
    return this.view.getUint8(this.advance(1));
  }

  uint16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  int32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  view8(length: number): Uint8Array {
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  text(length: number): string {
    try {
      return utf8.decode(this.view8(length));
    } catch (error) {
      throw error instanceof PickleError ? error : this.damaged('a text is not UTF-8');
    }
  }

  /** An integer of `length` bytes, the lowest first, of which the last holds the sign. */
  longInteger(length: number): number {
    if (length > 6) throw this.damaged(`a number of ${length} bytes is out of range`);
    const bytes = this.view8(length);
    let value = bytes.length > 0 && bytes[bytes.length - 1] >= 128 ? -(2 ** (8 * bytes.length)) : 0;
    bytes.forEach((byte, i) => {
      value += byte * 2 ** (8 * i);
    });
    return value;
  }

  /** A name: module and attribute, each up to a line feed. */
  readName(): PickledName {
    const [module, attribute] = [this.line(), this.line()];
    const name = `${module} ${attribute}`;
    if (knownNames.has(name)) return new PickledName(name);
    throw new PickleError(
      `names ${JSON.stringify(`${module}.${attribute}`)}, which the official files do not; nothing of it was executed`,
    );
  }

  private line(): string {
    const end = this.bytes.subarray(this.at, this.at + 100).indexOf(10);
    if (end < 0) throw this.damaged('a name has no end');
    const text = String.fromCharCode(...this.view8(end));
    this.at++;
    return text;
  }

  /** What the calls in a pickled array would make, told from their arguments alone. */
  reduce(): void {
    const args = this.pop();
    const called = this.pop();
    this.stack.push(this.construct(called, Array.isArray(args) ? args : []));
  }

  private construct(called: PickleValue, args: PickleValue[]): PickleValue {
    const name = called instanceof PickledName ? called.name : '';
    if (name.endsWith(' _reconstruct') && args[0] instanceof PickledName && args[0].name === 'numpy ndarray')
      return new PickledArray();
    if (name === 'numpy dtype' && args.length > 0) return new PickledType(asText(args[0]) ?? '');
    if (name === '_codecs encode' && typeof args[0] === 'string' && asText(args[1] ?? null) === 'latin1')
      return this.encode(args[0]);
    throw this.damaged('it has a call that the official files do not have; nothing of it was executed');
  }

  private encode(text: string): Uint8Array {
    // One text may be called for many times, so the sum is bounded.
    this.encoded += text.length;
    if (this.encoded > this.bytes.length) throw this.damaged('it unpacks to more than its own length');
    for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) throw this.damaged('a byte is above 255');
    return Buffer.from(text, 'latin1');
  }

  /** Gives an array or a dtype its state. */
  build(): void {
    const state = this.pop();
    const target = this.top();
    if (!Array.isArray(state)) throw this.damaged('a state is no tuple');
    if (target instanceof PickledArray) fillArray(target, state);
    // A dtype's state is its byte order and the like, without meaning for single bytes.
    else if (!(target instanceof PickledType)) throw this.damaged('it sets the state of what is no array');
  }

  damaged(what: string): PickleError {
    return new PickleError(`is damaged or no CIFAR file: ${what} (byte ${this.at})`);
  }

  private advance(length: number): number {
    const start = this.at;
    if (length < 0 || start + length > this.bytes.length)
      throw new PickleError(`is cut off: at byte ${start} it should go on for ${length} bytes`);
    this.at += length;
    return start;
  }
}

/** The state of an ndarray: version, shape, dtype, whether column-major, data. */
function fillArray(array: PickledArray, state: PickleValue[]): void {
  const [, shape, type, columnMajor, data] = state;
  if (!(type instanceof PickledType) || type.code !== 'u1') {
    const found = type instanceof PickledType ? type.code : 'unknown';
    throw new PickleError(`has an array of the type ${JSON.stringify(found)} instead of unsigned bytes (u1)`);
  }
  const isLength = (value: PickleValue): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (state.length !== 5 || !Array.isArray(shape) || shape.length > 4 || !shape.every(isLength))
    throw new PickleError('has an array without a valid shape');
  const size = shape.reduce((product, length) => product * length, 1);
  if (!(data instanceof Uint8Array) || data.length !== size)
    throw new PickleError(`has an array of shape [${shape.join(', ')}] whose data have another length`);
  array.shape = [...shape];
  array.columnMajor = columnMajor === true || columnMajor === 1;
  array.data = data;
}

/** Text, of either Python type. */
export function asText(value: PickleValue): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array && value.length <= 1000 ? Buffer.from(value).toString('utf8') : undefined;
}

function setItems(reader: PickleReader, items: PickleValue[]): void {
  const target = reader.top();
  if (!(target instanceof PickleDictionary) || items.length % 2 !== 0)
    throw reader.damaged('items without a dictionary');
  for (let i = 0; i < items.length; i += 2) {
    const key = asText(items[i]);
    if (key === undefined) throw reader.damaged('a key is no text');
    target.entries.set(key, items[i + 1]);
  }
}

function append(reader: PickleReader, items: PickleValue[]): void {
  const target = reader.top();
  if (!Array.isArray(target)) throw reader.damaged('items without a list');
  for (const item of items) target.push(item);
}

function tuple(reader: PickleReader, length: number): void {
  const items = Array.from({ length }, () => reader.pop());
  reader.push(items.reverse());
}

const stopCode = '.'.charCodeAt(0);

/** The instructions of protocol 2 that the CIFAR archives (Python 2) and copies written by Python 3 consist of. */
const instructions = new Map<number, (reader: PickleReader) => void>(
  Object.entries<(reader: PickleReader) => void>({
    '(': (reader) => reader.mark(),
    '}': (reader) => reader.push(new PickleDictionary()),
    ']': (reader) => reader.push([]),
    ')': (reader) => reader.push([]),
    t: (reader) => reader.push(reader.popToMark()),
    '\x85': (reader) => tuple(reader, 1),
    '\x86': (reader) => tuple(reader, 2),
    '\x87': (reader) => tuple(reader, 3),
    s: (reader) => {
      const value = reader.pop();
      setItems(reader, [reader.pop(), value]);
    },
    u: (reader) => setItems(reader, reader.popToMark()),
    a: (reader) => append(reader, [reader.pop()]),
    e: (reader) => append(reader, reader.popToMark()),
    N: (reader) => reader.push(null),
    '\x88': (reader) => reader.push(true),
    '\x89': (reader) => reader.push(false),
    K: (reader) => reader.push(reader.byte()),
    M: (reader) => reader.push(reader.uint16()),
    J: (reader) => reader.push(reader.int32()),
    '\x8a': (reader) => reader.push(reader.longInteger(reader.byte())),
    U: (reader) => reader.push(reader.view8(reader.byte())),
    T: (reader) => reader.push(reader.view8(reader.int32())),
    X: (reader) => reader.push(reader.text(reader.uint32())),
    q: (reader) => reader.remember(reader.byte()),
    r: (reader) => reader.remember(reader.uint32()),
    h: (reader) => reader.recall(reader.byte()),
    j: (reader) => reader.recall(reader.uint32()),
    c: (reader) => reader.push(reader.readName()),
    R: (reader) => reader.reduce(),
    b: (reader) => reader.build(),
  }).map(([character, run]) => [character.charCodeAt(0), run]),
);
