import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { engine, scalar, type Tensor, tensor1d, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { startBackend } from '../../trainer/backends/select';
import { type Experiment, type ExperimentInput, experimentSchema } from '../../trainer/experiment/schema';
import { createMethod, type Method } from '../../trainer/methods/method';
import { buildNetwork, type Network } from '../../trainer/models/network';
import { readWeights } from '../../trainer/run/checkpoint';
import type { Branch, LossTerms } from '../../trainer/run/events';
import { readSafetensors } from '../../trainer/run/safetensors';
import {
  createState,
  disposeState,
  type StepInputs,
  type StepLoss,
  stepGradients,
  type TrainingState,
  trainingStep,
} from '../../trainer/training/step';
import { compare, type Deviation, toPyTorchOrder, worst } from './deviation';

/** max|a−b| / max|b| per tensor. */
const bound = 1e-4;

/** What make-references.py writes to <case>.json. */
interface GoldenCase {
  name: string;
  model: ExperimentInput['model'];
  method: ExperimentInput['method'];
  optimizer: ExperimentInput['optimizer'];
  classes: number;
  imageSize: number;
  steps: GoldenStep[];
}

interface GoldenStep {
  batchSize: number;
  labels: number[];
  learningRate: number;
  lambda?: number;
  permutation?: number[];
  loss: LossTerms;
}
