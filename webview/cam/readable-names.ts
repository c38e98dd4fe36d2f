import type { CamPictures } from '../../common/panels/cam/cam-contract';

/** What classes are called where people read: the names that come with runs' pictures, else their own. */
export class ReadableNames {
  private readonly names = new Map<string, string>();

  receive({ readableNames = {} }: CamPictures): void {
    for (const [name, readable] of Object.entries(readableNames)) this.names.set(name, readable);
  }

  /** @param name of a class, as the data set has it; '' for none */
  readonly of = (name = ''): string => this.names.get(name) ?? name;

  clear(): void {
    this.names.clear();
  }
}
