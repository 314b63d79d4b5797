/** Why an instruction would fail in a build. The message is one line, told with the instruction's place. */
export class ReplayProblem extends Error {}
