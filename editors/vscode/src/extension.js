// The Trust language in VS Code: starts `trustc lsp`, and shows the tests of open policies in the test explorer.
//
// In: the settings `trustc.path` and `trustc.package`. Out: a language client; everything said of policies is said by the server.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;
let tests;

async function activate(context) {
  tests = vscode.tests.createTestController("trust", "Trust policies");
  tests.createRunProfile("Run", vscode.TestRunProfileKind.Run, runTests, true);
  context.subscriptions.push(
    tests,
    vscode.commands.registerCommand("trustc.restart", restart),
    vscode.commands.registerCommand("trustc.output", () => client && client.outputChannel.show()),
    vscode.workspace.onDidOpenTextDocument(listTests),
    vscode.workspace.onDidSaveTextDocument(listTests),
    vscode.workspace.onDidCloseTextDocument((document) => tests.items.delete(document.uri.toString())),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("trustc.path") || change.affectsConfiguration("trustc.package")) restart();
    }),
  );
  await start();
}

async function start() {
  const settings = vscode.workspace.getConfiguration("trustc");
  const command = settings.get("path") || "trustc";
  client = new LanguageClient(
    "trustc",
    "Trust",
    { command, args: ["lsp"] },
    {
      documentSelector: [
        { language: "trust", scheme: "file" },
        { language: "trust", scheme: "untitled" },
      ],
      initializationOptions: { package: settings.get("package") },
    },
  );
  try {
    await client.start();
  } catch (error) {
    const open = "Open the settings";
    const chosen = await vscode.window.showErrorMessage(
      `The Trust language server does not start: \`${command} lsp\` fails (${error.message || error}). Is trustc installed?`,
      open,
    );
    if (chosen === open) vscode.commands.executeCommand("workbench.action.openSettings", "trustc.path");
    return;
  }
  await Promise.all(vscode.workspace.textDocuments.map(listTests));
}

async function restart() {
  if (client) await client.dispose().catch(() => {});
  client = undefined;
  await start();
}

// Tests and invariants of a document, as the server's outline has them.
async function listTests(document) {
  if (document.languageId !== "trust" || !client || !client.isRunning()) return;
  const uri = document.uri.toString();
  const symbols = await client
    .sendRequest("textDocument/documentSymbol", { textDocument: { uri } })
    .catch(() => undefined);
  if (!symbols) return;
  const found = symbols.filter((symbol) => symbol.detail === "test" || symbol.detail === "invariant");
  if (found.length === 0) {
    tests.items.delete(uri);
    return;
  }
  const file = tests.createTestItem(uri, vscode.workspace.asRelativePath(document.uri), document.uri);
  for (const symbol of found) {
    const item = tests.createTestItem(`${uri}#${symbol.detail}#${symbol.name}`, symbol.name, document.uri);
    item.range = asRange(symbol.selectionRange);
    item.description = symbol.detail === "invariant" ? "invariant" : undefined;
    file.children.add(item);
  }
  tests.items.add(file);
}

async function runTests(request, token) {
  const run = tests.createTestRun(request);
  const waiting = [];
  const add = (item) => (item.children.size > 0 ? item.children.forEach(add) : waiting.push(item));
  (request.include || []).forEach(add);
  if (!request.include) tests.items.forEach(add);
  const left_out = new Set((request.exclude || []).map((item) => item.id));
  for (const item of waiting.filter((item) => !left_out.has(item.id))) {
    if (token.isCancellationRequested) break;
    run.started(item);
    try {
      const outcome = await client.sendRequest("workspace/executeCommand", {
        command: "trustc.runTest",
        // The explorer shows what came out.
        arguments: [{ uri: item.uri.toString(), name: item.label, quiet: true }],
      });
      run.appendOutput(`${outcome.message}\r\n`, undefined, item);
      if (outcome.passed) run.passed(item);
      else run.failed(item, outcome.failures.map((failure) => failureMessage(failure, outcome.counterexample)));
    } catch (error) {
      run.errored(item, new vscode.TestMessage(String(error.message || error)));
    }
  }
  run.end();
}

function failureMessage(failure, counterexample) {
  const parts = [failure.message, ...(failure.notes || [])];
  if (counterexample) parts.push("", counterexample);
  const message = new vscode.TestMessage(parts.join("\n"));
  if (failure.uri) message.location = new vscode.Location(vscode.Uri.parse(failure.uri), asRange(failure.range));
  return message;
}

function asRange(range) {
  return new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
}

async function deactivate() {
  if (client) await client.dispose();
}

module.exports = { activate, deactivate };
