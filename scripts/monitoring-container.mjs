import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { deployFolder, stateFolder, WrongRun } from "./monitoring-run.mjs";

/** Not the project of deploy/compose.yml itself, whose Prometheus watches the server beside it. */
const PROJECT = "tacho-monitoring";

/** Whether there is Docker, with a daemon that answers and with compose. */
export function dockerWorks() {
  const answers = (...args) => spawnSync("docker", args, { stdio: "ignore" }).status === 0;
  return answers("compose", "version") && answers("info");
}

/** The Prometheus of deploy/compose.yml, but of this machine's network, where the server listens. */
export function startContainer(target, port) {
  writeFileSync(overridePath(), override(target, port));
  compose("up", "--detach", "--wait", "--no-deps", "prometheus");
  return {};
}

export function endContainer() {
  compose("down");
}

const overridePath = () => join(stateFolder(), "compose.override.yml");

function override(target, port) {
  return `services:
  prometheus:
    network_mode: host
    ports: !reset []
    command:
      - --config.file=/etc/prometheus/prometheus.yml
      - --storage.tsdb.path=/prometheus
      - --web.listen-address=127.0.0.1:${port}
    healthcheck:
      test: [CMD, wget, --quiet, --spider, "http://127.0.0.1:${port}/-/ready"]
configs:
  targets:
    content: |
      - targets: ["${target}"]
`;
}

function compose(...command) {
  const files = [join(deployFolder, "compose.yml"), overridePath()].flatMap((file) => ["--file", file]);
  const { status } = spawnSync("docker", ["compose", "--project-name", PROJECT, ...files, ...command], {
    stdio: "inherit",
  });
  if (status !== 0)
    throw new WrongRun(`Expected docker compose ${command[0]} to work, but it ended with ${status}.`);
}
