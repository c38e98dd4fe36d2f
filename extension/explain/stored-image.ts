import { mapFolders } from '../../common/panels/cam/cam-files';
import { readPictures, type StoredPictures } from '../../common/run/explain-pictures';

/** What a run has of an image: its picture, or the reason why it has none. */
export type StoredImage =
  | { picture: StoredPictures['pictures'][number] & Pick<StoredPictures, 'imageSize' | 'readableNames'> }
  | { problem: string };

/**
 * What a run has of an image that `explain.images` names; undefined where it knows nothing of it.
 * @param folder of the run
 */
export function storedImage(folder: string, choice: string | number): StoredImage | undefined {
  let problem: string | undefined;
  for (const place of mapFolders(folder, undefined)) {
    try {
      const { pictures, problems, imageSize, readableNames } = readPictures(place);
      const picture = pictures.find(({ path, index }) => path === choice || index === choice);
      if (picture !== undefined) return { picture: { ...picture, imageSize, readableNames } };
      problem = problems.find(({ image }) => image === String(choice))?.message ?? problem;
    } catch {
      // The other folder may have it, or another run.
    }
  }
  return problem === undefined ? undefined : { problem };
}
