//! Functions written down as terms and statements rather than instruction by instruction.
//!
//! In: terms over 64-bit words, built with Rust's own operators. Out: Cranelift's instructions. Arithmetic wraps; a truth is 0 or 1.
//! A division is written only where its divisor is known not to be zero.

use std::ops;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Function, InstBuilder, MemFlagsData, Type, Value, types};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};

/// A variable of a function, a word wide.
#[derive(Clone, Copy)]
pub(super) struct Var(Variable);

#[derive(Clone)]
pub(super) enum Term {
    Number(i64),
    Var(Var),
    Two(Op, Box<(Term, Term)>),
    Test(IntCC, Box<(Term, Term)>),
    /// condition, then, else: both are computed
    Choose(Box<(Term, Term, Term)>),
    /// So many bytes at an address, without a sign.
    Load(Type, Box<Term>),
    /// The bytes in the opposite order.
    Swapped(Box<Term>),
}

#[derive(Clone, Copy)]
pub(super) enum Op {
    Add,
    Sub,
    Mul,
    /// The upper word of the product, with and without signs.
    MulHighSigned,
    MulHigh,
    And,
    Or,
    Xor,
    ShiftLeft,
    ShiftRight,
    ShiftRightSigned,
    Div,
    Rem,
    DivSigned,
    RemSigned,
}

impl From<i64> for Term {
    fn from(number: i64) -> Term {
        Term::Number(number)
    }
}

impl From<Var> for Term {
    fn from(var: Var) -> Term {
        Term::Var(var)
    }
}

pub(super) fn choose(condition: impl Into<Term>, then: impl Into<Term>, otherwise: impl Into<Term>) -> Term {
    Term::Choose(Box::new((condition.into(), then.into(), otherwise.into())))
}

fn two(op: Op, a: impl Into<Term>, b: impl Into<Term>) -> Term {
    Term::Two(op, Box::new((a.into(), b.into())))
}

macro_rules! operators {
    ($($trait:ident $method:ident $op:ident),* $(,)?) => {$(
        impl<T: Into<Term>> ops::$trait<T> for Term {
            type Output = Term;
            fn $method(self, other: T) -> Term {
                two(Op::$op, self, other)
            }
        }
        impl<T: Into<Term>> ops::$trait<T> for Var {
            type Output = Term;
            fn $method(self, other: T) -> Term {
                two(Op::$op, self, other)
            }
        }
    )*};
}

// `>>` is without a sign.
operators! {
    Add add Add, Sub sub Sub, Mul mul Mul, BitAnd bitand And, BitOr bitor Or, BitXor bitxor Xor,
    Shl shl ShiftLeft, Shr shr ShiftRight, Div div Div, Rem rem Rem,
}

macro_rules! methods {
    (tests: $($test:ident $code:ident),*; terms: $($term:ident $op:ident),*; loads: $($load:ident $ty:ident),*;) => {
        /// What there is besides operators.
        pub(super) trait Terms: Into<Term> + Sized {
            $(fn $test(self, other: impl Into<Term>) -> Term {
                Term::Test(IntCC::$code, Box::new((self.into(), other.into())))
            })*
            $(fn $term(self, other: impl Into<Term>) -> Term {
                two(Op::$op, self, other)
            })*
            $(fn $load(self) -> Term {
                Term::Load(types::$ty, Box::new(self.into()))
            })*
            fn swapped(self) -> Term {
                Term::Swapped(Box::new(self.into()))
            }
        }
    };
}

methods! {
    // `below` and its like have no sign, `less` has one.
    tests: is Equal, unlike NotEqual, below UnsignedLessThan, above UnsignedGreaterThan,
        at_least UnsignedGreaterThanOrEqual, less SignedLessThan, more SignedGreaterThan;
    terms: high MulHigh, high_signed MulHighSigned, signs ShiftRightSigned, div_signed DivSigned, rem_signed RemSigned;
    loads: byte I8, half I32, word I64;
}

impl Terms for Term {}
impl Terms for Var {}

/// A function under construction.
pub(super) struct Body<'b> {
    b: FunctionBuilder<'b>,
    result: Type,
}

impl<'b> Body<'b> {
    /// With a variable for each parameter.
    pub fn new(func: &'b mut Function, frontend: &'b mut FunctionBuilderContext) -> (Body<'b>, Vec<Var>) {
        let result = func.signature.returns.first().map_or(types::I64, |r| r.value_type);
        let mut b = FunctionBuilder::new(func, frontend);
        let start = b.create_block();
        b.append_block_params_for_function_params(start);
        b.switch_to_block(start);
        let params = b.block_params(start).to_vec();
        let mut body = Body { b, result };
        let params = params.into_iter().map(|value| body.bound(value)).collect();
        (body, params)
    }

    /// What was not given ends with 0.
    pub fn finish(mut self, config: TargetFrontendConfig) {
        let zero = self.b.ins().iconst(self.result, 0);
        self.b.ins().return_(&[zero]);
        self.b.seal_all_blocks();
        self.b.finalize(config);
    }

    fn bound(&mut self, value: Value) -> Var {
        let var = self.b.declare_var(types::I64);
        self.b.def_var(var, value);
        Var(var)
    }

    pub fn var(&mut self, term: impl Into<Term>) -> Var {
        let value = self.value(&term.into());
        self.bound(value)
    }

    pub fn set(&mut self, var: Var, term: impl Into<Term>) {
        let value = self.value(&term.into());
        self.b.def_var(var.0, value);
    }

    /// Ends the function here.
    pub fn give(&mut self, term: impl Into<Term>) {
        let value = self.value(&term.into());
        let value = if self.result == types::I64 { value } else { self.b.ins().ireduce(self.result, value) };
        self.b.ins().return_(&[value]);
        let nowhere = self.b.create_block();
        self.b.switch_to_block(nowhere);
    }

    pub fn when(&mut self, condition: impl Into<Term>, then: impl FnOnce(&mut Self)) {
        self.either(condition, then, |_| {});
    }

    pub fn either(
        &mut self,
        condition: impl Into<Term>,
        then: impl FnOnce(&mut Self),
        otherwise: impl FnOnce(&mut Self),
    ) {
        let [yes, no, end] = [(); 3].map(|()| self.b.create_block());
        let condition = self.value(&condition.into());
        self.b.ins().brif(condition, yes, &[], no, &[]);
        self.b.switch_to_block(yes);
        then(self);
        self.b.ins().jump(end, &[]);
        self.b.switch_to_block(no);
        otherwise(self);
        self.b.ins().jump(end, &[]);
        self.b.switch_to_block(end);
    }

    pub fn as_long_as(&mut self, condition: impl Into<Term>, then: impl FnOnce(&mut Self)) {
        let [head, body, end] = [(); 3].map(|()| self.b.create_block());
        self.b.ins().jump(head, &[]);
        self.b.switch_to_block(head);
        let condition = self.value(&condition.into());
        self.b.ins().brif(condition, body, &[], end, &[]);
        self.b.switch_to_block(body);
        then(self);
        self.b.ins().jump(head, &[]);
        self.b.switch_to_block(end);
    }

    /// Terms are written by hand, so they are not deep.
    fn value(&mut self, term: &Term) -> Value {
        match term {
            Term::Number(number) => self.b.ins().iconst(types::I64, *number),
            Term::Var(Var(var)) => self.b.use_var(*var),
            Term::Two(op, of) => {
                let (a, b) = (self.value(&of.0), self.value(&of.1));
                self.two(*op, a, b)
            }
            Term::Test(code, of) => {
                let (a, b) = (self.value(&of.0), self.value(&of.1));
                let truth = self.b.ins().icmp(*code, a, b);
                self.b.ins().uextend(types::I64, truth)
            }
            Term::Choose(of) => {
                let [condition, then, otherwise] = [&of.0, &of.1, &of.2].map(|term| self.value(term));
                self.b.ins().select(condition, then, otherwise)
            }
            Term::Load(ty, at) => {
                let at = self.value(at);
                let flags = MemFlagsData::new().with_notrap().with_readonly();
                let found = self.b.ins().load(*ty, flags, at, 0);
                if *ty == types::I64 { found } else { self.b.ins().uextend(types::I64, found) }
            }
            Term::Swapped(of) => {
                let value = self.value(of);
                self.b.ins().bswap(value)
            }
        }
    }

    fn two(&mut self, op: Op, a: Value, b: Value) -> Value {
        let ins = self.b.ins();
        match op {
            Op::Add => ins.iadd(a, b),
            Op::Sub => ins.isub(a, b),
            Op::Mul => ins.imul(a, b),
            Op::MulHigh => ins.umulhi(a, b),
            Op::MulHighSigned => ins.smulhi(a, b),
            Op::And => ins.band(a, b),
            Op::Or => ins.bor(a, b),
            Op::Xor => ins.bxor(a, b),
            Op::ShiftLeft => ins.ishl(a, b),
            Op::ShiftRight => ins.ushr(a, b),
            Op::ShiftRightSigned => ins.sshr(a, b),
            Op::Div => ins.udiv(a, b),
            Op::Rem => ins.urem(a, b),
            Op::DivSigned => ins.sdiv(a, b),
            Op::RemSigned => ins.srem(a, b),
        }
    }
}
