import type { ModelInfo } from "../engine/messages.js";
import type { KeyRing } from "./access/key-ring.js";
import { librariesOrigin } from "./libraries-origin.js";
import type { ServerTelemetry } from "./meters.js";
import { showKeys } from "./meters/limit-meters.js";
import { NodeMeters } from "./meters/node-meters.js";
import type { ServedModel } from "./models/served-model.js";
import { Sessions } from "./sessions.js";
import type { Settings } from "./settings.js";

const INTERVAL_MS = 1000;

/** What metrics tell of a server beside its requests, some of it brought up once a second. */
export class ServerWatch {
  readonly sessions: Sessions;
  readonly #node: NodeMeters;
  readonly #timer: NodeJS.Timeout;

  constructor(telemetry: ServerTelemetry, settings: Settings, keys: KeyRing, models: readonly ServedModel[]) {
    this.sessions = new Sessions(telemetry.metrics, settings.sessionSeconds);
    showKeys(telemetry.metrics, keys);
    this.#node = new NodeMeters(telemetry, settings, models);
    this.#timer = setInterval(() => {
      this.#node.tick();
      this.sessions.expire();
    }, INTERVAL_MS).unref();
  }

  loaded(model: ModelInfo): void {
    this.#node.showLibraries(librariesOrigin(model));
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
