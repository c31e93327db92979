//! The server's life and the way of each message.
//!
//! In: messages on a channel. Out: for every request one answer, an error where it has no other; findings when no message
//! waits. Requests before `initialize` and after `shutdown` are refused as the protocol says; a fault of ours is an
//! answer too.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{self as note, Notification as _};
use lsp_types::request::{self as ask, Request as _};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeLensOptions, CompletionOptions, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, ExecuteCommandOptions, InitializeParams, OneOf,
    PositionEncodingKind, RenameOptions, SaveOptions, SemanticTokensFullOptions, SemanticTokensOptions,
    ServerCapabilities, SignatureHelpOptions, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, Uri, WorkDoneProgressOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::packages::Packages;
use super::{Options, lens, tokens, uri};

/// Why a request has no result.
#[derive(Debug)]
pub struct Fault {
    code: i32,
    message: String,
}

impl Fault {
    /// The request was understood and cannot be done.
    pub fn refused(message: impl Into<String>) -> Fault {
        Fault { code: ErrorCode::RequestFailed as i32, message: message.into() }
    }

    pub fn params(message: impl Into<String>) -> Fault {
        Fault { code: ErrorCode::InvalidParams as i32, message: message.into() }
    }
}

/// How a request is answered.
pub enum Reply {
    Now(Value),
    /// By the work that is given: it runs beside the server.
    Later(Work),
}

/// Something that takes its time; an error is a refusal.
pub type Work = Box<dyn FnOnce() -> Result<Value, String> + Send>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Waiting,
    Running,
    ShutDown,
}

pub struct Server {
    send: Arc<dyn Fn(Message) + Send + Sync>,
    /// For work that runs beside the server.
    later: Box<dyn Fn(RequestId, Work)>,
    stage: Stage,
    pub packages: Packages,
    pub folders: Vec<PathBuf>,
    /// URIs with findings the client knows of.
    pub shown: BTreeMap<super::packages::Key, BTreeSet<String>>,
    watches: bool,
    /// The client takes texts with places to fill in.
    pub snippets: bool,
    next_id: i32,
}

/// Serves one client until it says `exit` or is gone; the exit code of the process.
pub fn serve(connection: Connection, options: Options) -> u8 {
    let Connection { sender, receiver } = connection;
    let results = sender.clone();
    let send = Arc::new(move |message| {
        // A client that is gone hears nothing; the end of its input ends the loop.
        let _ = sender.send(message);
    });
    let later = Box::new(move |id: RequestId, work: Work| {
        let (results, refusals, again) = (results.clone(), results.clone(), id.clone());
        let run = move || {
            let answer = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("a fault of the server".into()));
            let response = match answer {
                Ok(value) => Response::new_ok(id, value),
                Err(message) => Response::new_err(id, ErrorCode::RequestFailed as i32, message),
            };
            let _ = results.send(Message::Response(response));
        };
        if std::thread::Builder::new().stack_size(64 << 20).spawn(run).is_err() {
            let busy = Response::new_err(again, ErrorCode::RequestFailed as i32, "no thread can be had for it".into());
            let _ = refusals.send(Message::Response(busy));
        }
    });
    let packages = Packages::new(options.library, options.today);
    let mut server = Server {
        send,
        later,
        stage: Stage::Waiting,
        packages,
        folders: Vec::new(),
        shown: BTreeMap::new(),
        watches: false,
        snippets: false,
        next_id: 0,
    };
    // When findings are told: once typing pauses, and at the latest a while after it began.
    let mut changed: Option<(Instant, Instant)> = None;
    // Since when there is something to tell.
    let mut untold: Option<Instant> = None;
    loop {
        let due = changed.map(|(first, last)| (last + PAUSE).min(first + PATIENCE));
        let message = match due {
            None => match receiver.recv() {
                Ok(message) => Some(message),
                Err(_) => return 1,
            },
            Some(due) => match due.checked_duration_since(Instant::now()).map(|wait| receiver.recv_timeout(wait)) {
                Some(Ok(message)) => Some(message),
                Some(Err(e)) if !e.is_timeout() => return 1,
                Some(Err(_)) | None => None,
            },
        };
        let Some(message) = message else {
            changed = None;
            // Who asks something does not wait for the lints, unless they were put off for long.
            let late = untold.is_some_and(|since| Instant::now() > since + LATEST);
            let wanted = || late || receiver.is_empty();
            if server.stage == Stage::Running && catch_unwind(AssertUnwindSafe(|| server.publish(&wanted))).is_err() {
                server.recover();
            }
            if server.packages.is_unpublished() {
                // Once what waits was answered, and it is quiet again.
                let now = Instant::now();
                changed = Some((now, now));
            } else {
                untold = None;
            }
            continue;
        };
        let told = matches!(message, Message::Notification(_));
        if let Some(code) = server.message(message) {
            return code;
        }
        if told && server.packages.is_unpublished() {
            let now = Instant::now();
            changed = Some((changed.map_or(now, |(first, _)| first), now));
            untold.get_or_insert(now);
        }
    }
}

const PAUSE: Duration = Duration::from_millis(30);
const PATIENCE: Duration = Duration::from_millis(250);
const LATEST: Duration = Duration::from_millis(1000);

impl Server {
    fn message(&mut self, message: Message) -> Option<u8> {
        match message {
            Message::Request(request) => self.request(request),
            Message::Notification(n) if n.method == note::Exit::METHOD => {
                return Some(u8::from(self.stage != Stage::ShutDown));
            }
            Message::Notification(n) => {
                if self.stage == Stage::Running && catch_unwind(AssertUnwindSafe(|| self.notification(n))).is_err() {
                    self.recover();
                }
            }
            // Answers to what we asked the client need nothing done.
            Message::Response(_) => {}
        }
        None
    }

    /// After a fault of ours: what was worked out is worked out anew.
    fn recover(&mut self) {
        let open: Vec<PathBuf> = self.packages.documents.keys().cloned().collect();
        for path in &open {
            self.packages.touch(path);
        }
        self.packages.unpublished();
    }

    fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        let answer = match (self.stage, method.as_str()) {
            (Stage::Waiting, ask::Initialize::METHOD) => self.initialize(params).map(Reply::Now),
            (Stage::Waiting, _) => Err(Fault {
                code: ErrorCode::ServerNotInitialized as i32,
                message: "the first request is `initialize`".into(),
            }),
            (Stage::Running, ask::Shutdown::METHOD) => {
                self.stage = Stage::ShutDown;
                Ok(Reply::Now(Value::Null))
            }
            (Stage::ShutDown, _) | (Stage::Running, ask::Initialize::METHOD) => Err(Fault {
                code: ErrorCode::InvalidRequest as i32,
                message: format!("`{method}` cannot be asked now"),
            }),
            (Stage::Running, _) => match catch_unwind(AssertUnwindSafe(|| self.dispatch(&method, params))) {
                Ok(answer) => answer,
                Err(_) => {
                    self.recover();
                    Err(Fault {
                        code: ErrorCode::InternalError as i32,
                        message: "a fault of the server, which stands on its standard error: please report it".into(),
                    })
                }
            },
        };
        match answer {
            // Not `new_ok`, which would copy the whole of it.
            Ok(Reply::Now(value)) => self.send(Message::Response(Response { id, response_result: Ok(value) })),
            Ok(Reply::Later(work)) => (self.later)(id, work),
            Err(fault) => self.send(Message::Response(Response::new_err(id, fault.code, fault.message))),
        }
    }

    fn dispatch(&mut self, method: &str, params: Value) -> Result<Reply, Fault> {
        let value = match method {
            ask::Formatting::METHOD => self.answer(params, Server::formatting),
            ask::DocumentSymbolRequest::METHOD => self.answer(params, Server::document_symbols),
            ask::WorkspaceSymbolRequest::METHOD => self.answer(params, Server::workspace_symbols),
            ask::FoldingRangeRequest::METHOD => self.answer(params, Server::folding),
            ask::SemanticTokensFullRequest::METHOD => self.answer(params, Server::semantic_tokens),
            ask::SemanticTokensRangeRequest::METHOD => self.answer(params, Server::semantic_tokens_range),
            ask::HoverRequest::METHOD => self.answer(params, Server::hover),
            ask::GotoDefinition::METHOD => self.answer(params, Server::definition),
            ask::GotoTypeDefinition::METHOD => self.answer(params, Server::type_definition),
            ask::References::METHOD => self.answer(params, Server::references),
            ask::DocumentHighlightRequest::METHOD => self.answer(params, Server::highlights),
            ask::PrepareRenameRequest::METHOD => self.answer(params, Server::prepare_rename),
            ask::Rename::METHOD => self.answer(params, Server::rename),
            ask::Completion::METHOD => self.answer(params, Server::completion),
            ask::SignatureHelpRequest::METHOD => self.answer(params, Server::signature_help),
            ask::InlayHintRequest::METHOD => self.answer(params, Server::inlay_hints),
            ask::CodeActionRequest::METHOD => self.answer(params, Server::code_actions),
            ask::CodeLensRequest::METHOD => self.answer(params, Server::code_lenses),
            ask::CodeLensResolve::METHOD => self.answer(params, Server::resolve_lens),
            ask::ExecuteCommand::METHOD => return self.execute(read(params)?),
            _ => Err(Fault { code: ErrorCode::MethodNotFound as i32, message: format!("`{method}` is not known") }),
        };
        value.map(Reply::Now)
    }

    fn answer<P: DeserializeOwned, R: Serialize>(
        &mut self,
        params: Value,
        handler: fn(&mut Server, P) -> Result<R, Fault>,
    ) -> Result<Value, Fault> {
        let result = handler(self, read(params)?)?;
        serde_json::to_value(result)
            .map_err(|e| Fault { code: ErrorCode::InternalError as i32, message: e.to_string() })
    }

    fn notification(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            note::Initialized::METHOD => self.watch(),
            note::DidOpenTextDocument::METHOD => {
                if let Ok(DidOpenTextDocumentParams { text_document: d }) = read(params) {
                    self.packages.open(d.uri, d.version, &d.text);
                }
            }
            note::DidChangeTextDocument::METHOD => {
                if let Ok(change) = read(params) {
                    self.change(change);
                }
            }
            note::DidCloseTextDocument::METHOD => {
                if let Ok(DidCloseTextDocumentParams { text_document }) = read(params) {
                    self.packages.close(&text_document.uri);
                }
            }
            note::DidSaveTextDocument::METHOD => {
                if let Ok(DidSaveTextDocumentParams { text_document, .. }) = read(params) {
                    self.packages.touch(&Packages::path(&text_document.uri));
                }
            }
            note::DidChangeWatchedFiles::METHOD => {
                if let Ok(DidChangeWatchedFilesParams { changes }) = read(params) {
                    for change in changes {
                        self.packages.touch(&Packages::path(&change.uri));
                    }
                }
            }
            note::DidChangeWorkspaceFolders::METHOD => {
                if let Ok(DidChangeWorkspaceFoldersParams { event }) = read(params) {
                    let paths = |uris: Vec<lsp_types::WorkspaceFolder>| -> Vec<PathBuf> {
                        uris.iter().filter_map(|f| uri::to_path(&f.uri)).collect()
                    };
                    let removed = paths(event.removed);
                    self.folders.retain(|f| !removed.contains(f));
                    self.folders.extend(paths(event.added));
                }
            }
            // What the server does not know of, it may ignore.
            _ => {}
        }
    }

    fn change(&mut self, change: DidChangeTextDocumentParams) {
        let path = Packages::path(&change.text_document.uri);
        if let Some(document) = self.packages.documents.get_mut(&path) {
            for part in &change.content_changes {
                document.source = document.source.changed(part);
            }
            document.version = change.text_document.version;
            self.packages.touch(&path);
        }
    }

    fn initialize(&mut self, params: Value) -> Result<Value, Fault> {
        let params: InitializeParams = read(params)?;
        let folders = params.workspace_folders.unwrap_or_default();
        self.folders = folders.iter().filter_map(|f| uri::to_path(&f.uri)).collect();
        #[allow(deprecated)] // The way of older clients.
        if let (true, Some(root)) = (self.folders.is_empty(), &params.root_uri) {
            self.folders.extend(uri::to_path(root));
        }
        let options = params.initialization_options.unwrap_or_default();
        self.packages.alone = options.get("package").and_then(Value::as_str) == Some("file");
        let completion = params.capabilities.text_document.and_then(|t| t.completion).and_then(|c| c.completion_item);
        self.snippets = completion.and_then(|c| c.snippet_support) == Some(true);
        let watched = params.capabilities.workspace.and_then(|w| w.did_change_watched_files);
        self.watches = watched.and_then(|w| w.dynamic_registration) == Some(true);
        self.stage = Stage::Running;
        Ok(json!({
            "capabilities": capabilities(),
            "serverInfo": { "name": "trustc", "version": env!("CARGO_PKG_VERSION") },
        }))
    }

    /// Asks to be told when files change on disk.
    fn watch(&mut self) {
        if !self.watches {
            return;
        }
        self.next_id += 1;
        let watchers: Vec<Value> = ["**/*.trust", "**/trust.toml", "**/*.json", "**/*.csv"]
            .iter()
            .map(|pattern| json!({ "globPattern": pattern }))
            .collect();
        let register = json!({ "registrations": [{
            "id": "files",
            "method": note::DidChangeWatchedFiles::METHOD,
            "registerOptions": { "watchers": watchers },
        }]});
        let id = RequestId::from(format!("trustc-{}", self.next_id));
        self.send(Message::Request(Request { id, method: ask::RegisterCapability::METHOD.into(), params: register }));
    }

    pub fn send(&self, message: Message) {
        (self.send)(message);
    }

    /// For what runs beside the server.
    pub fn sender(&self) -> Arc<dyn Fn(Message) + Send + Sync> {
        Arc::clone(&self.send)
    }

    pub fn notify(&self, method: &str, params: Value) {
        self.send(Message::Notification(Notification { method: method.into(), params }));
    }

    /// The file of a request, or why there is none.
    pub fn known(
        &mut self,
        uri: &Uri,
    ) -> Result<(std::rc::Rc<super::packages::Loaded>, trust_syntax::span::FileId), Fault> {
        let package = self.packages.of(uri);
        match package.file_at(&Packages::path(uri)) {
            Some(file) => Ok((package, file)),
            None => Err(Fault::params(format!("{} is no policy that can be read", uri.as_str()))),
        }
    }
}

pub fn read<P: DeserializeOwned>(params: Value) -> Result<P, Fault> {
    serde_json::from_value(params).map_err(|e| Fault::params(e.to_string()))
}

fn capabilities() -> ServerCapabilities {
    let progress = WorkDoneProgressOptions::default;
    ServerCapabilities {
        position_encoding: Some(PositionEncodingKind::UTF16),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(true.into()),
        definition_provider: Some(OneOf::Left(true)),
        type_definition_provider: Some(true.into()),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: progress(),
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([".", "@", "\"", "("].map(String::from).to_vec()),
            ..CompletionOptions::default()
        }),
        signature_help_provider: Some(SignatureHelpOptions {
            trigger_characters: Some(["(", ","].map(String::from).to_vec()),
            ..SignatureHelpOptions::default()
        }),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        folding_range_provider: Some(true.into()),
        document_formatting_provider: Some(OneOf::Left(true)),
        semantic_tokens_provider: Some(
            SemanticTokensOptions {
                legend: tokens::legend(),
                full: Some(SemanticTokensFullOptions::Bool(true)),
                range: Some(true),
                work_done_progress_options: progress(),
            }
            .into(),
        ),
        inlay_hint_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(
            CodeActionOptions {
                code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::SOURCE_FIX_ALL]),
                ..CodeActionOptions::default()
            }
            .into(),
        ),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(true) }),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: lens::COMMANDS.iter().map(|c| (*c).to_owned()).collect(),
            work_done_progress_options: progress(),
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            ..WorkspaceServerCapabilities::default()
        }),
        ..ServerCapabilities::default()
    }
}
