/** A data set that cannot be used. The message names the file or folder and says what to do. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError';
  constructor(
    message: string,
    /** Field of the experiment that is to blame, as a path: `dataset.path`. */
    readonly field: string = 'dataset.path',
  ) {
    super(message);
  }
}
