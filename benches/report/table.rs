//! The tables of the report.
//!
//! In: figures in nanoseconds. Out: Markdown.

use std::fmt;

#[derive(Default)]
pub struct Table(Vec<Row>);

struct Row {
    figure: String,
    ours: f64,
    peer: Option<(&'static str, f64)>,
    ratio: Option<String>,
    goal: Option<(String, bool)>,
}

impl Table {
    /// A figure by itself.
    pub fn figure(&mut self, figure: impl Into<String>, ours: f64) -> &mut Self {
        self.0.push(Row { figure: figure.into(), ours, peer: None, ratio: None, goal: None });
        self
    }

    /// A figure and its peer's; `ratio` is ours through theirs.
    pub fn beside(&mut self, figure: impl Into<String>, ours: f64, peer: &'static str, theirs: f64, ratio: f64) {
        let ratio = Some(shown(ratio));
        self.0.push(Row { figure: figure.into(), ours, peer: Some((peer, theirs)), ratio, goal: None });
    }

    /// The last row should be at most so many times its peer.
    pub fn at_most(&mut self, ratio: f64, goal: f64) {
        self.goal(format!("≤ {goal} ×"), ratio <= goal);
    }

    /// The last row should take at most so many milliseconds.
    pub fn within(&mut self, milliseconds: f64) {
        let met = self.0.last().is_some_and(|row| row.ours <= milliseconds * 1e6);
        self.goal(format!("≤ {milliseconds} ms"), met);
    }

    pub fn goal(&mut self, goal: String, met: bool) {
        if let Some(row) = self.0.last_mut() {
            row.goal = Some((goal, met));
        }
    }
}

/// `0.98 ×`, or how many times faster.
fn shown(ratio: f64) -> String {
    if ratio < 0.5 { format!("{:.1} × faster", 1.0 / ratio) } else { format!("{ratio:.2} ×") }
}

pub fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n.is_nan() => "–".into(),
        n if n < 1e3 => format!("{n:.1} ns"),
        n if n < 1e6 => format!("{:.2} µs", n / 1e3),
        n => format!("{:.2} ms", n / 1e6),
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let goals = self.0.iter().any(|row| row.goal.is_some());
        f.write_str("| figure | ours | peer | ratio |")?;
        f.write_str(if goals { " goal | |\n" } else { "\n" })?;
        f.write_str("|---|---:|---:|---:|")?;
        f.write_str(if goals { "---|---|\n" } else { "\n" })?;
        for row in &self.0 {
            let peer = row.peer.map_or(String::new(), |(name, theirs)| format!("{name}: {}", time(theirs)));
            let ratio = row.ratio.as_deref().unwrap_or_default();
            write!(f, "| {} | {} | {peer} | {ratio} |", row.figure, time(row.ours))?;
            match &row.goal {
                Some((goal, met)) => writeln!(f, " {goal} | {} |", if *met { "met" } else { "**missed**" })?,
                None if goals => f.write_str(" | |\n")?,
                None => f.write_str("\n")?,
            }
        }
        Ok(())
    }
}
