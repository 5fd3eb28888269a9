//! The optimum, checked against exhaustive search and against Kuhn-Munkres.

#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy only knows the tests themselves")]

use matching::{Arc, Person, Problem, Unassigned, Why, assign};
use pathfinding::prelude::{Matrix, kuhn_munkres_min};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

#[test]
fn small_problems_agree_with_exhaustive_search() {
    check(600, problems(6, 3, 0..4), |problem| {
        let best = assign(&problem);
        let expected = exhaustive(&problem);
        prop_assert_eq!(&best.people, &expected.2);
        prop_assert_eq!(best.cost, expected.1);
        Ok(())
    });
}

#[test]
fn larger_problems_agree_with_kuhn_munkres() {
    check(200, problems(25, 8, -50..50), |problem| {
        let best = assign(&problem);
        let assigned = best.people.iter().flatten().count();
        prop_assert_eq!((problem.cases() - assigned, best.cost), kuhn_munkres(&problem));
        Ok(())
    });
}

/// The promise of `one_more_place_with`, tried out for every person.
#[test]
fn one_more_place_helps_exactly_where_it_is_said_to() {
    check(200, problems(6, 3, 0..4), |problem| {
        for Unassigned { case, why } in assign(&problem).unassigned {
            let Why::AllFull { one_more_place_with } = why else {
                prop_assert!(problem.allowed(case).is_empty());
                continue;
            };
            for person in 0..problem.people().len() {
                let helps = one_more_place_with.contains(&person);
                prop_assert_eq!(frees_a_place_for(&problem, case, person), helps);
            }
        }
        Ok(())
    });
}

#[test]
fn the_order_of_the_arcs_does_not_matter() {
    check(200, problems(8, 4, 0..2), |problem| {
        let mut arcs = arcs_of(&problem);
        arcs.reverse();
        let people = problem.people().to_vec();
        let turned = Problem::new(problem.cases(), people, arcs).unwrap();
        prop_assert_eq!(assign(&turned), assign(&problem));
        Ok(())
    });
}

/// Always the same problems: a failure today is a failure tomorrow.
fn check<S: Strategy>(
    cases: u32,
    strategy: S,
    test: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let config = ProptestConfig { cases, failure_persistence: None, ..Default::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    if let Err(error) = TestRunner::new_with_rng(config, rng).run(&strategy, test) {
        panic!("{error}");
    }
}

/// Few costs to choose from, so that equals are common.
fn problems(
    cases: usize,
    people: usize,
    costs: std::ops::Range<i64>,
) -> impl Strategy<Value = Problem> {
    let person = (0..4usize, 0..2usize, proptest::collection::vec(costs.clone(), 0..4));
    let person = person.prop_map(|(capacity, load, mut load_costs)| {
        load_costs.sort_unstable();
        Person { capacity, load, load_costs }
    });
    let sizes = (0..=cases, proptest::collection::vec(person, 1..=people));
    sizes.prop_flat_map(move |(cases, people)| {
        let arc = proptest::option::weighted(0.6, costs.clone());
        let arcs = proptest::collection::vec(arc, cases * people.len());
        (Just(cases), Just(people), arcs).prop_map(|(cases, people, costs)| {
            let wide = people.len();
            let arc = |(index, cost): (usize, Option<i64>)| {
                Some(Arc { case: index / wide, person: index % wide, cost: cost? })
            };
            let arcs = costs.into_iter().enumerate().filter_map(arc).collect();
            Problem::new(cases, people, arcs).unwrap()
        })
    })
}

fn arcs_of(problem: &Problem) -> Vec<Arc> {
    let of_case = |case: usize| {
        let arc = move |&(person, cost): &(usize, i64)| Arc { case, person, cost };
        problem.allowed(case).iter().map(arc)
    };
    (0..problem.cases()).flat_map(of_case).collect()
}

/// Cases without anybody, cost, and the assignment itself with "nobody" as the highest number.
type Score = (usize, i64, Vec<Option<usize>>);

/// Every assignment there is, in the order of the stated rule; the first of the best stays.
fn exhaustive(problem: &Problem) -> Score {
    fn extend(problem: &Problem, so_far: &mut Vec<Option<usize>>, best: &mut Option<Score>) {
        let case = so_far.len();
        if case == problem.cases() {
            let score = score(problem, so_far);
            if best.as_ref().is_none_or(|best| (score.0, score.1) < (best.0, best.1)) {
                *best = Some(score);
            }
            return;
        }
        let someone = problem.allowed(case).iter().map(|(person, _)| Some(*person));
        for person in someone.chain([None]) {
            let taken = so_far.iter().filter(|other| **other == person).count();
            if person.is_none_or(|person| taken < problem.people()[person].room()) {
                so_far.push(person);
                extend(problem, so_far, best);
                so_far.pop();
            }
        }
    }
    let mut best = None;
    extend(problem, &mut Vec::new(), &mut best);
    best.unwrap()
}

fn score(problem: &Problem, people: &[Option<usize>]) -> Score {
    let mut taken = vec![0; problem.people().len()];
    let mut cost = 0;
    for (case, person) in people.iter().enumerate() {
        let Some(person) = *person else { continue };
        cost += problem.allowed(case).iter().find(|arc| arc.0 == person).unwrap().1;
        cost += problem.people()[person].load_cost(taken[person]);
        taken[person] += 1;
    }
    (people.iter().filter(|person| person.is_none()).count(), cost, people.to_vec())
}

/// One row a case; one column a place, then one waiting column a case.
fn kuhn_munkres(problem: &Problem) -> (usize, i64) {
    const NOBODY: i64 = 1_000_000;
    const FORBIDDEN: i64 = 1_000_000_000;
    if problem.cases() == 0 {
        return (0, 0);
    }
    let mut columns = Vec::new();
    for (index, person) in problem.people().iter().enumerate() {
        columns.extend((0..person.room()).map(|taken| (index, person.load_cost(taken))));
    }
    let row = |case: usize| {
        let cost = |&(person, load): &(usize, i64)| {
            let arc = problem.allowed(case).iter().find(|arc| arc.0 == person);
            arc.map_or(FORBIDDEN, |arc| arc.1 + load)
        };
        let waiting = vec![NOBODY; problem.cases()];
        columns.iter().map(cost).chain(waiting).collect::<Vec<_>>()
    };
    let weights = Matrix::from_rows((0..problem.cases()).map(row)).unwrap();
    let (total, chosen) = kuhn_munkres_min(&weights);
    let waiting = chosen.iter().filter(|column| **column >= columns.len()).count();
    (waiting, total - waiting as i64 * NOBODY)
}

/// With one more place at `person`, can `case` join everybody who had somebody before?
fn frees_a_place_for(problem: &Problem, case: usize, person: usize) -> bool {
    let before = assign(problem).people;
    let stay = |index: usize| index == case || before[index].is_some();
    let arcs = arcs_of(problem).into_iter().filter(|arc| stay(arc.case)).collect();
    let mut people = problem.people().to_vec();
    people[person].capacity = people[person].load + people[person].room() + 1;
    let more = Problem::new(problem.cases(), people, arcs).unwrap();
    let after = assign(&more).people;
    (0..problem.cases()).filter(|index| stay(*index)).all(|index| after[index].is_some())
}
