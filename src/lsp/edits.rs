//! Edits of several documents.
//!
//! In: edits one by one. Out: the protocol's workspace edit, its documents in the order of their URIs.

use std::collections::BTreeMap;

use lsp_types::{TextEdit, Uri};
use serde::Serialize;

#[derive(Debug, Default, Serialize)]
pub struct Changes {
    changes: BTreeMap<String, Vec<TextEdit>>,
}

impl Changes {
    pub fn add(&mut self, uri: &Uri, edit: TextEdit) {
        self.changes.entry(uri.as_str().to_owned()).or_default().push(edit);
    }
}
