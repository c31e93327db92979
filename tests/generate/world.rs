//! What a generated policy declares: types, functions, blocks, as the generator knows them.
//!
//! In: a source of chance. Out: enums, records and events without cycles, and the text of every declaration.

use super::rng::Rng;

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum T {
    Bool,
    Int,
    Decimal,
    Text,
    Instant,
    Duration,
    Ip,
    Cidr,
    /// 0 is `Standing`.
    Enum(usize),
    Record(usize),
    List(Box<T>),
    Set(Box<T>),
    Opt(Box<T>),
}

impl T {
    pub fn list(of: T) -> T {
        T::List(Box::new(of))
    }

    pub fn set(of: T) -> T {
        T::Set(Box::new(of))
    }

    pub fn opt(of: T) -> T {
        T::Opt(Box::new(of))
    }

    pub fn present(&self) -> &T {
        match self {
            T::Opt(inner) => inner,
            other => other,
        }
    }

    /// An instant or duration, or one that may be absent: what the clock may not choose.
    pub fn temporal(&self) -> bool {
        matches!(self.present(), T::Instant | T::Duration)
    }

    pub fn scalar(&self) -> bool {
        !matches!(self, T::Record(_) | T::List(_) | T::Set(_) | T::Opt(_))
    }
}

/// How a name depends on the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    Fixed,
    Steps,
    Moving,
}

#[derive(Clone, Debug)]
pub struct EnumDecl {
    pub name: String,
    pub ordered: bool,
    pub cases: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct RecordDecl {
    pub name: String,
    pub event: bool,
    pub fields: Vec<(String, T)>,
}

/// A name in scope.
#[derive(Clone, Debug)]
pub struct Var {
    pub text: String,
    pub ty: T,
    pub clock: Clock,
}

#[derive(Clone, Debug)]
pub struct DefineDecl {
    pub name: String,
    pub params: Vec<(T, Clock)>,
    pub result: T,
    /// Of the result when every argument is fixed.
    pub clock: Clock,
    /// It, or what it calls, reads `now`.
    pub reads_clock: bool,
    pub degree: u8,
}

#[derive(Clone, Debug)]
pub struct BlockDecl {
    pub name: String,
    pub assessment: bool,
    pub participation: bool,
    pub params: Vec<T>,
    pub triggers: bool,
    pub grade: Option<usize>,
    pub degree: u8,
}

#[derive(Clone, Debug, Default)]
pub struct World {
    pub enums: Vec<EnumDecl>,
    pub records: Vec<RecordDecl>,
    /// Top-level lets and data.
    pub globals: Vec<Var>,
    pub duties: Vec<(String, Vec<T>)>,
    pub defines: Vec<DefineDecl>,
    pub blocks: Vec<BlockDecl>,
    pub fresh_imported: bool,
}

/// Words a case may be; several enums may share one. Some mean something to the grammar elsewhere.
const CASES: &[&str] = &[
    "low",
    "middle",
    "high",
    "active",
    "open",
    "closed",
    "blue",
    "gold",
    "silver",
    "bronze",
    "suspended",
    "permit",
    "at",
    "by",
    "due",
    "empty",
    "subset",
    "version",
];

/// Field names; reserved words may name fields.
const FIELDS: &[&str] =
    &["id", "level", "since", "key", "data", "in", "none", "scope", "every", "on", "permitted", "grade"];

impl World {
    pub fn types(rng: &mut Rng) -> World {
        let standing = ["active", "reverify", "suspended", "revoked"].map(String::from).to_vec();
        let mut world = World {
            enums: vec![EnumDecl { name: "Standing".into(), ordered: true, cases: standing }],
            ..World::default()
        };
        for n in 0..rng.between(1, 3) {
            let ordered = n == 0 || rng.chance(40);
            let mut cases: Vec<&str> = CASES.to_vec();
            rng.shuffle(&mut cases);
            cases.truncate(rng.between(2, 4));
            let name = format!("{}{n}", if ordered { "Scale" } else { "Kind" });
            world.enums.push(EnumDecl { name, ordered, cases: cases.into_iter().map(String::from).collect() });
        }
        for n in 0..rng.between(1, 3) {
            world.record(rng, format!("Record{n}"), false);
        }
        for n in 0..rng.between(1, 3) {
            world.record(rng, format!("Event{n}"), true);
        }
        world
    }

    fn record(&mut self, rng: &mut Rng, name: String, event: bool) {
        let mut fields: Vec<(String, T)> = Vec::new();
        for n in 0..rng.between(2, 6) {
            let field = match rng.pick(FIELDS) {
                Some(word) if rng.chance(50) && !fields.iter().any(|(f, _)| f == word) => (*word).to_owned(),
                _ => format!("field{n}"),
            };
            fields.push((field, self.any_type(rng, true)));
        }
        self.records.push(RecordDecl { name, event, fields });
    }

    pub fn scalar_type(&self, rng: &mut Rng) -> T {
        match rng.below(22) {
            0 | 1 => T::Bool,
            2..=4 => T::Int,
            5 | 6 => T::Decimal,
            7..=9 => T::Text,
            10..=13 => T::Instant,
            14 | 15 => T::Duration,
            16 => T::Ip,
            17 => T::Cidr,
            _ => T::Enum(rng.below(self.enums.len())),
        }
    }

    fn plain_record(&self, rng: &mut Rng) -> Option<T> {
        let records: Vec<usize> = (0..self.records.len()).filter(|i| !self.records[*i].event).collect();
        rng.pick(&records).map(|i| T::Record(*i))
    }

    /// Of a parameter, a field, a `let`.
    pub fn any_type(&self, rng: &mut Rng, optional: bool) -> T {
        let ty = match rng.below(20) {
            0..=10 => self.scalar_type(rng),
            11 | 12 => T::set(self.scalar_type(rng)),
            13 | 14 => T::list(self.scalar_type(rng)),
            15..=17 => self.plain_record(rng).map_or(T::Bool, T::list),
            _ => self.plain_record(rng).unwrap_or(T::Int),
        };
        if optional && rng.chance(25) { T::opt(ty) } else { ty }
    }

    pub fn name(&self, ty: &T) -> String {
        match ty {
            T::Bool => "bool".into(),
            T::Int => "int".into(),
            T::Decimal => "decimal".into(),
            T::Text => "string".into(),
            T::Instant => "instant".into(),
            T::Duration => "duration".into(),
            T::Ip => "ip".into(),
            T::Cidr => "cidr".into(),
            T::Enum(i) => self.enums[*i].name.clone(),
            T::Record(i) => self.records[*i].name.clone(),
            T::List(of) => format!("list<{}>", self.name(of)),
            T::Set(of) => format!("set<{}>", self.name(of)),
            T::Opt(of) => format!("{}?", self.name(of)),
        }
    }

    /// The declarations of enums, records and events.
    pub fn declarations(&self, rng: &mut Rng) -> Vec<String> {
        let mut out = Vec::new();
        for (n, decl) in self.enums.iter().enumerate().skip(1) {
            let wire = |rng: &mut Rng, i: usize| {
                if rng.chance(15) { format!("@json(\"{n}:{i} é\") ") } else { String::new() }
            };
            let cases: Vec<String> =
                decl.cases.iter().enumerate().map(|(i, c)| format!("{}{c}", wire(rng, i))).collect();
            let (word, sign) = if decl.ordered { ("scale", " < ") } else { ("enum", ", ") };
            out.push(format!("{word} {} {{ {} }}", decl.name, cases.join(sign)));
        }
        for decl in &self.records {
            let mut text = String::new();
            if rng.chance(30) {
                text.push_str("/// Something that is known.\n");
            }
            let word = if decl.event { "event" } else { "record" };
            text.push_str(&format!("{word} {} {{\n", decl.name));
            for (i, (name, ty)) in decl.fields.iter().enumerate() {
                if rng.chance(10) {
                    text.push_str("    /// A field.\n");
                }
                let wire =
                    if rng.chance(10) && decl.name != "Row" { format!("@json(\"wire-{i}\") ") } else { String::new() };
                text.push_str(&format!("    {wire}{name}: {}\n", self.name(ty)));
            }
            text.push_str("}\n");
            out.push(text);
        }
        out
    }
}
