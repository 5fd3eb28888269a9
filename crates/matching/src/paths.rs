//! Successive shortest augmenting paths, with prices that keep every step cheap.
//!
//! The network is case -> person -> place. A person's places are taken in order, each at its own
//! load cost; because these never fall, only the last place taken and the next one matter. One
//! more "person", the waiting list, allows every case, has room for all and costs `NOBODY`: so
//! each case always finds a place, and "most cases first" needs no special treatment.
//!
//! Invariants between steps, for the price `worth[case]` and `price[person]`:
//! - `worth[c] <= cost(c, p) + price[p]` for every arc, with equality where c is held by p;
//! - `last place taken <= price[p] <= next place` for every person.
//!
//! They prove that no cheaper assignment of the same cases exists.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::problem::{NOBODY, Problem};

/// An assignment with the prices that prove it optimal.
pub(crate) struct Plan {
    /// For each case its person, or the waiting list.
    pub holder: Vec<usize>,
    /// The cases of each person; the waiting list comes last.
    pub held: Vec<Vec<usize>>,
    worth: Vec<i64>,
    price: Vec<i64>,
}

/// The cheapest assignment of all cases; which one of several equals is left open.
pub(crate) fn cheapest(problem: &Problem) -> Plan {
    let mut plan = Plan::empty(problem);
    let mut search = Search::new(plan.held.len());
    for case in 0..problem.cases() {
        let end = search.run(problem, &plan, case);
        search.reprice(&mut plan, case);
        search.augment(&mut plan, case, end);
    }
    plan
}

/// Where a case may go: the people allowed, then the waiting list.
pub(crate) fn choices(problem: &Problem, case: usize) -> impl Iterator<Item = (usize, i64)> {
    let waiting = (problem.people().len(), NOBODY);
    problem.allowed(case).iter().copied().chain([waiting])
}

impl Plan {
    fn empty(problem: &Problem) -> Plan {
        let people = problem.people();
        let price = people.iter().map(|person| person.load_cost(0)).chain([0]).collect();
        Plan {
            holder: vec![people.len(); problem.cases()],
            held: vec![Vec::new(); people.len() + 1],
            worth: vec![0; problem.cases()],
            price,
        }
    }

    /// The assignment as its reader wants it: nobody instead of the waiting list.
    pub fn people(&self, problem: &Problem) -> Vec<Option<usize>> {
        let real = |holder: &usize| Some(*holder).filter(|index| *index < problem.people().len());
        self.holder.iter().map(real).collect()
    }

    /// How far a choice of a case that has a worth is from being part of an optimum; 0 is in one.
    pub fn slack(&self, case: usize, (person, cost): (usize, i64)) -> i64 {
        cost + self.price[person] - self.worth[case]
    }

    /// How far taking one more case is from being part of an optimum; `None` if there is no room.
    pub fn slack_of_next(&self, problem: &Problem, person: usize) -> Option<i64> {
        let taken = self.held[person].len();
        match problem.people().get(person) {
            None => Some(0),
            Some(someone) if taken >= someone.room() => None,
            Some(someone) => Some(someone.load_cost(taken) - self.price[person]),
        }
    }

    /// How far giving up one case is from being part of an optimum; `None` if there is none.
    pub fn slack_of_last(&self, problem: &Problem, person: usize) -> Option<i64> {
        let before = self.held[person].len().checked_sub(1)?;
        let someone = problem.people().get(person);
        Some(someone.map_or(0, |someone| self.price[person] - someone.load_cost(before)))
    }

    /// Takes a case from whoever has it and gives it to `person`.
    pub fn hand_over(&mut self, case: usize, person: usize) {
        let from = self.holder[case];
        self.held[from].retain(|held| *held != case);
        self.held[person].push(case);
        self.holder[case] = person;
    }
}

/// Dijkstra's algorithm over the people; its buffers are used again for every case.
struct Search {
    distance: Vec<i64>,
    /// The case through which each person was reached.
    through: Vec<usize>,
    settled: Vec<usize>,
    /// The length of the shortest path to a free place.
    total: i64,
    queue: BinaryHeap<Reverse<(i64, usize)>>,
}

impl Search {
    fn new(people: usize) -> Search {
        Search {
            distance: vec![i64::MAX; people],
            through: vec![usize::MAX; people],
            settled: Vec::new(),
            total: i64::MAX,
            queue: BinaryHeap::new(),
        }
    }

    /// Finds the cheapest way to a free place and returns the person who has it.
    fn run(&mut self, problem: &Problem, plan: &Plan, case: usize) -> usize {
        self.clear();
        let mut end = problem.people().len();
        self.relax(problem, plan, case, 0);
        while let Some(Reverse((distance, person))) = self.queue.pop() {
            if distance >= self.total {
                break;
            }
            if distance > self.distance[person] {
                continue;
            }
            self.settled.push(person);
            if let Some(slack) = plan.slack_of_next(problem, person)
                && distance + slack < self.total
            {
                (self.total, end) = (distance + slack, person);
            }
            for held in &plan.held[person] {
                self.relax(problem, plan, *held, distance);
            }
        }
        end
    }

    fn clear(&mut self) {
        self.distance.fill(i64::MAX);
        self.settled.clear();
        self.queue.clear();
        self.total = i64::MAX;
    }

    fn relax(&mut self, problem: &Problem, plan: &Plan, case: usize, distance: i64) {
        for choice in choices(problem, case) {
            let longer = distance + plan.slack(case, choice);
            if longer < self.distance[choice.0] && longer < self.total {
                self.distance[choice.0] = longer;
                self.through[choice.0] = case;
                self.queue.push(Reverse((longer, choice.0)));
            }
        }
    }

    /// Raises the prices along the way, so that the path found costs nothing any more.
    fn reprice(&self, plan: &mut Plan, case: usize) {
        plan.worth[case] += self.total;
        for person in &self.settled {
            let raise = self.total - self.distance[*person];
            plan.price[*person] += raise;
            for held in &plan.held[*person] {
                plan.worth[*held] += raise;
            }
        }
    }

    /// Walks back from the free place; each case on the way moves one person on.
    fn augment(&self, plan: &mut Plan, case: usize, end: usize) {
        let mut person = end;
        loop {
            let mover = self.through[person];
            let before = plan.holder[mover];
            plan.hand_over(mover, person);
            if mover == case {
                return;
            }
            person = before;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Arc, Person};

    /// A problem of a region's size, drawn by a small generator of our own, always the same.
    fn region(cases: usize, people: usize, places: usize) -> Problem {
        let mut state = 42u64;
        let mut draw = move |below: usize| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as usize % below
        };
        let someone = Person { capacity: places, load: 0, load_costs: vec![0, 3, 9, 20, 50] };
        let mut arcs = Vec::new();
        for case in 0..cases {
            let first = draw(people);
            let reach = 1 + draw(20);
            for step in 0..reach {
                let person = (first + step * 7) % people;
                arcs.push(Arc { case, person, cost: draw(60) as i64 });
            }
        }
        arcs.sort_by_key(|arc| (arc.case, arc.person));
        arcs.dedup_by_key(|arc| (arc.case, arc.person));
        Problem::new(cases, vec![someone; people], arcs).unwrap()
    }

    /// The invariants of this module; together they prove the optimum without another solver.
    fn certify(problem: &Problem, plan: &Plan) {
        for case in 0..problem.cases() {
            for choice in choices(problem, case) {
                let slack = plan.slack(case, choice);
                assert!(slack >= 0, "case {case} would rather go to {}", choice.0);
                assert!(slack == 0 || plan.holder[case] != choice.0, "case {case} pays too much");
            }
        }
        for person in 0..plan.held.len() {
            assert!(plan.slack_of_next(problem, person).is_none_or(|slack| slack >= 0));
            assert!(plan.slack_of_last(problem, person).is_none_or(|slack| slack >= 0));
        }
    }

    #[test]
    fn a_thousand_cases_and_two_hundred_people_are_proved_optimal() {
        for places in [3, 5, 8] {
            let problem = region(1_000, 200, places);
            let mut plan = cheapest(&problem);
            certify(&problem, &plan);
            let before = problem.cost(&plan.people(&problem));
            crate::ties::settle(&problem, &mut plan);
            certify(&problem, &plan);
            assert_eq!(problem.cost(&plan.people(&problem)), before);
        }
    }

    #[test]
    #[should_panic(expected = "would rather go to")]
    fn a_worse_plan_is_not_proved() {
        let people = vec![Person { capacity: 1, load: 0, load_costs: vec![] }; 2];
        let arcs = [(0, 0, 1), (0, 1, 5)].map(|(case, person, cost)| Arc { case, person, cost });
        let problem = Problem::new(1, people, arcs.to_vec()).unwrap();
        let mut plan = cheapest(&problem);
        plan.hand_over(0, 1);
        plan.worth[0] = 5;
        certify(&problem, &plan);
    }

    #[test]
    fn everybody_may_take_everything_at_the_same_cost() {
        let people = vec![Person { capacity: 4, load: 0, load_costs: vec![1] }; 60];
        let all = |case| (0..60).map(move |person| Arc { case, person, cost: 1 });
        let problem = Problem::new(300, people, (0..300).flat_map(all).collect()).unwrap();
        let assignment = crate::assign(&problem);
        let expected: Vec<_> = (0..300).map(|case| Some(case / 4).filter(|p| *p < 60)).collect();
        assert_eq!(assignment.people, expected);
    }
}
