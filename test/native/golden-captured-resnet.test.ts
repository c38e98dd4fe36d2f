import { compareCaptured } from './compare-captured';

compareCaptured('resnet');
