/** Why the server does not start, as one sentence: of errors of listening in our words, else in the error's own. */
export function startProblem(error: unknown): string {
  const { code, message, address, port } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  switch (code) {
    case "EADDRINUSE":
      return `Port ${port} on ${address} is taken by another program; choose another one.`;
    case "EACCES":
      return `Listening on port ${port} of ${address} is not permitted; choose one above 1023.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `This machine has no address '${address ?? message.split(" ").at(-1)}' to listen on; see --host.`;
    default:
      return message;
  }
}
