//! One person: every node evaluated, every value kept.

use crate::calendar;
use crate::tree::{NodeId, One, Op, Rules, Two};

/// The value of every part of every rule for one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    values: Vec<Option<i32>>,
}

impl Trace {
    /// Nothing when it is not known.
    pub fn value(&self, rule: NodeId) -> Option<i32> {
        self.values.get(rule.at()).copied().flatten()
    }
}

impl Rules {
    /// Evaluates everything, also what a shorter way would pass over: the reasons are wanted. A
    /// value that is missing or outside the range of its fact is not known.
    pub fn trace(&self, facts: &[Option<i32>]) -> Trace {
        let mut values: Vec<Option<i32>> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let of = |id: NodeId| values[id.at()];
            let value = match node.op {
                Op::Const(value) => Some(value),
                Op::Fact(index) => {
                    let value = facts.get(index as usize).copied().flatten();
                    value.filter(|v| (node.low..=node.high).contains(v))
                }
                Op::One(op, a) => of(a).map(|a| one(op, a)),
                Op::Two(op, a, b) => kleene(op, of(a), of(b)),
                Op::If(c, a, b) => match of(c) {
                    Some(0) => of(b),
                    Some(_) => of(a),
                    None => of(a).filter(|_| of(a) == of(b)),
                },
            };
            values.push(value);
        }
        Trace { values }
    }

    /// The facts on which an unknown rule hangs, in the order of the list: only what could still
    /// decide it.
    pub fn missing(&self, rule: NodeId, trace: &Trace) -> Vec<usize> {
        let mut facts = Vec::new();
        let mut seen = vec![false; self.nodes.len()];
        let mut open = vec![rule];
        while let Some(id) = open.pop() {
            if trace.value(id).is_some() || std::mem::replace(&mut seen[id.at()], true) {
                continue;
            }
            match self.nodes[id.at()].op {
                Op::Fact(index) => facts.push(index as usize),
                Op::If(c, a, b) => match trace.value(c) {
                    Some(0) => open.push(b),
                    Some(_) => open.push(a),
                    None => open.push(c),
                },
                op => open.extend(op.children()),
            }
        }
        facts.sort_unstable();
        facts
    }
}

fn kleene(op: Two, a: Option<i32>, b: Option<i32>) -> Option<i32> {
    match (op, a, b) {
        (op, Some(a), Some(b)) => Some(two(op, a, b)),
        (Two::And, Some(0), _) | (Two::And, _, Some(0)) => Some(0),
        (Two::Or, Some(1), _) | (Two::Or, _, Some(1)) => Some(1),
        _ => None,
    }
}

/// The ranges were checked when the rule was read; wrapping keeps unknown lanes harmless.
#[inline(always)]
pub(crate) fn two(op: Two, a: i32, b: i32) -> i32 {
    match op {
        Two::And => a & b,
        Two::Or => a | b,
        Two::Eq => i32::from(a == b),
        Two::Lt => i32::from(a < b),
        Two::Le => i32::from(a <= b),
        Two::Add => a.wrapping_add(b),
        Two::Sub => a.wrapping_sub(b),
        Two::Mul => a.wrapping_mul(b),
        Two::Min => a.min(b),
        Two::Max => a.max(b),
    }
}

#[inline(always)]
pub(crate) fn one(op: One, a: i32) -> i32 {
    match op {
        One::Not => a ^ 1,
        One::Div(by) => a / by.max(1),
        One::Rem(by) => a % by.max(1),
        One::Months => calendar::months(a),
        One::Day => calendar::day(a),
    }
}
