// Checks the catalogue: every text in `msg()` has its German, and no German is left over.

import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import ts from "typescript";

const wanted = new Map();
const german = new Map();
const complaints = [];

function parse(file) {
  return ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true);
}

/** The text of a plain string or of str`…`, whose expressions become {0}, {1}… */
function text(node) {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTaggedTemplateExpression(node) || node.tag.getText() !== "str") return undefined;
  const { template } = node;
  if (ts.isNoSubstitutionTemplateLiteral(template)) return template.text;
  return template.head.text + template.templateSpans.map((span, n) => `{${n}}${span.literal.text}`).join("");
}

function visit(node, file) {
  if (ts.isCallExpression(node) && node.expression.getText() === "msg") {
    const found = node.arguments[0] && text(node.arguments[0]);
    if (found === undefined) complaints.push(`${file}: msg() takes a string or str\`…\`: ${node.getText()}`);
    else wanted.set(found, file);
  }
  ts.forEachChild(node, (child) => visit(child, file));
}

function collect(node, file) {
  if (ts.isPropertyAssignment(node) && ts.isStringLiteralLike(node.initializer)) {
    german.set(node.name.text, [node.initializer.text, file]);
  }
  ts.forEachChild(node, (child) => collect(child, file));
}

for (const name of readdirSync("src", { recursive: true })) {
  const file = `src/${name}`;
  if (!file.endsWith(".ts") || file.endsWith(".d.ts")) continue;
  if (file.endsWith("/de.ts")) collect(parse(file), file);
  else visit(parse(file), file);
}
const holes = (value) => (value.match(/\{\d+\}/g) ?? []).sort().join();
for (const [english, file] of wanted) {
  if (!german.has(english)) complaints.push(`${file}: no German for ${JSON.stringify(english)}`);
}
for (const [english, [translated, file]] of german) {
  if (!wanted.has(english)) complaints.push(`${file}: nothing says ${JSON.stringify(english)} (any more)`);
  else if (holes(english) !== holes(translated))
    complaints.push(`${file}: other places in ${JSON.stringify(translated)}`);
}
for (const complaint of complaints) process.stderr.write(`${complaint}\n`);
process.stdout.write(`${wanted.size} texts in two languages\n`);
process.exit(complaints.length ? 1 : 0);
