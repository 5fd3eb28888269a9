//! Why a case has nobody, and what would have to change.

use crate::paths::Plan;
use crate::problem::Problem;

/// A case nobody takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unassigned {
    /// The case's index.
    pub case: usize,
    /// The reason.
    pub why: Why,
}

/// Why nobody takes a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// No arc leads from the case to anybody: somebody would have to be allowed first.
    NobodyAllowed,
    /// Everybody who could take it is full, and so is everybody who could relieve them.
    AllFull {
        /// One more place with any one of these, and with nobody else, gives this case somebody
        /// without taking anybody from another case. Lowest index first.
        one_more_place_with: Vec<usize>,
    },
}

/// The cases on the waiting list, in order, each with its reason.
pub(crate) fn unassigned(problem: &Problem, plan: &Plan) -> Vec<Unassigned> {
    let waiting = problem.people().len();
    let cases = (0..problem.cases()).filter(|case| plan.holder[*case] == waiting);
    cases.map(|case| Unassigned { case, why: reason(problem, plan, case) }).collect()
}

/// Whoever could be relieved by handing cases on, starting from those the case is allowed to.
fn reason(problem: &Problem, plan: &Plan, case: usize) -> Why {
    if problem.allowed(case).is_empty() {
        return Why::NobodyAllowed;
    }
    let mut reached = vec![false; problem.people().len()];
    let mut todo = vec![case];
    let mut left = reached.len();
    while let Some(case) = todo.pop() {
        for (person, _) in problem.allowed(case) {
            if !std::mem::replace(&mut reached[*person], true) {
                todo.extend(&plan.held[*person]);
                left -= 1;
            }
        }
        if left == 0 {
            break;
        }
    }
    let people = (0..reached.len()).filter(|person| reached[*person]);
    Why::AllFull { one_more_place_with: people.collect() }
}
