/** A set of statistics, γ and β of a dual batch normalisation: `main` for clean images, `aux` for auxiliary ones. */
export type Branch = 'main' | 'aux';
