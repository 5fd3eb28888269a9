//! Runs a program over a population, chunk by chunk.

use super::CHUNK;
use super::kernels;
use super::lane::{Lanes, View};
use super::population::{Column, Population};
use super::program::{From, Program, Step};
use crate::tree::{Op, Two};

/// The values of one rule, a row a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    Small(Vec<u8>),
    Wide(Vec<i32>),
}

/// What a rule says about everybody.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub values: Values,
    /// A bit a row; nothing when everything is known.
    known: Option<Vec<u64>>,
    rows: usize,
}

impl Outcome {
    pub fn value(&self, row: usize) -> Option<i32> {
        let bit = |bits: &Vec<u64>| bits.get(row / 64).is_some_and(|w| w >> (row % 64) & 1 == 1);
        if row >= self.rows || !self.known.as_ref().is_none_or(bit) {
            return None;
        }
        match &self.values {
            Values::Small(values) => values.get(row).copied().map(i32::from),
            Values::Wide(values) => values.get(row).copied(),
        }
    }

    /// The sum of what is known: for a condition, how many meet it.
    pub fn total(&self) -> i64 {
        match (&self.values, &self.known) {
            (Values::Small(values), None) => values.iter().map(|v| i64::from(*v)).sum(),
            (Values::Wide(values), None) => values.iter().map(|v| i64::from(*v)).sum(),
            _ => (0..self.rows).filter_map(|row| self.value(row)).map(i64::from).sum(),
        }
    }
}

struct Register {
    lanes: Lanes,
    known: Box<[u8; CHUNK]>,
    all: bool,
}

static ALL: [u8; CHUNK] = [1; CHUNK];

impl Program {
    /// One outcome a wanted rule, in the order in which they were wanted.
    pub fn run(&self, people: &Population) -> Vec<Outcome> {
        self.run_over(people, Vec::new())
    }

    /// As `run`, over what is not needed any more of an earlier one: new memory for millions of
    /// values costs as much as the values.
    pub fn run_over(&self, people: &Population, earlier: Vec<Outcome>) -> Vec<Outcome> {
        let mut machine = Machine::new(self, people, earlier);
        for chunk in 0..people.rows.div_ceil(CHUNK) {
            machine.chunk(chunk);
        }
        machine.finish()
    }
}

struct Machine<'a> {
    program: &'a Program,
    people: &'a Population,
    registers: Vec<Option<Register>>,
    /// The known lanes of facts that are not known of everybody, of the present chunk.
    facts_known: Vec<Option<Box<[u8; CHUNK]>>>,
    values: Vec<Values>,
    known: Vec<Vec<u64>>,
}

type Operand<'a> = (View<'a>, Option<&'a [u8; CHUNK]>);

impl<'a> Machine<'a> {
    fn new(program: &'a Program, people: &'a Population, earlier: Vec<Outcome>) -> Self {
        let register = |small: &bool| {
            let lanes = Lanes::new(*small);
            Some(Register { lanes, known: Box::new([0; CHUNK]), all: true })
        };
        let rows = people.rows.next_multiple_of(CHUNK);
        let mut earlier = earlier.into_iter().map(|outcome| outcome.values);
        let values = |small: &bool| match (small, earlier.next()) {
            (true, Some(Values::Small(values))) => Values::Small(emptied(values, rows)),
            (false, Some(Values::Wide(values))) => Values::Wide(emptied(values, rows)),
            (true, _) => Values::Small(Vec::with_capacity(rows)),
            (false, _) => Values::Wide(Vec::with_capacity(rows)),
        };
        let masked = people.columns.iter().map(|(_, k)| k.as_ref().map(|_| Box::new([0; CHUNK])));
        Self {
            program,
            people,
            registers: program.registers.iter().map(register).collect(),
            facts_known: masked.collect(),
            values: program.small.iter().map(values).collect(),
            known: vec![Vec::new(); program.small.len()],
        }
    }

    fn chunk(&mut self, chunk: usize) {
        for (known, (_, bits)) in self.facts_known.iter_mut().zip(&self.people.columns) {
            if let (Some(lanes), Some(bits)) = (known, bits) {
                let from = chunk * CHUNK / 64;
                kernels::spread(&bits[from..from + CHUNK / 64], lanes);
            }
        }
        let program = self.program;
        let mut results = program.results.iter().peekable();
        for done in 0..=program.steps.len() {
            while let Some((_, from, result)) = results.next_if(|(after, ..)| *after == done) {
                self.keep(chunk, *from, *result);
            }
            if let Some(step) = program.steps.get(done) {
                self.step(chunk, step);
            }
        }
    }

    fn operand(&self, chunk: usize, from: From) -> Operand<'_> {
        let range = chunk * CHUNK..(chunk + 1) * CHUNK;
        match from {
            From::Fixed(value) => (View::Fixed(value), None),
            From::Register(at) => match &self.registers[at] {
                Some(r) => (r.lanes.view(), (!r.all).then_some(&*r.known)),
                None => (View::Fixed(0), None),
            },
            From::Fact(at) => {
                let view = match &self.people.columns[at].0 {
                    Column::Small(c) => c[range].try_into().map(View::Small),
                    Column::Wide(c) => c[range].try_into().map(View::Wide),
                };
                (view.unwrap_or(View::Fixed(0)), self.facts_known[at].as_deref())
            }
        }
    }

    fn step(&mut self, chunk: usize, step: &Step) {
        let Some(mut out) = self.registers[step.into].take() else { return };
        let [a, b, c] = step.operands.map(|from| self.operand(chunk, from));
        out.all = a.1.is_none() && b.1.is_none() && c.1.is_none();
        match step.op {
            Op::One(op, _) => {
                kernels::one(op, step.positive, a.0, &mut out.lanes);
                if let Some(known) = a.1 {
                    *out.known = *known;
                }
            }
            Op::Two(op, ..) => {
                kernels::two(op, a.0, b.0, &mut out.lanes);
                if !out.all {
                    known_two(op, a, b, &mut out.known);
                }
            }
            Op::If(..) => choose(a, b, c, &mut out),
            Op::Const(_) | Op::Fact(_) => {}
        }
        self.registers[step.into] = Some(out);
    }

    fn keep(&mut self, chunk: usize, from: From, result: usize) {
        let mut values = std::mem::replace(&mut self.values[result], Values::Small(Vec::new()));
        let mut known = std::mem::take(&mut self.known[result]);
        let (view, mask) = self.operand(chunk, from);
        match (&mut values, view) {
            (Values::Small(out), View::Small(lanes)) => out.extend_from_slice(lanes),
            (Values::Wide(out), View::Wide(lanes)) => out.extend_from_slice(lanes),
            (Values::Small(out), View::Fixed(value)) => out.extend([value as u8; CHUNK]),
            (Values::Wide(out), View::Fixed(value)) => out.extend([value; CHUNK]),
            (Values::Small(out), View::Wide(lanes)) => out.extend(lanes.iter().map(|v| *v as u8)),
            (Values::Wide(out), View::Small(lanes)) => {
                out.extend(lanes.iter().map(|v| i32::from(*v)))
            }
        }
        if let Some(mask) = mask {
            kernels::pack(mask, &mut known);
        }
        self.values[result] = values;
        self.known[result] = known;
    }

    fn finish(self) -> Vec<Outcome> {
        let rows = self.people.rows;
        let outcome = |(mut values, known): (Values, Vec<u64>)| {
            match &mut values {
                Values::Small(values) => values.truncate(rows),
                Values::Wide(values) => values.truncate(rows),
            }
            Outcome { values, known: (!known.is_empty()).then_some(known), rows }
        };
        self.values.into_iter().zip(self.known).map(outcome).collect()
    }
}

fn emptied<T>(mut values: Vec<T>, rows: usize) -> Vec<T> {
    values.clear();
    values.reserve(rows);
    values
}

fn known_two(op: Two, a: Operand, b: Operand, out: &mut [u8; CHUNK]) {
    let (ka, kb) = (a.1.unwrap_or(&ALL), b.1.unwrap_or(&ALL));
    match op {
        Two::And => kernels::settled((a.0, ka), (b.0, kb), 0, out),
        Two::Or => kernels::settled((a.0, ka), (b.0, kb), 1, out),
        _ => out.iter_mut().zip(ka).zip(kb).for_each(|((out, a), b)| *out = a & b),
    }
}

fn choose(c: Operand, a: Operand, b: Operand, out: &mut Register) {
    let mut fixed = [0; CHUNK];
    let condition = match c.0 {
        View::Small(lanes) => lanes,
        View::Fixed(value) => {
            fixed.fill(value as u8);
            &fixed
        }
        View::Wide(_) => return,
    };
    kernels::choose(condition, a.0, b.0, &mut out.lanes);
    if out.all {
        return;
    }
    let (ka, kb) = (a.1.unwrap_or(&ALL), b.1.unwrap_or(&ALL));
    let mut same = Lanes::new(true);
    kernels::two(Two::Eq, a.0, b.0, &mut same);
    let Lanes::Small(same) = same else { return };
    kernels::chosen((condition, c.1.unwrap_or(&ALL)), ka, kb, &same, &mut out.known);
}
