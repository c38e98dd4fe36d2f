/**
 * A test of real processes may fail once on a busy machine, and is tried again; the summary names it then
 * (summary-reporter.mts). A counterexample of fast-check is none of chance: it fails at once.
 */
export const secondTry = { count: 1, condition: /^(?!Property failed)/ };
