import type { CifarType } from '../../../common/experiment/datasets/cifar';
import { type CifarFormName, cifarFormats } from '../cifar/cifar-format';

/** An archive on a server. */
export interface DatasetArchive {
  url: string;
  fileName: string;
  bytes: number;
  /** Checksum that the data set's page gives, in hexadecimal digits. */
  md5: string;
}

const place = 'https://www.cs.toronto.edu/~kriz/';

/** MD5 checksums as published at https://www.cs.toronto.edu/~kriz/cifar.html. */
const published: Record<CifarType, Record<CifarFormName, { bytes: number; md5: string }>> = {
  cifar10: {
    binary: { bytes: 170_052_171, md5: 'c32a1d4ab5d03f1284b67883e8d87530' },
    python: { bytes: 170_498_071, md5: 'c58f30108f718f92721af3b95e74349a' },
  },
  cifar100: {
    binary: { bytes: 168_513_733, md5: '03b5dce01913d631647c71ecec9e9cb8' },
    python: { bytes: 169_001_437, md5: 'eb9058c3a382ffc7106e4002c42a8d85' },
  },
};

/**
 * The official archive of a data set.
 *
 * @param mirror address of a folder that has the same files, instead of the official one
 */
export function datasetArchive(type: CifarType, form: CifarFormName, mirror: string = place): DatasetArchive {
  const fileName = cifarFormats[type].forms[form].archive;
  const folder = mirror.endsWith('/') ? mirror : `${mirror}/`;
  return { url: new URL(fileName, folder).href, fileName, ...published[type][form] };
}
