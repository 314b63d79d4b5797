import { isBuiltin } from "node:module";
import { posix } from "node:path";
import ts from "typescript";

/**
 * One file naming another. `to` is a path relative to src/ ("engine/messages.ts"), a package ("fastify") or a
 * built-in ("node:fs"). A "start" names a file by `new URL("./worker.js", import.meta.url)`, to run it as a
 * process or a thread: it keeps that file alive, but brings none of its code here. Nor does a "type".
 */
export interface Reference {
  from: string;
  to: string;
  kind: "import" | "type" | "start";
}

function resolveSpecifier(from: string, specifier: string): string {
  if (specifier.startsWith(".")) {
    return posix.join(posix.dirname(from), specifier).replace(/\.js$/, ".ts");
  }
  if (isBuiltin(specifier)) return specifier;
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

/** The module that a node imports: `import`, `export … from`, `import()`, `import("…").Type`, `require()`. */
function importedBy(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal;
  if (!ts.isCallExpression(node)) return undefined;
  const callee = node.expression;
  const imports =
    callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === "require");
  return imports ? node.arguments[0] : undefined;
}

/** Whether the compiler leaves nothing of an import: `import type`, `export type … from`, `import("…").Type`. */
function isErased(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  return ts.isImportTypeNode(node);
}

/** The file that `new URL("./file.js", import.meta.url)` starts. */
function startedBy(node: ts.Node): ts.Node | undefined {
  if (!ts.isNewExpression(node) || node.expression.getText() !== "URL") return undefined;
  const [path, base] = node.arguments ?? [];
  const isScript = path && ts.isStringLiteralLike(path) && path.text.endsWith(".js");
  return isScript && base?.getText() === "import.meta.url" ? path : undefined;
}

/** Every reference in one source file; `from` is its path relative to src/. */
export function referencesOf(from: string, text: string): Reference[] {
  const references: Reference[] = [];
  const add = (kind: Reference["kind"], name: ts.Node | undefined) => {
    if (name && ts.isStringLiteralLike(name)) {
      references.push({ from, to: resolveSpecifier(from, name.text), kind });
    }
  };
  const visit = (node: ts.Node): void => {
    add(isErased(node) ? "type" : "import", importedBy(node));
    add("start", startedBy(node));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(from, text, ts.ScriptTarget.ES2023, true));
  return references;
}

/** The files that no chain of references leads to from `roots`. */
export function unreachable(
  files: readonly string[],
  references: readonly Reference[],
  roots: readonly string[],
): string[] {
  const reached = new Set(roots);
  for (const file of reached) {
    for (const { from, to } of references) if (from === file) reached.add(to);
  }
  return files.filter((file) => !reached.has(file));
}
