/** The scripts are plain JavaScript; a test says what it expects of a module. */
export async function metricsScript(file: string): Promise<unknown> {
  return import(new URL(`../../scripts/metrics/${file}`, import.meta.url).href);
}
