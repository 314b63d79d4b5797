import { findModel } from "../model-file.js";

export interface ModelFact {
  model: string;
  /** It is a URI, which is downloaded at the start. */
  download: boolean;
  /** Of its files. */
  bytes: number;
  /** Why it cannot be served; null where it can. */
  problem: string | null;
}

export function modelFact(model: string): Promise<ModelFact> {
  return findModel(model).then(
    ({ download, bytes }) => ({ model, download, bytes, problem: null }),
    (error: unknown) => ({ model, download: false, bytes: 0, problem: (error as Error).message }),
  );
}
