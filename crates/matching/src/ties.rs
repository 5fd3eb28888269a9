//! The stated rule among equals: case 0 gets the lowest-numbered person any optimum gives it, then
//! case 1 the lowest given that, and so on; the waiting list is the highest number.
//!
//! Every optimum differs from the one at hand by closed walks along choices without slack, so
//! only those are kept. For each case in turn, a walk from a lower person back to its present one
//! that moves only later cases is an equally good assignment that the rule prefers.

use std::collections::VecDeque;

use crate::paths::{Plan, choices};
use crate::problem::Problem;

/// Turns an optimum into the one the rule asks for; its cost stays the same.
pub(crate) fn settle(problem: &Problem, plan: &mut Plan) {
    let equal = Equals::of(problem, plan);
    for case in 0..problem.cases() {
        let mut walk = Walk::new(case, plan);
        let home = walk.home;
        for person in equal.choices[case].iter().take_while(|person| **person < home) {
            if walk.leads_home(problem, plan, &equal, *person) {
                walk.take(plan, *person);
                break;
            }
        }
    }
}

/// For each case the people without slack, lowest first.
struct Equals {
    choices: Vec<Vec<usize>>,
}

impl Equals {
    fn of(problem: &Problem, plan: &Plan) -> Equals {
        let tight = |case: usize| {
            let equal = choices(problem, case).filter(|choice| plan.slack(case, *choice) == 0);
            equal.map(|(person, _)| person).collect()
        };
        Equals { choices: (0..problem.cases()).map(tight).collect() }
    }
}

/// How the walk came to a person.
#[derive(Clone, Copy)]
enum Step {
    /// It starts here.
    Start,
    /// A case moves here from this person.
    Case { from: usize, case: usize },
    /// The person gives up a place, and `taker` takes up one more.
    Place { taker: usize },
}

/// A search for one case; people who lead nowhere are not visited again for its next choice.
struct Walk {
    case: usize,
    home: usize,
    steps: Vec<Option<Step>>,
    /// Places were offered to everybody already.
    offered: bool,
}

impl Walk {
    fn new(case: usize, plan: &Plan) -> Walk {
        Walk { case, home: plan.holder[case], steps: vec![None; plan.held.len()], offered: false }
    }

    fn leads_home(&mut self, problem: &Problem, plan: &Plan, equal: &Equals, start: usize) -> bool {
        let mut queue = VecDeque::new();
        self.reach(start, Step::Start, &mut queue);
        while let Some(person) = queue.pop_front() {
            if person == self.home {
                return true;
            }
            let fixed = self.case;
            for held in plan.held[person].iter().filter(|held| **held > fixed) {
                for to in &equal.choices[*held] {
                    self.reach(*to, Step::Case { from: person, case: *held }, &mut queue);
                }
            }
            if !self.offered && plan.slack_of_next(problem, person) == Some(0) {
                self.offered = true;
                for giver in 0..plan.held.len() {
                    if plan.slack_of_last(problem, giver) == Some(0) {
                        self.reach(giver, Step::Place { taker: person }, &mut queue);
                    }
                }
            }
        }
        false
    }

    fn reach(&mut self, person: usize, step: Step, queue: &mut VecDeque<usize>) {
        if self.steps[person].is_none() {
            self.steps[person] = Some(step);
            queue.push_back(person);
        }
    }

    /// Moves every case of the walk, from its end to its beginning.
    fn take(&self, plan: &mut Plan, start: usize) {
        let mut person = self.home;
        while let Some(step) = self.steps[person] {
            person = match step {
                Step::Start => break,
                Step::Place { taker } => taker,
                Step::Case { from, case } => {
                    plan.hand_over(case, person);
                    from
                }
            };
        }
        plan.hand_over(self.case, start);
    }
}
