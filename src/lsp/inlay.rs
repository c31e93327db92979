//! Inlay hints: the type of every `let` that does not state it.

use lsp_types::{InlayHint, InlayHintKind, InlayHintLabel, InlayHintParams};

use super::server::{Fault, Server};
use super::{describe, syntax};
use crate::program::ty::Ty;

impl Server {
    pub fn inlay_hints(&mut self, params: InlayHintParams) -> Result<Vec<InlayHint>, Fault> {
        let (package, id) = self.known(&params.text_document.uri)?;
        let Some((file, module)) = package.file(id).zip(package.module(id)) else { return Ok(Vec::new()) };
        let (from, to) = (file.source.offset(params.range.start), file.source.offset(params.range.end));
        let mut hints = Vec::new();
        for l in syntax::lets(&module.ast).into_iter().filter(|l| l.ty.is_none()) {
            let at = l.name.span.end;
            let ty = package.analysis.index.exactly(l.name.span).and_then(|def| describe::type_of(&package, def));
            let Some(ty) = ty.filter(|ty| *ty != Ty::Error && (from..=to).contains(&at)) else { continue };
            hints.push(InlayHint {
                position: file.source.position(at),
                label: InlayHintLabel::String(format!(": {}", package.analysis.program.types.name(&ty))),
                kind: Some(InlayHintKind::TYPE),
                text_edits: None,
                tooltip: None,
                padding_left: None,
                padding_right: None,
                data: None,
            });
        }
        Ok(hints)
    }
}
