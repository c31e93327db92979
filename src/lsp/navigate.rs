//! Definition, type, references and highlights of the name under the cursor.
//!
//! In: a place. Out: locations in the order of their places, those of the standard library in files written out for the editor.

use std::rc::Rc;

use lsp_types::request::{GotoTypeDefinitionParams, GotoTypeDefinitionResponse};
use lsp_types::{
    DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams, GotoDefinitionParams, GotoDefinitionResponse,
    Location, Position, Range, ReferenceParams, TextDocumentPositionParams,
};
use trust_syntax::ast::ItemKind;
use trust_syntax::span::Span;

use super::packages::{Loaded, Place};
use super::server::{Fault, Server};
use super::{describe, syntax};
use crate::program::index::{Def, Use};
use crate::program::ty::Ty;

impl Server {
    /// What is named at a position.
    pub fn named_at(&mut self, at: &TextDocumentPositionParams) -> Option<(Rc<Loaded>, Use)> {
        let place = self.packages.place(&at.text_document.uri, at.position)?;
        let here = Span::new(place.file, place.offset, place.offset);
        let found = place.package.analysis.index.at(here).filter(|u| u.span.start < u.span.end)?;
        Some((place.package, found))
    }

    pub fn definition(&mut self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>, Fault> {
        let at = params.text_document_position_params;
        if let Some((package, found)) = self.named_at(&at) {
            let span = package.analysis.index.defs.get(&found.def);
            let location = span.and_then(|span| self.packages.location(&package, *span));
            return Ok(location.map(GotoDefinitionResponse::Scalar));
        }
        let place = self.packages.place(&at.text_document.uri, at.position);
        Ok(place.and_then(|place| self.data_file(&place)).map(GotoDefinitionResponse::Scalar))
    }

    /// The file behind the path of a `data` item.
    fn data_file(&self, place: &Place) -> Option<Location> {
        let item = syntax::item_at(&place.package.module(place.file)?.ast, place.offset)?;
        let ItemKind::Data(data) = &item.kind else { return None };
        if place.offset < data.path.span.start || place.offset > data.path.span.end {
            return None;
        }
        let path = place.package.package.root.join(data.path.value.as_str());
        let start = Range::new(Position::new(0, 0), Position::new(0, 0));
        path.is_file().then(|| self.packages.uri(&path)).flatten().map(|uri| Location { uri, range: start })
    }

    pub fn type_definition(
        &mut self,
        params: GotoTypeDefinitionParams,
    ) -> Result<Option<GotoTypeDefinitionResponse>, Fault> {
        let Some((package, found)) = self.named_at(&params.text_document_position_params) else { return Ok(None) };
        let mut ty = describe::type_of(&package, found.def);
        while let Some(Ty::List(inner) | Ty::Set(inner) | Ty::Optional(inner)) = ty {
            ty = Some((*inner).clone());
        }
        let def = match ty {
            Some(Ty::Enum(id)) => Def::Enum(id),
            Some(Ty::Record(id)) => Def::Record(id),
            _ => return Ok(None),
        };
        let span = package.analysis.index.defs.get(&def);
        let location = span.and_then(|span| self.packages.location(&package, *span));
        Ok(location.map(GotoDefinitionResponse::Scalar))
    }

    pub fn references(&mut self, params: ReferenceParams) -> Result<Option<Vec<Location>>, Fault> {
        let Some((package, found)) = self.named_at(&params.text_document_position) else { return Ok(None) };
        let declared = package.analysis.index.defs.get(&found.def);
        let wanted = |span: &Span| params.context.include_declaration || Some(span) != declared;
        let spans = uses(&package, found.def).into_iter().filter(wanted);
        Ok(Some(spans.filter_map(|span| self.packages.location(&package, span)).collect()))
    }

    pub fn highlights(&mut self, params: DocumentHighlightParams) -> Result<Option<Vec<DocumentHighlight>>, Fault> {
        let Some((package, found)) = self.named_at(&params.text_document_position_params) else { return Ok(None) };
        let Some(file) = package.file(found.span.file) else { return Ok(None) };
        let declared = package.analysis.index.defs.get(&found.def).copied();
        let highlight = |span: Span| DocumentHighlight {
            range: file.source.range(span),
            kind: Some(if Some(span) == declared { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ }),
        };
        let here = uses(&package, found.def).into_iter().filter(|s| s.file == found.span.file);
        Ok(Some(here.map(highlight).collect()))
    }
}

/// Where a definition of the package, or of the library, is named in the package; its own place is among them.
pub fn uses(package: &Loaded, def: Def) -> Vec<Span> {
    let of_std = |span: Span| package.file(span.file).is_none_or(|f| f.std);
    let index = &package.analysis.index;
    let declared = index.defs.get(&def).copied();
    let all = index.uses.iter().filter(|u| u.def == def && u.span.start < u.span.end).map(|u| u.span);
    all.filter(|span| Some(*span) == declared || !of_std(*span)).collect()
}
