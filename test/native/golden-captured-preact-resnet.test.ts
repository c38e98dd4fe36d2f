import { compareCaptured } from './compare-captured';

compareCaptured('preact-resnet');
