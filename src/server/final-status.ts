import type { ServerResponse } from "node:http";
import type { ApiError } from "./errors.js";

/** What nginx calls a request whose client left before there was a status. */
const CLIENT_CLOSED_REQUEST = 499;

/** The status of an exchange that is over. @param error What the server answered past the request itself. */
export function finalStatus(response: ServerResponse, error: ApiError | null): number {
  return error?.statusCode ?? (response.headersSent ? response.statusCode : CLIENT_CLOSED_REQUEST);
}
