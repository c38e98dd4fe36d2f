import * as z from 'zod';
import type { Branch } from '../../weights/branch';
import { advprop } from './advprop';
import { fastAdvprop } from './fast-advprop';
import type { MethodFacts, VariantOf } from './method-definition';
import { mixprop } from './mixprop';
import { cutmix, mixup } from './partly-mixed';
import { vanilla } from './vanilla';

/** Every method, by its `method.type`, in the order of tables. A new one is a file beside this and a line here. */
const definitions = { vanilla, mixup, cutmix, advprop, 'fast-advprop': fastAdvprop, mixprop };

type Schema = (typeof definitions)[keyof typeof definitions]['schema'];
const schemas = Object.values(definitions).map(({ schema }) => schema);

export const methodSchema = z
  .discriminatedUnion('type', schemas as [Schema, ...Schema[]])
  .prefault({ type: 'mixprop' })
  .describe('The training method.');

export type MethodSettings = z.output<typeof methodSchema>;
type MethodInput = z.input<Schema>;
export type MethodVariant = VariantOf<MethodInput>;
export type MethodType = MethodSettings['type'];
export type SettingsOfMethod<Type extends MethodType> = Extract<MethodSettings, { type: Type }>;

const facts: { readonly [Type in MethodType]: MethodFacts<SettingsOfMethod<Type>, MethodInput> } = definitions;

export const methodTypes = Object.keys(definitions) as readonly MethodType[];

/** What is known of a method; its functions take that method's settings. */
export const methodFacts = (type: MethodType): MethodFacts<MethodSettings, MethodInput> => facts[type];

/** The BN branches that a method trains. */
export const branchesOf = (type: MethodType): readonly Branch[] => facts[type].branches;

/** A method's name with what distinguishes its variants: "mixprop", "mixprop (noise)", "advprop (PGD-3, targeted)". */
export const methodLabel = (settings: MethodSettings): string =>
  methodFacts(settings.type).label?.(settings) ?? settings.type;

/** The methods as the paper compares them, and CutMix and Fast AdvProp: MixProp, then what it is compared with. */
export const methodVariants: readonly MethodVariant[] = [
  'mixprop' as const,
  ...methodTypes.filter((type) => type !== 'mixprop'),
].flatMap((type) => methodFacts(type).variants);
