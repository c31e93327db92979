//! Clause coverage as Cobertura XML (`coverage-04.dtd`).
//!
//! In: the reports of a run. Out: a `package` for each package, a `class` for each file, a `method` for each block;
//! clauses are lines and their ways conditions. The time stamp is 0: the same run gives the same bytes.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use super::Part;
use super::junit::escaped;
use super::lines::{self, FileLines, Line, Share};

pub fn write(out: &mut dyn Write, parts: &[Part<'_>], root: Option<&Path>) -> io::Result<()> {
    let files = lines::files(parts, root);
    let (lines, branches) = shares(&files);
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        xml,
        "<coverage {} lines-covered=\"{}\" lines-valid=\"{}\" branches-covered=\"{}\" branches-valid=\"{}\" \
         complexity=\"0\" version=\"trustc {}\" timestamp=\"0\">",
        rates(lines, branches),
        lines.seen,
        lines.all,
        branches.seen,
        branches.all,
        env!("CARGO_PKG_VERSION"),
    );
    xml.push_str("  <sources>\n    <source>.</source>\n  </sources>\n  <packages>\n");
    // The files of a package stand together.
    for package in files.chunk_by(|a, b| a.package == b.package) {
        let (lines, branches) = shares(package);
        let name = package.first().map_or("", |f| f.package.as_str());
        let _ = writeln!(
            xml,
            "    <package name=\"{}\" {} complexity=\"0\">\n      <classes>",
            escaped(name),
            rates(lines, branches)
        );
        for file in package {
            class(&mut xml, file);
        }
        xml.push_str("      </classes>\n    </package>\n");
    }
    xml.push_str("  </packages>\n</coverage>\n");
    out.write_all(xml.as_bytes())
}

fn class(xml: &mut String, file: &FileLines) {
    let all = file.lines();
    let _ = writeln!(
        xml,
        "        <class name=\"{}\" filename=\"{}\" {} complexity=\"0\">\n          <methods>",
        escaped(&file.module),
        escaped(&file.path),
        rates(all.share(), all.branch_share())
    );
    for block in &file.blocks {
        let _ = writeln!(
            xml,
            "            <method name=\"{}\" signature=\"\" {} complexity=\"0\">\n              <lines>",
            escaped(&block.name),
            rates(block.lines.share(), block.lines.branch_share())
        );
        for (number, line) in &block.lines.0 {
            self::line(xml, "                ", *number, line);
        }
        xml.push_str("              </lines>\n            </method>\n");
    }
    xml.push_str("          </methods>\n          <lines>\n");
    for (number, line) in &all.0 {
        self::line(xml, "            ", *number, line);
    }
    xml.push_str("          </lines>\n        </class>\n");
}

fn line(xml: &mut String, indent: &str, number: usize, line: &Line) {
    let hits = u8::from(line.hit);
    let ways: Vec<bool> = line.clauses.iter().flatten().copied().collect();
    if ways.is_empty() {
        let _ = writeln!(xml, "{indent}<line number=\"{number}\" hits=\"{hits}\" branch=\"false\"/>");
        return;
    }
    let seen = ways.iter().filter(|way| **way).count();
    let _ = writeln!(
        xml,
        "{indent}<line number=\"{number}\" hits=\"{hits}\" branch=\"true\" condition-coverage=\"{}% ({seen}/{})\">",
        (seen * 100).checked_div(ways.len()).unwrap_or(100),
        ways.len()
    );
    let _ = writeln!(xml, "{indent}  <conditions>");
    for (at, way) in ways.iter().enumerate() {
        let coverage = if *way { 100 } else { 0 };
        let _ = writeln!(xml, "{indent}    <condition number=\"{at}\" type=\"jump\" coverage=\"{coverage}%\"/>");
    }
    let _ = writeln!(xml, "{indent}  </conditions>\n{indent}</line>");
}

fn shares(files: &[FileLines]) -> (Share, Share) {
    let of = |file: &FileLines| (file.lines().share(), file.lines().branch_share());
    files.iter().map(of).fold(Default::default(), |(a, b), (c, d)| (a + c, b + d))
}

fn rates(lines: Share, branches: Share) -> String {
    format!("line-rate=\"{:.4}\" branch-rate=\"{:.4}\"", lines.rate(), branches.rate())
}
