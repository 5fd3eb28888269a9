//! Small examples a coordinator could check by hand.

#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy only knows the tests themselves")]

use matching::{Arc, Assignment, Person, Problem, Unassigned, Why, assign};

fn people(capacities: &[usize], load_costs: &[i64]) -> Vec<Person> {
    let person =
        |capacity: &usize| Person { capacity: *capacity, load: 0, load_costs: load_costs.to_vec() };
    capacities.iter().map(person).collect()
}

fn solve(cases: usize, people: Vec<Person>, arcs: &[(usize, usize, i64)]) -> Assignment {
    let arc = |&(case, person, cost): &(usize, usize, i64)| Arc { case, person, cost };
    assign(&Problem::new(cases, people, arcs.iter().map(arc).collect()).unwrap())
}

/// What a hurried person does: case by case, the cheapest person who still has room.
fn greedy(cases: usize, capacities: &[usize], arcs: &[(usize, usize, i64)]) -> (usize, i64) {
    let mut room = capacities.to_vec();
    let (mut assigned, mut cost) = (0, 0);
    for case in 0..cases {
        let free = arcs.iter().filter(|arc| arc.0 == case && room[arc.1] > 0);
        if let Some(arc) = free.min_by_key(|arc| arc.2) {
            room[arc.1] -= 1;
            assigned += 1;
            cost += arc.2;
        }
    }
    (assigned, cost)
}

/// Sato is nearest to both families, but only Sato may take the second.
#[test]
fn greedy_leaves_the_family_with_one_choice_alone() {
    let arcs = [(0, 0, 1), (0, 1, 2), (1, 0, 1)];
    let best = solve(2, people(&[1, 1], &[]), &arcs);
    assert_eq!((best.people, best.cost), (vec![Some(1), Some(0)], 3));
    assert_eq!(greedy(2, &[1, 1], &arcs), (1, 1));
}

/// Both find somebody for everybody, but taking the nearest first costs far more in the end.
#[test]
fn greedy_pays_for_its_first_choice() {
    let arcs = [(0, 0, 1), (0, 1, 2), (1, 0, 1), (1, 1, 100)];
    assert_eq!(solve(2, people(&[1, 1], &[]), &arcs).cost, 3);
    assert_eq!(greedy(2, &[1, 1], &arcs), (2, 101));
}

#[test]
fn more_cases_with_somebody_come_before_a_lower_cost() {
    let arcs = [(0, 0, -1_000_000), (0, 1, 1_000_000), (1, 0, 1_000_000)];
    assert_eq!(solve(2, people(&[1, 1], &[]), &arcs).people, [Some(1), Some(0)]);
}

#[test]
fn load_is_shared_when_a_second_case_costs_more_than_the_longer_way() {
    let arcs = [(0, 0, 1), (0, 1, 4), (1, 0, 1), (1, 1, 4)];
    assert_eq!(solve(2, people(&[2, 2], &[0, 10]), &arcs).people, [Some(0), Some(1)]);
    assert_eq!(solve(2, people(&[2, 2], &[0, 2]), &arcs).people, [Some(0), Some(0)]);
}

#[test]
fn present_load_takes_room_and_counts_for_fairness() {
    let busy = Person { capacity: 3, load: 2, load_costs: vec![0, 10, 30] };
    let free = Person { load: 0, ..busy.clone() };
    let arcs = [(0, 0, 1), (0, 1, 5)];
    let best = solve(1, vec![busy.clone(), free], &arcs);
    assert_eq!((best.people, best.cost), (vec![Some(1)], 5));
    let best = solve(2, vec![busy], &[(0, 0, 1), (1, 0, 0)]);
    assert_eq!((best.people, best.cost), (vec![None, Some(0)], 30));
}

#[test]
fn among_equals_the_lower_case_gets_the_lower_person() {
    let arcs = [(2, 1, 1), (2, 0, 1), (1, 1, 1), (1, 0, 1), (0, 1, 1), (0, 0, 1)];
    let best = solve(3, people(&[1, 1], &[]), &arcs);
    assert_eq!(best.people, [Some(0), Some(1), None]);
}

#[test]
fn a_case_without_anybody_says_why_and_what_would_help() {
    let arcs = [(0, 0, 1), (1, 0, 1), (1, 1, 1), (2, 0, 1), (3, 2, 1)];
    let best = solve(5, people(&[1, 1, 1, 0], &[]), &arcs);
    assert_eq!(best.people, [Some(0), Some(1), None, Some(2), None]);
    let full = Why::AllFull { one_more_place_with: vec![0] };
    let expected =
        [Unassigned { case: 2, why: full }, Unassigned { case: 4, why: Why::NobodyAllowed }];
    assert_eq!(best.unassigned, expected);
}

#[test]
fn relief_may_come_from_a_colleague_two_steps_away() {
    let arcs = [(0, 0, 1), (0, 1, 1), (1, 0, 1)];
    let mut team = people(&[1, 0], &[]);
    let best = solve(2, team.clone(), &arcs);
    let full = Why::AllFull { one_more_place_with: vec![0, 1] };
    assert_eq!(best.unassigned, [Unassigned { case: 1, why: full }]);
    team[1].capacity = 1;
    assert_eq!(solve(2, team, &arcs).people, [Some(1), Some(0)]);
}

#[test]
fn nothing_to_do_is_done() {
    assert_eq!(solve(0, vec![], &[]), Assignment { people: vec![], unassigned: vec![], cost: 0 });
    assert_eq!(solve(1, vec![], &[]).unassigned[0].why, Why::NobodyAllowed);
}
