import * as z from 'zod';
import { cifar10, cifar100 } from './cifar';
import type { DatasetFacts } from './dataset-definition';
import { imageFolder } from './image-folder';
import { shapes } from './shapes';

/** Every type of data sets, by its `dataset.type`. A new one is a file beside this and a line here. */
const definitions = { shapes, 'image-folder': imageFolder, cifar10, cifar100 };

type Schema = (typeof definitions)[keyof typeof definitions]['schema'];
const schemas = Object.values(definitions).map(({ schema }) => schema);

export const datasetSchema = z
  .discriminatedUnion('type', schemas as [Schema, ...Schema[]])
  .prefault({ type: 'shapes' })
  .describe('Where the images come from.');

export type DatasetSettings = z.output<typeof datasetSchema>;
export type DatasetType = DatasetSettings['type'];
export type SettingsOfDataset<Type extends DatasetType> = Extract<DatasetSettings, { type: Type }>;
/** The types of data sets that lie in a folder or a file. */
export type FolderDatasetType = Extract<DatasetSettings, { path: string }>['type'];

const facts: { readonly [Type in DatasetType]: DatasetFacts<SettingsOfDataset<Type>> } = definitions;

export const datasetTypes = Object.keys(definitions) as readonly DatasetType[];

export const folderDatasetTypes = datasetTypes.filter((type): type is FolderDatasetType => facts[type].path !== null);

/** What is known of a type of data sets; the functions take its settings. */
export const datasetFacts = (type: DatasetType): DatasetFacts<DatasetSettings> => facts[type];

/** The same for a type that a file names: undefined for one of a later version. */
export const recordedDatasetFacts = (type: string): DatasetFacts<DatasetSettings> | undefined =>
  (datasetTypes as readonly string[]).includes(type) ? datasetFacts(type as DatasetType) : undefined;

/** Height and width of an image as the network gets it, in pixels. */
export const imageSizeOf = (settings: DatasetSettings): number => datasetFacts(settings.type).imageSize(settings);

/** How many images of a split are used, null where only the disk knows. */
export function imageCount(settings: DatasetSettings, split: 'training' | 'validation'): number | null {
  const limit = settings[`${split}Images`];
  const present = datasetFacts(settings.type).imageCounts?.[split];
  return present === undefined ? limit : Math.min(limit ?? present, present);
}
