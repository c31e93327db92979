//! Policies over tables of many rows.
//!
//! In: how many rows, and a folder for the data files. Out: a package, and requests for it with their answers.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::path::Path;

use trust_runtime::time::format_instant;

use super::clauses::NOW;
use super::facts::{Assurance, DAY};
use super::random::Random;

/// A set of strings, asked with `in`.
pub const SET: &str = "listed";
/// A table, asked with `any` and an equality.
pub const TABLE: &str = "registered";
/// The same table, asked for the first row that fits.
pub const LOOKUP: &str = "assured";

const HEAD: &str = "framework tables {
    title     \"Large tables\"
    version   \"1.0.0\"
    authority \"https://federation.example.org\"
    effective 2026-01-01
    review    every 180d
}

use std.assurance.Assurance

";

const OF_SET: &str = "data members: set<string> from \"members.json\"

relationship listed(subject: string) {
    parties \"Service\" relies on \"Member\"
    purpose \"Members are listed\"
    scope   subject != \"\"
    require member: subject in members
}
";

const OF_TABLE: &str = "record Partner {
    id:        string
    assurance: Assurance
    region:    string
    until:     instant
}

data partners: list<Partner> from \"partners.csv\"

relationship registered(subject: string) {
    parties \"Service\" relies on \"Member\"
    purpose \"Members are registered\"
    scope   subject != \"\"
    require known: any p in partners: p.id == subject and p.assurance >= substantial and now < p.until
}

relationship assured(subject: string) {
    parties \"Service\" relies on \"Member\"
    purpose \"Members are assured\"
    scope   subject != \"\"
    require assured: (first(p.assurance for p in partners where p.id == subject) otherwise low) >= substantial
}
";

pub struct Row {
    pub id: String,
    pub assurance: Assurance,
    pub region: &'static str,
    pub until: i64,
}

pub fn rows(count: usize) -> Vec<Row> {
    let mut random = Random::new(5);
    let row = |n: usize| Row {
        id: format!("spiffe://partner-{}.example/unit/{n}", random.below(90_000)),
        assurance: *random.of(Assurance::ALL),
        region: random.of::<&str>(&["eu-central-1", "eu-west-1", "no-oslo-1"]),
        until: NOW + random.between(-100, 900) * DAY,
    };
    (0..count).map(row).collect()
}

/// Writes the data files; gives the text of the policy that asks the set, and of the one that asks the table.
pub fn write(folder: &Path, rows: &[Row]) -> std::io::Result<(String, String)> {
    std::fs::create_dir_all(folder)?;
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    std::fs::write(folder.join("members.json"), serde_json::to_vec(&ids)?)?;
    let mut csv = String::from("id,assurance,region,until\n");
    for row in rows {
        let assurance = ["low", "substantial", "high"][row.assurance as usize];
        let _ = writeln!(csv, "{},{assurance},{},{}", row.id, row.region, format_instant(row.until));
    }
    std::fs::write(folder.join("partners.csv"), csv)?;
    Ok((format!("{HEAD}{OF_SET}").replace("use std.assurance.Assurance\n\n", ""), format!("{HEAD}{OF_TABLE}")))
}

/// Half of them are in the table.
pub fn subjects(rows: &[Row], count: usize) -> Vec<String> {
    let mut random = Random::new(17);
    (0..count)
        .map(|n| {
            let id = &random.of(rows).id;
            if n % 2 == 0 { id.clone() } else { id.replace("partner", "portner") }
        })
        .collect()
}

pub fn json(subject: &str) -> String {
    format!(r#"{{"subject":"{subject}"}}"#)
}

/// By hand: a set and a map.
pub struct Maps<'r> {
    set: HashSet<&'r str>,
    table: HashMap<&'r str, &'r Row>,
}

impl<'r> Maps<'r> {
    pub fn new(rows: &'r [Row]) -> Maps<'r> {
        Maps { set: rows.iter().map(|r| &*r.id).collect(), table: rows.iter().map(|r| (&*r.id, r)).collect() }
    }

    #[inline(never)]
    pub fn permits(&self, block: &str, subject: &str, now: i64) -> bool {
        let assured = |row: &&Row| row.assurance >= Assurance::Substantial;
        match block {
            SET => self.set.contains(subject),
            TABLE => self.table.get(subject).filter(|row| assured(row)).is_some_and(|row| now < row.until),
            _ => self.table.get(subject).is_some_and(assured),
        }
    }
}
