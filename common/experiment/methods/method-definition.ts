import type * as z from 'zod';
import type { ExperimentFinding } from '../../errors/experiment-finding';
import type { Branch } from '../../weights/branch';

/** What is known of a training method without running it; its steps are in `trainer/methods`. */
export interface MethodFacts<Settings, Input = Settings> {
  /** The BN branches that it trains. */
  readonly branches: readonly Branch[];
  /** Its name with what distinguishes its variants: "advprop (PGD-3, targeted)". Default: its type. */
  label?(settings: Settings): string;
  /** Cost of an epoch in N, as the paper counts it: see `budget.ts`. */
  epochCost(settings: Settings): number;
  /** The same without gradients of weights in attack steps. Default: `epochCost`. */
  expectedEpochCost?(settings: Settings): number;
  /** The settings that recipes and benchmarks offer. */
  readonly variants: readonly VariantOf<Input>[];
  /** Lines that explain the settings in the text of a recipe. */
  readonly recipeComment: readonly string[];
  /** What its schema cannot express. */
  check?(settings: Settings, batchSize: number): ExperimentFinding[];
}

/** A method with settings that the paper uses. */
export interface VariantOf<Input> {
  /** Stable: "advprop-pgd3". */
  name: string;
  title: string;
  detail: string;
  settings: Input;
}

/** A method as an experiment file names it by `method.type`. */
export interface MethodDefinition<Schema extends z.core.$ZodTypeDiscriminable>
  extends MethodFacts<z.output<Schema>, z.input<Schema>> {
  readonly schema: Schema;
}

/** Infers the settings from the schema. */
export const defineMethod = <Schema extends z.core.$ZodTypeDiscriminable>(definition: MethodDefinition<Schema>) =>
  definition;

export const oneBranch: readonly Branch[] = ['main'];
export const dualBranches: readonly Branch[] = ['main', 'aux'];
