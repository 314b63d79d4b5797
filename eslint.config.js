import js from "@eslint/js";
import ts from "typescript-eslint";

/** What the scripts use of Node's globals; everything else they import. */
const NODE_GLOBALS = [
  "console",
  "process",
  "URL",
  "performance",
  "fetch",
  "setInterval",
  "clearInterval",
  "Buffer",
  "structuredClone",
];

const BROWSER_GLOBALS = ["document", "location", "fetch", "URLSearchParams", "TextDecoderStream"];

export default ts.config(
  { ignores: ["build/", "dist/", "node_modules/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [ts.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: "./tsconfig.test.json" } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ["**/*.mjs", "**/*.js"],
    ignores: ["src/server/openapi/page/**"],
    languageOptions: { globals: Object.fromEntries(NODE_GLOBALS.map((name) => [name, "readonly"])) },
  },
  {
    files: ["src/server/openapi/page/*.js"],
    languageOptions: { globals: Object.fromEntries(BROWSER_GLOBALS.map((name) => [name, "readonly"])) },
  },
);
