import type { CamBranch, CamMaps } from '../../common/panels/cam/cam-contract';

/** What an image of an epoch takes beside its numbers, about. */
const bytesAnImage = 256;

/** The maps of a place, from one file or two, by image. */
export class LoadedMaps {
  private readonly places = new Map<string, { maps: CamMaps; image: number }>();
  /** Images that were asked for and that there are no maps of, and why. */
  readonly problems: ReadonlyMap<string, string>;
  readonly bytes: number;

  /** @param files the first that has an image is used */
  constructor(readonly files: readonly CamMaps[]) {
    for (const maps of files) {
      for (const [image, { path }] of maps.images.entries()) {
        if (!this.places.has(path)) this.places.set(path, { maps, image });
      }
    }
    this.problems = new Map(
      files.flatMap(({ problems = [] }) => problems.map(({ image, message }) => [image, message])),
    );
    const size = (branch?: CamBranch) => (branch === undefined ? 0 : 4 * (branch.maps.length + branch.logits.length));
    this.bytes = files.reduce(
      (sum, { branches, images }) => sum + size(branches.main) + size(branches.aux) + bytesAnImage * images.length,
      0,
    );
  }

  get classes(): readonly string[] {
    return this.files[0]?.classes ?? [];
  }

  /** Finished steps, where they are of a moment. */
  get step(): number | undefined {
    return this.files[0]?.step;
  }

  find(path: string): { maps: CamMaps; image: number } | undefined {
    return this.places.get(path);
  }
}
