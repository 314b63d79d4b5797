/** What a client asks its answer to be cannot be put into a grammar. The message says why. */
export class ConstraintError extends Error {}
