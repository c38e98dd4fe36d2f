import { Generator } from '../../random/generator';
import { type FilterKernels, filterKernels } from './filter-kernels';
import { exponential, logarithm } from './portable-math';

/** Layers of the ziggurat, and where its base begins (Marsaglia and Tsang 2000, for 128 layers). */
const layers = 128;
const tailStart = 3.442619855899;
const layerArea = 9.91256303526217e-3;

/** Right edges of the layers, scaled to 24-bit draws; which draws lie inside for sure; the density at the edges. */
const scales = new Float64Array(layers);
const insideBelow = new Int32Array(layers);
const densities = new Float64Array(layers + 1);

function prepareZiggurat(): void {
  const edges = new Float64Array(layers + 1);
  edges[0] = layerArea / exponential(-0.5 * tailStart * tailStart);
  edges[1] = tailStart;
  for (let i = 2; i < layers; i++) {
    const density = layerArea / edges[i - 1] + exponential(-0.5 * edges[i - 1] * edges[i - 1]);
    edges[i] = Math.sqrt(-2 * logarithm(density));
  }
  edges[layers] = 0;
  for (let i = 0; i < layers; i++) {
    scales[i] = edges[i] / 16_777_216;
    insideBelow[i] = Math.floor((edges[i + 1] / edges[i]) * 16_777_216);
  }
  for (let i = 0; i <= layers; i++) densities[i] = exponential(-0.5 * edges[i] * edges[i]);
}
prepareZiggurat();

/**
 * Random numbers in bulk: sfc32 whose state is drawn from the trainer's generator, so that they depend only on (seed,
 * stream). What is drawn in bulk is drawn in the kernels' memory.
 */
export class RandomDraws {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /**
   * @param seed integer in [0, 2³²)
   * @param stream what is drawn: corruption and severity
   */
  constructor(seed: number, stream: string) {
    const generator = new Generator(seed, stream);
    this.a = generator.uint32() | 0;
    this.b = generator.uint32() | 0;
    this.c = generator.uint32() | 0;
  }

  /** Fills `words` with uniform 32-bit integers. The kernels' areas are forgotten. */
  fillWords(words: Uint32Array | Int32Array): void {
    const kernels = filterKernels();
    kernels.reset();
    const area = kernels.area(words.length);
    this.drawWords(kernels, area, words.length);
    const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
    bytes.set(kernels.bytes(area, words.byteLength));
  }

  /** Fills `count` uniform 32-bit integers in the kernels' memory. */
  drawWords(kernels: FilterKernels, at: number, count: number): void {
    const state = kernels.place(Int32Array.of(this.a, this.b, this.c, this.counter));
    kernels.randomWords(state, at, count);
    [this.a, this.b, this.c, this.counter] = kernels.words(state, 4);
  }

  private word(): number {
    const { a, b, c, counter } = this;
    const word = (((a + b) | 0) + counter) | 0;
    this.counter = (counter + 1) | 0;
    this.a = b ^ (b >>> 9);
    this.b = (c + (c << 3)) | 0;
    this.c = (((c << 21) | (c >>> 11)) + word) | 0;
    return word;
  }

  /** Uniform in [0, 1), a multiple of 2⁻³². */
  uniform(): number {
    return (this.word() >>> 0) / 4_294_967_296;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Uniform integer in [0, bound); `bound` is far below 2³², so that the bias is too small to be seen. */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** Fills `values` with standard normals. The kernels' areas are forgotten. */
  fillNormals(values: Float32Array): void {
    const kernels = filterKernels();
    kernels.reset();
    const area = this.drawNormals(kernels, values.length);
    values.set(kernels.floats(area, values.length));
  }

  /**
   * Standard normals in the kernels' memory (ziggurat; the layer and the place in it use different bits).
   * @returns their byte offset
   */
  drawNormals(kernels: FilterKernels, count: number): number {
    const wordArea = kernels.area(count);
    const valueArea = kernels.area(count);
    const outsideArea = kernels.area(count);
    const scaleArea = kernels.place(scales);
    const insideArea = kernels.place(insideBelow);
    this.drawWords(kernels, wordArea, count);
    const outsideCount = kernels.innerNormals(wordArea, count, scaleArea, insideArea, valueArea, outsideArea);
    const words = kernels.words(wordArea, count);
    const values = kernels.floats(valueArea, count);
    for (const i of kernels.words(outsideArea, outsideCount))
      values[i] = this.outsideLayer(words[i] & 127, words[i] >> 7);
    return valueArea;
  }

  /** A normal whose first draw fell beside the rectangle of its layer: 1 or 2 in 100. */
  private outsideLayer(firstLayer: number, firstPlace: number): number {
    let [layer, place] = [firstLayer, firstPlace];
    for (;;) {
      const x = place * scales[layer];
      if (Math.abs(place) < insideBelow[layer]) return x;
      if (layer === 0) return place < 0 ? -this.tail() : this.tail();
      const height = densities[layer] + this.uniform() * (densities[layer + 1] - densities[layer]);
      if (height < exponential(-0.5 * x * x)) return x;
      const word = this.word();
      layer = word & 127;
      place = word >> 7;
    }
  }

  /** A normal beyond the ziggurat's base (Marsaglia 1964). */
  private tail(): number {
    for (;;) {
      const x = -logarithm(1 - this.uniform()) / tailStart;
      if (-2 * logarithm(1 - this.uniform()) > x * x) return tailStart + x;
    }
  }
}
