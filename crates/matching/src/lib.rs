//! Who takes which case: the best assignment of cases to people who have room.
//!
//! The optimum is, in this order:
//! 1. as many cases as possible have somebody;
//! 2. the total cost is as small as possible: the cost of each pairing, plus what each further
//!    case costs the person who takes it. That second part never falls as the load grows, so
//!    sharing the load fairly is part of the optimum and not an afterthought;
//! 3. among equals, case 0 gets the lowest-numbered person it can have, then case 1, and so on;
//!    having nobody counts as the highest number. The order of the arcs never matters.
//!
//! ```
//! use matching::{Arc, Person, Problem, assign};
//! let people = vec![Person { capacity: 2, load: 1, load_costs: vec![0, 5] }; 2];
//! let arcs = vec![Arc { case: 0, person: 0, cost: 3 }, Arc { case: 1, person: 0, cost: 1 }];
//! let assignment = assign(&Problem::new(2, people, arcs)?);
//! assert_eq!(assignment.people, [None, Some(0)]);
//! # Ok::<(), matching::Refusal>(())
//! ```

mod paths;
mod problem;
mod ties;
mod why;

pub use problem::{Arc, CASES_LIMIT, COST_LIMIT, Person, Problem, Refusal};
pub use why::{Unassigned, Why};

/// The best assignment there is; see the crate's documentation for what "best" means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// For each case, the person who takes it.
    pub people: Vec<Option<usize>>,
    /// The cases nobody takes, in the order of the cases, each with its reason.
    pub unassigned: Vec<Unassigned>,
    /// What the assigned cases cost: their arcs, and the load costs of the places they take.
    pub cost: i64,
}

/// Finds the best assignment. The same problem always has the same answer.
pub fn assign(problem: &Problem) -> Assignment {
    let mut plan = paths::cheapest(problem);
    ties::settle(problem, &mut plan);
    let people = plan.people(problem);
    Assignment { unassigned: why::unassigned(problem, &plan), cost: problem.cost(&people), people }
}
