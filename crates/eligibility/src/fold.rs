//! What is known about an operation before any fact is: its value if fixed, and its range.

use crate::calendar;
use crate::scalar::{one, two};
use crate::tree::{Node, NodeId, One, Op, Rules, Two};

/// The days the calendar can count: from the year 1 to about 9999.
const DAYS: (i64, i64) = (-719_162, 2_932_896);

/// The same order for both ways of writing an operation whose sides may be exchanged.
pub(crate) fn ordered(op: Op) -> Op {
    match op {
        Op::Two(two, a, b) if !matches!(two, Two::Lt | Two::Le | Two::Sub) && b < a => {
            Op::Two(two, b, a)
        }
        op => op,
    }
}

/// The value of an operation on fixed values. What does not fit is left for [`range`] to refuse.
pub(crate) fn constant(nodes: &[Node], op: Op) -> Option<i32> {
    let fixed = |id: NodeId| match nodes[id.at()].op {
        Op::Const(value) => Some(value),
        _ => None,
    };
    match op {
        Op::Const(_) | Op::Fact(_) | Op::If(..) => None,
        Op::One(op, a) => Some(one(op, fixed(a)?)),
        Op::Two(op, a, b) => {
            let (a, b) = (fixed(a)?, fixed(b)?);
            let (low, high) = span(op, (a.into(), a.into()), (b.into(), b.into()));
            (i32::try_from(low).is_ok() && i32::try_from(high).is_ok()).then(|| two(op, a, b))
        }
    }
}

/// The least and the greatest value.
pub(crate) fn range(rules: &Rules, op: Op) -> (i64, i64) {
    let of = |id: NodeId| {
        let node = rules.nodes[id.at()];
        (i64::from(node.low), i64::from(node.high))
    };
    match op {
        Op::Const(value) => (value.into(), value.into()),
        Op::Fact(index) => {
            let fact = rules.facts.get(index as usize);
            let (low, high) = fact.map_or((0, 0), |f| f.kind.range());
            (low.into(), high.into())
        }
        Op::One(op, a) => single(op, of(a)),
        Op::Two(op, a, b) => span(op, of(a), of(b)),
        Op::If(_, a, b) => {
            let (a, b) = (of(a), of(b));
            (a.0.min(b.0), a.1.max(b.1))
        }
    }
}

fn single(op: One, (low, high): (i64, i64)) -> (i64, i64) {
    match op {
        One::Not => (0, 1),
        One::Div(by) => (low / i64::from(by), high / i64::from(by)),
        One::Rem(by) => {
            let most = i64::from(by) - 1;
            (low.clamp(-most, 0), high.clamp(0, most))
        }
        // Beyond the calendar: no range that fits, so the rule is refused.
        One::Months | One::Day if low < DAYS.0 || high > DAYS.1 => (i64::MIN, i64::MAX),
        One::Months => {
            let months = |days: i64| i32::try_from(days).map_or(0, calendar::months);
            (months(low).into(), months(high).into())
        }
        One::Day => (1, 31),
    }
}

fn span(op: Two, a: (i64, i64), b: (i64, i64)) -> (i64, i64) {
    match op {
        Two::And | Two::Or | Two::Eq | Two::Lt | Two::Le => (0, 1),
        Two::Add => (a.0 + b.0, a.1 + b.1),
        Two::Sub => (a.0 - b.1, a.1 - b.0),
        Two::Min => (a.0.min(b.0), a.1.min(b.1)),
        Two::Max => (a.0.max(b.0), a.1.max(b.1)),
        Two::Mul => {
            let corners = [a.0 * b.0, a.0 * b.1, a.1 * b.0, a.1 * b.1];
            let low = corners.into_iter().min().unwrap_or_default();
            (low, corners.into_iter().max().unwrap_or_default())
        }
    }
}
