/**
 * A test of real processes may fail once on a busy machine: it is tried again, and named in the summary
 * (summary-reporter.mts). A counterexample that fast-check has found fails at once, because the next try draws others.
 */
export const secondTry = { count: 1, condition: /^(?!Property failed)/ };
