import type { NetworkDefinition } from './network-definition';
import { preactResnet18, preactResnet50 } from './preact-resnet';
import { resnet18, resnet50 } from './resnet';

/** Every network, by its `model.architecture`. A new one is a file beside this and a line here. */
const definitions = { 'preact-resnet18': preactResnet18, 'preact-resnet50': preactResnet50, resnet18, resnet50 };

export type Architecture = keyof typeof definitions;

export const architectures = Object.keys(definitions) as readonly Architecture[];

/** What is known of a network. */
export const networkDefinition = (architecture: Architecture): NetworkDefinition => definitions[architecture];
