//! The typed tree of all conditions: equal parts are one node, children stand before parents.

use std::collections::HashMap;

use crate::error::Error;
use crate::facts::Facts;
use crate::{fold, lower};

/// A node of [`Rules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Two {
    And,
    Or,
    Eq,
    Lt,
    Le,
    Add,
    Sub,
    Mul,
    Min,
    Max,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum One {
    Not,
    /// By a fixed number of at least 1, towards zero.
    Div(i32),
    Rem(i32),
    Months,
    Day,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    Const(i32),
    Fact(u32),
    One(One, NodeId),
    Two(Two, NodeId, NodeId),
    If(NodeId, NodeId, NodeId),
}

impl Op {
    pub fn children(self) -> impl Iterator<Item = NodeId> {
        let three = match self {
            Self::Const(_) | Self::Fact(_) => [None, None, None],
            Self::One(_, a) => [Some(a), None, None],
            Self::Two(_, a, b) => [Some(a), Some(b), None],
            Self::If(c, a, b) => [Some(c), Some(a), Some(b)],
        };
        three.into_iter().flatten()
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub op: Op,
    /// The least and the greatest value it can have, from the ranges of the facts.
    pub low: i32,
    pub high: i32,
}

/// Conditions and amounts over the same facts.
#[derive(Clone, Debug)]
pub struct Rules {
    pub(crate) facts: Facts,
    pub(crate) nodes: Vec<Node>,
    known: HashMap<Op, NodeId>,
}

impl Rules {
    pub fn new(facts: Facts) -> Self {
        Self { facts, nodes: Vec::new(), known: HashMap::new() }
    }

    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Reads a condition: yes or no.
    pub fn add(&mut self, text: &str) -> Result<NodeId, Error> {
        lower::condition(self, text)
    }

    /// Reads an amount: a whole number.
    pub fn add_amount(&mut self, text: &str) -> Result<NodeId, Error> {
        lower::amount(self, text)
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The facts a rule asks, in the order of the list.
    pub fn asked(&self, rule: NodeId) -> Vec<usize> {
        let mut seen = vec![false; self.nodes.len()];
        let mut facts = Vec::new();
        let mut open = vec![rule];
        while let Some(node) = open.pop() {
            if std::mem::replace(&mut seen[node.at()], true) {
                continue;
            }
            match self.nodes[node.at()].op {
                Op::Fact(index) => facts.push(index as usize),
                op => open.extend(op.children()),
            }
        }
        facts.sort_unstable();
        facts
    }

    /// The node of an operation: the same one for the same operation. `Err` is the range when it
    /// does not fit.
    pub(crate) fn node(&mut self, op: Op) -> Result<NodeId, (i64, i64)> {
        let op = fold::ordered(op);
        if let Some(found) = self.known.get(&op) {
            return Ok(*found);
        }
        if let Some(value) = fold::constant(&self.nodes, op) {
            return self.node(Op::Const(value));
        }
        let (low, high) = fold::range(self, op);
        let (Ok(l), Ok(h)) = (i32::try_from(low), i32::try_from(high)) else {
            return Err((low, high));
        };
        let id = NodeId(u32::try_from(self.nodes.len()).map_err(|_| (low, high))?);
        self.nodes.push(Node { op, low: l, high: h });
        self.known.insert(op, id);
        Ok(id)
    }
}
