//! Records from what people already have: JSON Schemas and sample facts.
//!
//! In: JSON text. Out: a `.trust` module of records and enums, in the one layout, that checks without a finding; what could
//! not be expressed stands in it as a comment. Any text gives a module or a message. The work is bounded: a schema
//! that says the same thing over and over is refused.

mod measure;
mod model;
mod names;
mod sample;
mod schema;
#[cfg(test)]
mod tests;
mod write;

use serde_json::Value;

/// Types, fields and looks at a schema, at most.
const MOST: usize = 50_000;

/// The module for a JSON Schema. `name` is the root's where the schema has no title, and wins where `named`.
pub fn json_schema(text: &str, name: &str, named: bool) -> Result<String, String> {
    let root: Value = serde_json::from_str(text).map_err(|e| no_json(&e))?;
    schema::read(&root, name, named).map(written)
}

/// The module for sample facts: an object, a list of objects, or objects one after another (JSON lines).
pub fn json_sample(text: &str, name: &str) -> Result<String, String> {
    let values: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(text).into_iter::<Value>().collect();
    sample::read(&values.map_err(|e| no_json(&e))?, name).map(written)
}

fn written(mut module: model::Module) -> String {
    measure::cut(&mut module);
    write::module(&module)
}

/// A type's name from that of a file: `partner-facts.schema.json` is `PartnerFacts`.
pub fn name_of_file(stem: &str) -> String {
    let stem = stem.strip_suffix(".schema").unwrap_or(stem);
    names::capitalised(stem)
}

fn no_json(error: &serde_json::Error) -> String {
    format!("this is no JSON: {error}")
}
