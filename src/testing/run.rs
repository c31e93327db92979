//! One test: its lines in order.
//!
//! In: a test and the oracle. Out: what was not as expected. `at` sets the instant of what follows, `let` binds; every
//! expectation is tried, whatever came of those before it.

use std::collections::BTreeSet;

use trust_syntax::diagnostic::Diagnostic;

use super::coverage::Seen;
use super::outcomes::{self, Ground};
use super::{Engine, TestResult, module_name, words};
use crate::interp::{Oracle, Prior};
use crate::program::expr::{self, Expr, LocalId};
use crate::program::ty::{RecordId, standing};
use crate::program::value::Value;
use crate::program::{BlockId, Checked, Expect, ExpectKind, Outcome, Program, TestDef, TestLine};

pub(super) fn run_test(
    program: &Checked,
    oracle: &Oracle,
    engine: Option<&dyn Engine>,
    test: &TestDef,
    seen: &mut Seen,
) -> TestResult {
    let mut runner = Runner { scene: Scene::new(program, oracle, test.frame), engine, seen, failures: Vec::new() };
    let mut expectations = 0;
    for line in &test.lines {
        match line {
            TestLine::At(_) | TestLine::Let { .. } => runner.scene.line(line),
            TestLine::Expect(expect) => {
                expectations += 1;
                runner.expect(expect);
            }
        }
    }
    TestResult {
        module: module_name(program, test.module),
        title: test.title.clone(),
        span: test.span,
        expectations,
        failures: runner.failures,
    }
}

/// What the lines of a test so far have set.
pub(super) struct Scene<'p> {
    pub program: &'p Program,
    pub oracle: &'p Oracle<'p>,
    pub frame: Vec<Value>,
    pub now: i64,
    /// Whether an `at` said so.
    pub stated: bool,
}

impl<'p> Scene<'p> {
    pub fn new(program: &'p Program, oracle: &'p Oracle<'p>, slots: u32) -> Scene<'p> {
        let now = program.framework.as_ref().and_then(|f| f.effective).unwrap_or(0);
        Scene { program, oracle, frame: vec![Value::None; slots as usize], now, stated: false }
    }

    /// `at` and `let`; an expectation sets nothing.
    pub fn line(&mut self, line: &TestLine) {
        match line {
            TestLine::At(at) => {
                if let Value::Instant(at) = self.eval(at) {
                    self.now = at;
                    self.stated = true;
                }
            }
            TestLine::Let { local, value } => {
                let value = self.eval(value);
                set(&mut self.frame, *local, value);
            }
            TestLine::Expect(_) => {}
        }
    }

    pub fn eval(&self, e: &Expr) -> Value {
        self.oracle.eval(self.frame.clone(), e, self.now).value
    }

    pub fn eval_all(&self, all: &[Expr]) -> Vec<Value> {
        all.iter().map(|e| self.eval(e)).collect()
    }

    pub fn prior(&self, prior: &expr::Prior) -> Prior {
        self.oracle.prior(&self.frame, prior, self.now)
    }
}

pub(super) fn set(frame: &mut Vec<Value>, local: LocalId, value: Value) {
    let index = local.0 as usize;
    if frame.len() <= index {
        frame.resize(index + 1, Value::None);
    }
    if let Some(slot) = frame.get_mut(index) {
        *slot = value;
    }
}

struct Runner<'p, 'r> {
    scene: Scene<'p>,
    engine: Option<&'r dyn Engine>,
    seen: &'r mut Seen,
    failures: Vec<Diagnostic>,
}

impl Runner<'_, '_> {
    fn expect(&mut self, expect: &Expect) {
        match &expect.kind {
            ExpectKind::Holds(claim) => self.holds(claim),
            ExpectKind::Decides { block, args, prior, outcomes } => self.decides(expect, *block, args, prior, outcomes),
            ExpectKind::Reacts { block, args, prior, event_type, event, outcomes } => {
                self.reacts(expect, (*block, args, prior), (*event_type, event), outcomes);
            }
        }
    }

    fn holds(&mut self, claim: &Expr) {
        let scene = &self.scene;
        let value = scene.oracle.eval_observed(scene.frame.clone(), claim, scene.now, self.seen).value;
        if value == Value::Bool(true) {
            return;
        }
        let mut failure = Diagnostic::error("test", claim.span, "the condition does not hold").label("this is false");
        for ground in outcomes::grounds(scene, claim) {
            let text = match scene.eval(ground) {
                Value::Bool(true) => "holds".to_owned(),
                Value::Bool(false) => "does not hold".to_owned(),
                value => format!("is {}", words::value(scene.program, &ground.ty, &value)),
            };
            failure = failure.because(ground.span, text);
        }
        if scene.stated {
            failure = failure.note(format!("at {}", words::instant(scene.now)));
        }
        self.failures.push(failure);
    }

    fn decides(&mut self, expect: &Expect, block: BlockId, args: &[Expr], prior: &expr::Prior, expected: &[Outcome]) {
        let scene = &self.scene;
        let args = scene.eval_all(args);
        let prior = scene.prior(prior);
        let decision = scene.oracle.decide_observed(block, &args, &prior, scene.now, self.seen);
        let ground = Ground { scene, block: scene.program.block(block), span: expect.span };
        outcomes::decision(&ground, &decision, expected, &mut self.failures);
        if let Some(engine) = self.engine {
            let other = engine.decide(block, &args, &prior, scene.now);
            differs(
                &ground,
                engine,
                other.map(|d| (d == decision, words::decision(&ground, &d))),
                &words::decision(&ground, &decision),
            )
            .into_iter()
            .for_each(|d| self.failures.push(d));
        }
    }

    fn reacts(
        &mut self,
        expect: &Expect,
        (block, args, prior): (BlockId, &[Expr], &expr::Prior),
        (event_type, event): (RecordId, &Expr),
        expected: &[Outcome],
    ) {
        let scene = &self.scene;
        let args = scene.eval_all(args);
        let fields = scene.eval(event);
        let key = scene.oracle.key_of(block, &args);
        // A stated standing names no trigger that could be lifted: it stays at least what it was.
        let (in_force, floor) = match scene.prior(prior) {
            Prior::None => (BTreeSet::new(), standing::ACTIVE),
            Prior::Triggers(triggers) => (triggers, standing::ACTIVE),
            Prior::Standing(level) => (BTreeSet::new(), level),
        };
        let found = scene.oracle.react_observed(block, event_type, &fields, &key, &in_force, scene.now, self.seen);
        let ground = Ground { scene, block: scene.program.block(block), span: expect.span };
        if let Some(engine) = self.engine {
            let other = engine.react(block, (event_type, &fields), &key, &in_force, scene.now);
            differs(
                &ground,
                engine,
                other.map(|r| (r == found, words::reaction(&ground, &r))),
                &words::reaction(&ground, &found),
            )
            .into_iter()
            .for_each(|d| self.failures.push(d));
        }
        let mut reaction = found;
        reaction.standing = reaction.standing.max(floor);
        outcomes::reaction(&ground, &reaction, expected, &mut self.failures);
    }
}

/// The engine's answer is another one: our bug, and shown as such.
fn differs(
    ground: &Ground<'_>,
    engine: &dyn Engine,
    other: Result<(bool, String), String>,
    oracle: &str,
) -> Option<Diagnostic> {
    let answer = match other {
        Ok((true, _)) => return None,
        Ok((false, answer)) => answer,
        Err(message) => message,
    };
    Some(
        Diagnostic::error("test", ground.span, format!("{} answers otherwise than the oracle", engine.name()))
            .label("the two differ here")
            .note(format!("{}: {answer}", engine.name()))
            .note(format!("the oracle: {oracle}"))
            .help("this is a fault of the compiler, not of the policy: please report it"),
    )
}
