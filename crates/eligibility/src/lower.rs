//! From CEL to the typed tree: types are checked, words become numbers, the rest is refused.

use cel::common::ast::{Expr, IdedExpr, LiteralValue, operators as cel_op};

use crate::calendar;
use crate::error::{Error, Mistake, nearest};
use crate::facts::Kind;
use crate::syntax::Parsed;
use crate::tree::{NodeId, One, Op, Rules, Two};

const FUNCTIONS: &[&str] = &["min", "max", "date", "year", "month", "day"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Yes,
    Int,
    Date,
    /// An answer of the fact with this index.
    Word(usize),
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Self::Yes => "はい・いいえ",
            Self::Int => "数",
            Self::Date => "日付",
            Self::Word(_) => "答えのことば",
        }
    }
}

type Typed = (NodeId, Type);

pub(crate) fn condition(rules: &mut Rules, text: &str) -> Result<NodeId, Error> {
    whole(rules, text, Type::Yes)
}

pub(crate) fn amount(rules: &mut Rules, text: &str) -> Result<NodeId, Error> {
    whole(rules, text, Type::Int)
}

fn whole(rules: &mut Rules, text: &str, expected: Type) -> Result<NodeId, Error> {
    let parsed = Parsed::read(text)?;
    let mut lower = Lower { rules, parsed: &parsed };
    lower.of_type(&parsed.root, expected)
}

struct Lower<'a> {
    rules: &'a mut Rules,
    parsed: &'a Parsed<'a>,
}

impl Lower<'_> {
    fn of_type(&mut self, at: &IdedExpr, expected: Type) -> Result<NodeId, Error> {
        if text(at).is_some() {
            let mistake = Mistake::Type { expected: expected.name(), found: "文字" };
            return Err(self.error(at, mistake));
        }
        let (node, found) = self.any(at)?;
        if found == expected { Ok(node) } else { Err(self.mismatch(at, expected, found)) }
    }

    fn any(&mut self, at: &IdedExpr) -> Result<Typed, Error> {
        match &at.expr {
            Expr::Ident(name) => self.fact(at, name),
            Expr::Literal(LiteralValue::Boolean(value)) => {
                Ok((self.node(at, Op::Const(i32::from(*value.inner())))?, Type::Yes))
            }
            Expr::Literal(LiteralValue::Int(value)) => {
                let value = *value.inner();
                let value = i32::try_from(value)
                    .map_err(|_| self.error(at, Mistake::TooLarge { low: value, high: value }))?;
                Ok((self.node(at, Op::Const(value))?, Type::Int))
            }
            Expr::Call(call) if call.target.is_none() => self.call(at, &call.func_name, &call.args),
            _ => Err(self.error(at, Mistake::NotAllowed)),
        }
    }

    fn fact(&mut self, at: &IdedExpr, name: &str) -> Result<Typed, Error> {
        let Some(index) = self.rules.facts.find(name) else {
            let nearest = nearest(name, self.rules.facts.iter().map(|f| f.name.as_str()));
            return Err(self.error(at, Mistake::UnknownFact { name: name.into(), nearest }));
        };
        let kind = match self.rules.facts.get(index).map(|f| &f.kind) {
            Some(Kind::Yes) | None => Type::Yes,
            Some(Kind::Int { .. }) => Type::Int,
            Some(Kind::Date { .. }) => Type::Date,
            Some(Kind::Word(_)) => Type::Word(index),
        };
        let op = Op::Fact(u32::try_from(index).unwrap_or_default());
        Ok((self.node(at, op)?, kind))
    }

    fn call(&mut self, at: &IdedExpr, name: &str, args: &[IdedExpr]) -> Result<Typed, Error> {
        match (name, args) {
            (cel_op::LOGICAL_NOT, [a]) => {
                let a = self.of_type(a, Type::Yes)?;
                Ok((self.node(at, Op::One(One::Not, a))?, Type::Yes))
            }
            (cel_op::NEGATE, [a]) => {
                let (zero, a) = (self.node(at, Op::Const(0))?, self.of_type(a, Type::Int)?);
                Ok((self.node(at, Op::Two(Two::Sub, zero, a))?, Type::Int))
            }
            (cel_op::LOGICAL_AND, [a, b]) => self.logical(at, Two::And, a, b),
            (cel_op::LOGICAL_OR, [a, b]) => self.logical(at, Two::Or, a, b),
            (cel_op::EQUALS, [a, b]) => self.equal(at, a, b),
            (cel_op::NOT_EQUALS, [a, b]) => {
                let (equal, _) = self.equal(at, a, b)?;
                Ok((self.node(at, Op::One(One::Not, equal))?, Type::Yes))
            }
            (cel_op::LESS, [a, b]) => self.compare(at, Two::Lt, a, b),
            (cel_op::LESS_EQUALS, [a, b]) => self.compare(at, Two::Le, a, b),
            (cel_op::GREATER, [a, b]) => self.compare(at, Two::Lt, b, a),
            (cel_op::GREATER_EQUALS, [a, b]) => self.compare(at, Two::Le, b, a),
            (cel_op::ADD, [a, b]) => self.moved(at, Two::Add, a, b),
            (cel_op::SUBSTRACT, [a, b]) => self.moved(at, Two::Sub, a, b),
            (cel_op::MULTIPLY, [a, b]) => self.ints(at, Two::Mul, a, b),
            (cel_op::DIVIDE, [a, b]) => self.divided(at, One::Div, a, b),
            (cel_op::MODULO, [a, b]) => self.divided(at, One::Rem, a, b),
            (cel_op::IN, [a, list]) => self.one_of(at, a, list),
            (cel_op::CONDITIONAL, [c, a, b]) => self.choice(at, c, a, b),
            ("min", [a, b]) => self.ints(at, Two::Min, a, b),
            ("max", [a, b]) => self.ints(at, Two::Max, a, b),
            ("date", [text]) => self.date(text),
            ("year", [a]) => self.month_part(at, a, One::Div(12), 0),
            ("month", [a]) => self.month_part(at, a, One::Rem(12), 1),
            ("day", [a]) => {
                let a = self.of_type(a, Type::Date)?;
                Ok((self.node(at, Op::One(One::Day, a))?, Type::Int))
            }
            _ => Err(self.unknown_call(at, name)),
        }
    }

    fn logical(&mut self, at: &IdedExpr, op: Two, a: &IdedExpr, b: &IdedExpr) -> Lowered {
        let (a, b) = (self.of_type(a, Type::Yes)?, self.of_type(b, Type::Yes)?);
        Ok((self.node(at, Op::Two(op, a, b))?, Type::Yes))
    }

    fn ints(&mut self, at: &IdedExpr, op: Two, a: &IdedExpr, b: &IdedExpr) -> Lowered {
        let (a, b) = (self.of_type(a, Type::Int)?, self.of_type(b, Type::Int)?);
        Ok((self.node(at, Op::Two(op, a, b))?, Type::Int))
    }

    /// Numbers; also days after a date, and the days between two.
    fn moved(&mut self, at: &IdedExpr, op: Two, a: &IdedExpr, b: &IdedExpr) -> Lowered {
        let ((left, left_type), (right, right_type)) = (self.any(a)?, self.any(b)?);
        let kind = match (op, left_type, right_type) {
            (_, Type::Int, Type::Int) | (Two::Sub, Type::Date, Type::Date) => Type::Int,
            (_, Type::Date, Type::Int) => Type::Date,
            (_, Type::Int | Type::Date, found) => return Err(self.mismatch(b, Type::Int, found)),
            (_, found, _) => return Err(self.mismatch(a, Type::Int, found)),
        };
        Ok((self.node(at, Op::Two(op, left, right))?, kind))
    }

    fn compare(&mut self, at: &IdedExpr, op: Two, a: &IdedExpr, b: &IdedExpr) -> Lowered {
        let (left, kind) = self.any(a)?;
        if !matches!(kind, Type::Int | Type::Date) {
            return Err(self.mismatch(a, Type::Int, kind));
        }
        let right = self.of_type(b, kind)?;
        Ok((self.node(at, Op::Two(op, left, right))?, Type::Yes))
    }

    fn equal(&mut self, at: &IdedExpr, a: &IdedExpr, b: &IdedExpr) -> Lowered {
        let (a, b) = if text(a).is_some() { (b, a) } else { (a, b) };
        let (left, kind) = self.any(a)?;
        let right = self.alike(kind, b)?;
        Ok((self.node(at, Op::Two(Two::Eq, left, right))?, Type::Yes))
    }

    /// A value that can be compared with one of this type; a text is an answer of its list.
    fn alike(&mut self, kind: Type, at: &IdedExpr) -> Result<NodeId, Error> {
        match (kind, text(at)) {
            (Type::Word(fact), Some(word)) => self.word(at, fact, word),
            (Type::Word(fact), None) => {
                let (node, found) = self.any(at)?;
                let Type::Word(other) = found else {
                    return Err(self.mismatch(at, kind, found));
                };
                let words = |index| self.rules.facts.get(index).map(|f| &f.kind);
                if words(fact) == words(other) {
                    return Ok(node);
                }
                Err(self.error(at, Mistake::DifferentLists))
            }
            _ => self.of_type(at, kind),
        }
    }

    fn word(&mut self, at: &IdedExpr, fact: usize, word: &str) -> Result<NodeId, Error> {
        let fact = self.rules.facts.get(fact);
        let words = match fact.map(|f| &f.kind) {
            Some(Kind::Word(words)) => words.clone(),
            _ => Vec::new(),
        };
        if let Some(code) = words.iter().position(|w| w == word) {
            return self.node(at, Op::Const(i32::try_from(code).unwrap_or_default()));
        }
        let (fact, word) = (fact.map_or_else(String::new, |f| f.name.clone()), word.to_owned());
        let nearest = nearest(&word, words.iter().map(String::as_str));
        Err(self.error(at, Mistake::UnknownWord { word, fact, nearest, words }))
    }

    fn one_of(&mut self, at: &IdedExpr, a: &IdedExpr, list: &IdedExpr) -> Lowered {
        let Expr::List(list_of) = &list.expr else {
            return Err(self.error(list, Mistake::NotAllowed));
        };
        let (left, kind) = self.any(a)?;
        let mut found = self.node(at, Op::Const(0))?;
        for (n, item) in list_of.elements.iter().enumerate() {
            let right = self.alike(kind, item)?;
            let equal = self.node(item, Op::Two(Two::Eq, left, right))?;
            found = if n == 0 { equal } else { self.node(at, Op::Two(Two::Or, found, equal))? };
        }
        Ok((found, Type::Yes))
    }

    fn choice(&mut self, at: &IdedExpr, c: &IdedExpr, a: &IdedExpr, b: &IdedExpr) -> Lowered {
        let c = self.of_type(c, Type::Yes)?;
        let (left, kind) = self.any(a)?;
        let right = self.alike(kind, b)?;
        Ok((self.node(at, Op::If(c, left, right))?, kind))
    }

    fn divided(
        &mut self,
        at: &IdedExpr,
        op: fn(i32) -> One,
        a: &IdedExpr,
        by: &IdedExpr,
    ) -> Lowered {
        let (a, divisor) = (self.of_type(a, Type::Int)?, self.of_type(by, Type::Int)?);
        match self.rules.nodes[divisor.at()].op {
            Op::Const(value) if value >= 1 => {
                Ok((self.node(at, Op::One(op(value), a))?, Type::Int))
            }
            _ => Err(self.error(by, Mistake::Divisor)),
        }
    }

    fn date(&mut self, at: &IdedExpr) -> Lowered {
        let Some(words) = text(at) else { return Err(self.error(at, Mistake::NotAllowed)) };
        let Some(days) = calendar::parse(words) else {
            return Err(self.error(at, Mistake::NotADate(words.to_owned())));
        };
        Ok((self.node(at, Op::Const(days))?, Type::Date))
    }

    /// Year and month share the node that counts months.
    fn month_part(&mut self, at: &IdedExpr, a: &IdedExpr, part: One, plus: i32) -> Lowered {
        let date = self.of_type(a, Type::Date)?;
        let months = self.node(at, Op::One(One::Months, date))?;
        let part = self.node(at, Op::One(part, months))?;
        if plus == 0 {
            return Ok((part, Type::Int));
        }
        let plus = self.node(at, Op::Const(plus))?;
        Ok((self.node(at, Op::Two(Two::Add, part, plus))?, Type::Int))
    }

    fn unknown_call(&self, at: &IdedExpr, name: &str) -> Error {
        if ["min", "max"].contains(&name) {
            return self.error(at, Mistake::Arguments { name: name.into(), expected: 2 });
        }
        if FUNCTIONS.contains(&name) {
            return self.error(at, Mistake::Arguments { name: name.into(), expected: 1 });
        }
        if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let nearest = nearest(name, FUNCTIONS.iter().copied());
            return self.error(at, Mistake::UnknownFunction { name: name.into(), nearest });
        }
        self.error(at, Mistake::NotAllowed)
    }

    fn node(&mut self, at: &IdedExpr, op: Op) -> Result<NodeId, Error> {
        let made = self.rules.node(op);
        made.map_err(|(low, high)| self.error(at, Mistake::TooLarge { low, high }))
    }

    fn mismatch(&self, at: &IdedExpr, expected: Type, found: Type) -> Error {
        self.error(at, Mistake::Type { expected: expected.name(), found: found.name() })
    }

    fn error(&self, at: &IdedExpr, mistake: Mistake) -> Error {
        self.parsed.error(at, mistake)
    }
}

type Lowered = Result<Typed, Error>;

fn text(at: &IdedExpr) -> Option<&str> {
    match &at.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}
