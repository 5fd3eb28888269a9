//! The tree as a list of steps on a few registers, each reused when its value is not needed again.

use super::population::is_small;
use crate::tree::{Node, NodeId, Op, Rules};

/// Where an operand is.
#[derive(Clone, Copy, Debug)]
pub(super) enum From {
    Fact(usize),
    Register(usize),
    Fixed(i32),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub op: Op,
    pub operands: [From; 3],
    /// The register it writes.
    pub into: usize,
    /// Whether the first operand is never below zero.
    pub positive: bool,
}

/// Rules made ready for columns.
#[derive(Clone, Debug)]
pub struct Program {
    pub(super) steps: Vec<Step>,
    /// Of each register whether its lanes are small.
    pub(super) registers: Vec<bool>,
    /// (after which step, where it is, which result); step 0 is before the first.
    pub(super) results: Vec<(usize, From, usize)>,
    /// Of each result whether its lanes are small.
    pub(super) small: Vec<bool>,
}

impl Program {
    /// Runs these rules, in this order of results, and nothing that none of them needs.
    pub fn new(rules: &Rules, wanted: &[NodeId]) -> Self {
        let nodes = &rules.nodes;
        let last = last_uses(nodes, wanted);
        let mut build = Build::default();
        let mut places: Vec<Option<From>> = vec![None; nodes.len()];
        for (n, node) in nodes.iter().enumerate() {
            let Some(last_use) = last[n] else { continue };
            places[n] = Some(match node.op {
                Op::Const(value) => From::Fixed(value),
                Op::Fact(index) => From::Fact(index as usize),
                op => build.step(nodes, node, op, &places),
            });
            for (result, _) in wanted.iter().enumerate().filter(|(_, id)| id.at() == n) {
                build.results.push((
                    build.steps.len(),
                    places[n].unwrap_or(From::Fixed(0)),
                    result,
                ));
            }
            build.release(nodes, n, last_use, &last, &places);
        }
        let small = |id: &NodeId| is_small(nodes[id.at()].low, nodes[id.at()].high);
        Self {
            steps: build.steps,
            registers: build.registers,
            results: build.results,
            small: wanted.iter().map(small).collect(),
        }
    }
}

/// The last node that reads each node; nothing for what is not needed.
fn last_uses(nodes: &[Node], wanted: &[NodeId]) -> Vec<Option<usize>> {
    let mut last: Vec<Option<usize>> = vec![None; nodes.len()];
    for id in wanted {
        last[id.at()] = Some(id.at());
    }
    for n in (0..nodes.len()).rev() {
        if last[n].is_some() {
            for child in nodes[n].op.children() {
                last[child.at()] = last[child.at()].max(Some(n));
            }
        }
    }
    last
}

#[derive(Default)]
struct Build {
    steps: Vec<Step>,
    registers: Vec<bool>,
    free: Vec<usize>,
    results: Vec<(usize, From, usize)>,
}

impl Build {
    fn step(&mut self, nodes: &[Node], node: &Node, op: Op, places: &[Option<From>]) -> From {
        let mut operands = [From::Fixed(0); 3];
        for (place, child) in operands.iter_mut().zip(op.children()) {
            *place = places[child.at()].unwrap_or(From::Fixed(0));
        }
        let positive = op.children().next().is_some_and(|a| nodes[a.at()].low >= 0);
        let small = is_small(node.low, node.high);
        let into = match self.free.iter().position(|r| self.registers[*r] == small) {
            Some(at) => self.free.swap_remove(at),
            None => {
                self.registers.push(small);
                self.registers.len() - 1
            }
        };
        self.steps.push(Step { op, operands, into, positive });
        From::Register(into)
    }

    /// Gives back the registers that the node at `n` was the last to read.
    fn release(
        &mut self,
        nodes: &[Node],
        n: usize,
        last_use: usize,
        last: &[Option<usize>],
        places: &[Option<From>],
    ) {
        let mut over: Vec<usize> = nodes[n].op.children().map(NodeId::at).collect();
        over.retain(|child| last[*child] == Some(n));
        over.extend((last_use == n).then_some(n));
        over.sort_unstable();
        over.dedup();
        for node in over {
            if let Some(From::Register(register)) = places[node] {
                self.free.push(register);
            }
        }
    }
}
