//! Clause coverage as an LCOV tracefile.
//!
//! In: the reports of a run. Out: a record for each file: blocks are functions, clauses lines, their ways branches. A
//! count is 1 or 0: how often a clause was asked is not counted. A line break in a path cannot start a line of its own.

use std::io::{self, Write};
use std::path::Path;

use super::Part;
use super::lines;

pub fn write(out: &mut dyn Write, parts: &[Part<'_>], root: Option<&Path>) -> io::Result<()> {
    for file in lines::files(parts, root) {
        writeln!(out, "TN:\nSF:{}", file.path.replace(['\n', '\r'], "?"))?;
        let lines = file.lines();
        for block in &file.blocks {
            writeln!(out, "FN:{},{}", block.line, block.name)?;
        }
        for block in &file.blocks {
            writeln!(out, "FNDA:{},{}", u8::from(block.lines.hit()), block.name)?;
        }
        let called = file.blocks.iter().filter(|b| b.lines.hit()).count();
        writeln!(out, "FNF:{}\nFNH:{called}", file.blocks.len())?;
        for (number, line) in &lines.0 {
            for (clause, ways) in line.clauses.iter().enumerate() {
                let asked = ways.contains(&true);
                for (way, seen) in ways.iter().enumerate() {
                    // Of a clause that no test asked, no way could be taken.
                    let taken = if asked { u8::from(*seen).to_string() } else { "-".into() };
                    writeln!(out, "BRDA:{number},{clause},{way},{taken}")?;
                }
            }
        }
        let branches = lines.branch_share();
        writeln!(out, "BRF:{}\nBRH:{}", branches.all, branches.seen)?;
        for (number, line) in &lines.0 {
            writeln!(out, "DA:{number},{}", u8::from(line.hit))?;
        }
        let all = lines.share();
        writeln!(out, "LF:{}\nLH:{}\nend_of_record", all.all, all.seen)?;
    }
    Ok(())
}
