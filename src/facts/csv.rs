//! Data from CSV: a list of records, or a list or set of scalars.
//!
//! In: a table whose first row names its columns (by the fields' names in facts) and the type it should have. Out: the
//! value, or the first fault with its row (counted in lines, as editors and spreadsheets do) and column.
//!
//! A cell says what a JSON string or number would. An empty cell is an absent optional, an empty string or an empty set; the
//! elements of a set in a cell are separated by `;`. A column that no field has is passed over, unless its name is nearly that of
//! a field which has no column: then it was meant.

use ::csv::{Position, ReaderBuilder, StringRecord};

use super::fault::{Fault, code, shown};
use super::scalar::{self, Refusal};
use crate::program::ty::{RecordDef, Ty, Types};
use crate::program::value::Value;
use trust_syntax::suggest::did_you_mean;

/// The whole table.
pub fn decode_csv(types: &Types, ty: &Ty, text: &[u8]) -> Result<Value, Fault> {
    let refused = || fault(code::WRONG_TYPE, "", 0, format!("a table cannot be `{}`: {SHAPE}", types.name(ty)));
    let element = ty.element().ok_or_else(refused)?;
    let mut reader = ReaderBuilder::new().has_headers(true).from_reader(text);
    let header = reader.headers().map_err(|e| unreadable(text, &e))?.clone();
    let rows = match element {
        Ty::Record(id) => {
            let mut columns = Columns::of(types, types.record_def(*id), &header).map_err(|f| *f)?;
            read(reader, text, |row, place| columns.record(types, row, place))
        }
        element if element.is_scalar() => {
            if header.len() != 1 {
                let message =
                    format!("`{}` takes one column, under a header; found {} columns", types.name(ty), header.len());
                return Err(fault(code::SHAPE, "row 1", 0, message));
            }
            read(reader, text, |row, place| cell(types, element, row.get(0).unwrap_or_default(), None, place))
        }
        _ => return Err(refused()),
    }
    .map_err(|f| *f)?;
    Ok(match ty {
        Ty::Set(_) => Value::set(rows),
        _ => Value::List(rows.into()),
    })
}

const SHAPE: &str = "it is a list of records, or a list or set of single values";

/// Faults are large and rare.
type Read<T> = Result<T, Box<Fault>>;

/// Where a row is.
#[derive(Clone, Copy)]
struct Place<'t> {
    text: &'t [u8],
    byte: usize,
}

impl<'t> Place<'t> {
    /// Rows that are empty count as lines and as nothing else: the reader's position is in front of them.
    fn of(text: &'t [u8], position: Option<&Position>) -> Place<'t> {
        let byte = position.map_or(0, |p| usize::try_from(p.byte()).unwrap_or(usize::MAX));
        let rest = text.get(byte..).unwrap_or_default();
        Place { text, byte: byte + rest.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count() }
    }

    fn path(&self, column: Option<&str>) -> String {
        let before = self.text.get(..self.byte).unwrap_or(self.text);
        let pairs = before.windows(2).filter(|pair| pair == b"\r\n").count();
        let row = 1 + before.iter().filter(|b| matches!(b, b'\n' | b'\r')).count() - pairs;
        match column {
            Some(column) => format!("row {row}.{column}"),
            None => format!("row {row}"),
        }
    }

    fn fault(&self, code: &'static str, column: Option<&str>, message: String) -> Fault {
        fault(code, self.path(column), self.byte, message)
    }
}

fn fault(code: &'static str, path: impl Into<String>, offset: usize, message: String) -> Fault {
    Fault { code, path: path.into(), message, offset }
}

fn read(
    mut reader: ::csv::Reader<&[u8]>,
    text: &[u8],
    mut row: impl FnMut(&StringRecord, Place<'_>) -> Read<Value>,
) -> Read<Vec<Value>> {
    let mut out = Vec::new();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(|e| unreadable(text, &e))? {
        out.push(row(&record, Place::of(text, record.position()))?);
    }
    Ok(out)
}

fn unreadable(text: &[u8], error: &::csv::Error) -> Fault {
    let place = Place::of(text, error.position());
    let message = match error.kind() {
        ::csv::ErrorKind::Utf8 { .. } => "the row is no UTF-8".to_owned(),
        ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the row has {len} cells, the header {expected_len}")
        }
        _ => "the table cannot be read".to_owned(),
    };
    place.fault(code::SYNTAX, None, message)
}

/// Which field each column holds, in the order of the text, so that the first fault is the one reported.
struct Columns<'a> {
    def: &'a RecordDef,
    fields: Vec<(usize, usize)>,
    /// Of the row that is read.
    values: Vec<Value>,
}

impl<'a> Columns<'a> {
    fn of(types: &Types, def: &'a RecordDef, header: &StringRecord) -> Read<Columns<'a>> {
        let refused =
            |code, column: &str, message| Err(Box::new(fault(code, format!("row 1.{}", shown(column)), 0, message)));
        if let (1, Some(separator)) =
            (header.len(), header.get(0).and_then(|all| all.chars().find(|c| ";\t".contains(*c))))
        {
            let separator = if separator == ';' { "`;`" } else { "tabs" };
            let message = format!("the columns are separated by {separator}; write commas");
            return Err(Box::new(fault(code::SHAPE, "row 1", 0, message)));
        }
        let mut column_of = vec![None; def.fields.len()];
        let mut others = Vec::new();
        for (column, name) in header.iter().enumerate() {
            match def.fields.iter().position(|f| f.wire == name).and_then(|i| column_of.get_mut(i)) {
                None => others.push(name),
                Some(Some(_)) => {
                    return refused(code::DUPLICATE, name, format!("the column `{}` stands twice", shown(name)));
                }
                Some(slot) => *slot = Some(column),
            }
        }
        let without =
            || def.fields.iter().zip(&column_of).filter(|(_, column)| column.is_none()).map(|(field, _)| field);
        for name in others {
            if let Some(meant) = did_you_mean(name, without().map(|f| f.wire.as_str())) {
                let message = format!("`{}` has no field `{}`: {meant}", def.name, shown(name));
                return refused(code::UNKNOWN_FIELD, name, message);
            }
        }
        if let Some(field) = without().find(|f| !f.ty.is_optional()) {
            let message =
                format!("`{}` needs the column `{}`: {}", def.name, field.wire, scalar::wanted(types, &field.ty));
            return refused(code::MISSING, &field.wire, message);
        }
        for field in &def.fields {
            let inner = field.ty.present();
            let fits = inner.is_scalar() || matches!(inner, Ty::Set(element) if element.is_scalar());
            if !fits {
                let message = format!("a cell cannot hold `{}`: use a JSON file", types.name(&field.ty));
                return refused(code::WRONG_TYPE, &field.wire, message);
            }
        }
        let mut fields: Vec<(usize, usize)> =
            column_of.iter().enumerate().filter_map(|(field, column)| Some(((*column)?, field))).collect();
        fields.sort_unstable();
        Ok(Columns { def, fields, values: Vec::new() })
    }

    fn record(&mut self, types: &Types, row: &StringRecord, place: Place<'_>) -> Read<Value> {
        self.values.resize(self.def.fields.len(), Value::None);
        for (column, index) in &self.fields {
            if let (Some(field), Some(slot)) = (self.def.fields.get(*index), self.values.get_mut(*index)) {
                let text = row.get(*column).unwrap_or_default();
                *slot = cell(types, &field.ty, text, Some(&field.wire), place)?;
            }
        }
        Ok(Value::Record(self.values.drain(..).collect()))
    }
}

fn cell(types: &Types, ty: &Ty, text: &str, column: Option<&str>, place: Place<'_>) -> Read<Value> {
    let refused = |refusal: Refusal| Box::new(place.fault(refusal.code, column, refusal.message));
    match ty {
        Ty::Optional(_) if text.is_empty() => Ok(Value::None),
        Ty::Optional(inner) => cell(types, inner, text, column, place),
        Ty::Set(_) if text.trim().is_empty() => Ok(Value::set(Vec::new())),
        Ty::Set(inner) => text
            .split(';')
            .map(|element| scalar::from_cell(types, inner, element.trim()).map_err(refused))
            .collect::<Read<Vec<Value>>>()
            .map(Value::set),
        Ty::String => Ok(Value::String(text.into())),
        _ if text.is_empty() => {
            let message = format!("the cell is empty: {}", scalar::wanted(types, ty));
            Err(refused(Refusal { code: code::MISSING, message }))
        }
        _ => scalar::from_cell(types, ty, text).map_err(refused),
    }
}
