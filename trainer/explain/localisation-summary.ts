import { rankCorrelation } from '../../common/panels/cam/picture/rank-correlation';
import type { BranchLocalisation, LocalisationEvent } from '../../common/run/events';
import type { Branch } from '../../common/weights/branch';
import { type ActivationGrid, focusOf, localise } from './localisation';

/** The maps of one image through each branch, for the same class. */
export interface LocalisedImage {
  grids: Partial<Record<Branch, ActivationGrid>>;
  /** [S, S], 1 on the object; absent where unknown. */
  region?: ArrayLike<number>;
}

/** The body of a `localisation` record, without its place in training. */
type LocalisationSummary = Omit<LocalisationEvent, 'seq' | 'time' | 'type' | 'epoch' | 'step'>;

/**
 * Means over images, without constant maps. A measure that no image has is absent.
 * @param size S, height and width of the images
 */
export function summariseLocalisation(images: readonly LocalisedImage[], size: number): LocalisationSummary {
  const branch = (name: Branch): BranchLocalisation => {
    const foci = images.map(({ grids }) => focusOf(grids[name]!, size)).filter((focus) => focus !== undefined);
    const found = images
      .map(({ grids, region }) => region && localise(grids[name]!, region, size))
      .filter((localised) => localised !== undefined);
    return {
      ...meanOf('pointing', found),
      ...meanOf('energy', found),
      ...meanOf('area', foci),
      ...meanOf('regions', foci),
    };
  };
  const hasAux = images.some(({ grids }) => grids.aux !== undefined);
  const agreements = images
    .flatMap(({ grids: { main, aux } }) => (main && aux ? [rankCorrelation(main.values, aux.values)] : []))
    .filter(Number.isFinite)
    .map((agreement) => ({ agreement }));
  return {
    images: images.length,
    withRegion: images.filter(({ region }) => region !== undefined).length,
    main: branch('main'),
    ...(hasAux && { aux: branch('aux') }),
    ...meanOf('agreement', agreements),
  };
}

function meanOf<Name extends string>(
  name: Name,
  items: readonly Record<Name, number>[],
): Partial<Record<Name, number>> {
  if (items.length === 0) return {};
  const mean = items.reduce((sum, item) => sum + item[name], 0) / items.length;
  return { [name]: Number(mean.toFixed(6)) } as Record<Name, number>;
}
