//! What is asked, checked once so that nothing later can fail or overflow.

use std::fmt;

/// No cost may be larger than this, nor smaller than its negative.
pub const COST_LIMIT: i64 = 1_000_000_000;
/// More cases than this are refused; with `COST_LIMIT` it keeps every sum inside an `i64`.
pub const CASES_LIMIT: usize = 1_000_000;
/// What a case without anybody costs: more than all other costs together can save.
pub(crate) const NOBODY: i64 = 1 << 56;

/// Somebody who can take cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// How many cases the person can have at once.
    pub capacity: usize,
    /// How many of these places are taken already, by cases outside this problem.
    pub load: usize,
    /// What the first, second, third ... case in the person's hands costs, never falling. The
    /// last value repeats; an empty list means that load costs nothing.
    pub load_costs: Vec<i64>,
}

/// A case may go to a person, at a cost. What has no arc is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arc {
    /// The case's index.
    pub case: usize,
    /// The person's index.
    pub person: usize,
    /// The cost of this pairing; may be negative.
    pub cost: i64,
}

/// Cases, people, and who may take what; cannot be built wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    people: Vec<Person>,
    /// By case, in the order of the people.
    arcs: Vec<Vec<(usize, i64)>>,
}

/// Why a problem cannot be posed like this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// More than [`CASES_LIMIT`] cases.
    TooManyCases,
    /// An arc names a case that does not exist.
    NoSuchCase(Arc),
    /// An arc names a person that does not exist.
    NoSuchPerson(Arc),
    /// Two arcs join the same case and person.
    ArcTwice(Arc),
    /// The cost of an arc is beyond [`COST_LIMIT`].
    ArcCost(Arc),
    /// A load cost of this person is beyond [`COST_LIMIT`].
    LoadCost(usize),
    /// The load costs of this person fall somewhere.
    LoadCostsFall(usize),
}

impl Problem {
    /// Checks and takes over a problem with the cases `0..cases`.
    pub fn new(cases: usize, people: Vec<Person>, arcs: Vec<Arc>) -> Result<Problem, Refusal> {
        if cases > CASES_LIMIT {
            return Err(Refusal::TooManyCases);
        }
        people.iter().enumerate().try_for_each(check_person)?;
        Ok(Problem { arcs: by_case(cases, people.len(), arcs)?, people })
    }

    /// How many cases there are.
    pub fn cases(&self) -> usize {
        self.arcs.len()
    }

    /// The people, by index.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// The people a case may go to, lowest index first, with the cost of each.
    pub fn allowed(&self, case: usize) -> &[(usize, i64)] {
        &self.arcs[case]
    }

    /// What an assignment costs; pairings that are not allowed count nothing.
    pub(crate) fn cost(&self, people: &[Option<usize>]) -> i64 {
        let mut taken = vec![0; self.people.len()];
        let mut total = 0;
        for (case, person) in people.iter().enumerate() {
            let arc = self.arcs[case].iter().find(|(allowed, _)| Some(*allowed) == *person);
            if let Some((person, cost)) = arc {
                total += cost + self.people[*person].load_cost(taken[*person]);
                taken[*person] += 1;
            }
        }
        total
    }
}

impl Person {
    /// How many of this problem's cases the person has room for.
    pub fn room(&self) -> usize {
        self.capacity.saturating_sub(self.load)
    }

    /// What one more case costs after `taken` cases of this problem.
    pub fn load_cost(&self, taken: usize) -> i64 {
        let place = self.load.saturating_add(taken);
        self.load_costs.get(place).or(self.load_costs.last()).copied().unwrap_or(0)
    }
}

fn check_person((index, person): (usize, &Person)) -> Result<(), Refusal> {
    if person.load_costs.iter().any(|cost| !within_limit(*cost)) {
        return Err(Refusal::LoadCost(index));
    }
    if !person.load_costs.is_sorted() {
        return Err(Refusal::LoadCostsFall(index));
    }
    Ok(())
}

fn by_case(
    cases: usize,
    people: usize,
    mut arcs: Vec<Arc>,
) -> Result<Vec<Vec<(usize, i64)>>, Refusal> {
    arcs.sort_by_key(|arc| (arc.case, arc.person));
    let mut sorted: Vec<Vec<(usize, i64)>> = vec![Vec::new(); cases];
    for arc in arcs {
        let of_case = sorted.get_mut(arc.case).ok_or(Refusal::NoSuchCase(arc))?;
        if arc.person >= people {
            return Err(Refusal::NoSuchPerson(arc));
        }
        if !within_limit(arc.cost) {
            return Err(Refusal::ArcCost(arc));
        }
        if of_case.last().is_some_and(|(person, _)| *person == arc.person) {
            return Err(Refusal::ArcTwice(arc));
        }
        of_case.push((arc.person, arc.cost));
    }
    Ok(sorted)
}

fn within_limit(cost: i64) -> bool {
    (-COST_LIMIT..=COST_LIMIT).contains(&cost)
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::TooManyCases => write!(f, "more than {CASES_LIMIT} cases"),
            Refusal::NoSuchCase(arc) => write!(f, "there is no case {}", arc.case),
            Refusal::NoSuchPerson(arc) => write!(f, "there is no person {}", arc.person),
            Refusal::ArcTwice(arc) => {
                write!(f, "case {} and person {} are joined twice", arc.case, arc.person)
            }
            Refusal::ArcCost(arc) => write!(
                f,
                "case {} costs person {} more than {COST_LIMIT}: {}",
                arc.case, arc.person, arc.cost
            ),
            Refusal::LoadCost(person) => {
                write!(f, "a load cost of person {person} is beyond {COST_LIMIT}")
            }
            Refusal::LoadCostsFall(person) => {
                write!(f, "the load costs of person {person} must not fall")
            }
        }
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(load_costs: &[i64]) -> Person {
        Person { capacity: 3, load: 1, load_costs: load_costs.to_vec() }
    }

    fn refused(people: Vec<Person>, arcs: Vec<Arc>) -> Refusal {
        Problem::new(1, people, arcs).unwrap_err()
    }

    #[test]
    fn the_last_load_cost_repeats() {
        let costs = |list| [0, 1, 2].map(|taken| person(list).load_cost(taken));
        assert_eq!(costs(&[1, 5, 9]), [5, 9, 9]);
        assert_eq!(costs(&[1]), [1, 1, 1]);
        assert_eq!(costs(&[]), [0, 0, 0]);
    }

    #[test]
    fn more_load_than_capacity_is_no_room() {
        assert_eq!(Person { capacity: 2, load: 3, load_costs: Vec::new() }.room(), 0);
        assert_eq!(person(&[]).room(), 2);
    }

    #[test]
    fn wrong_problems_are_refused() {
        let arc = Arc { case: 0, person: 0, cost: 1 };
        let far = Arc { case: 1, ..arc };
        let stranger = Arc { person: 1, ..arc };
        let dear = Arc { cost: -COST_LIMIT - 1, ..arc };
        assert_eq!(refused(vec![person(&[])], vec![far]), Refusal::NoSuchCase(far));
        assert_eq!(refused(vec![person(&[])], vec![stranger]), Refusal::NoSuchPerson(stranger));
        assert_eq!(refused(vec![person(&[])], vec![arc, arc]), Refusal::ArcTwice(arc));
        assert_eq!(refused(vec![person(&[])], vec![dear]), Refusal::ArcCost(dear));
        assert_eq!(refused(vec![person(&[2, 1])], vec![]), Refusal::LoadCostsFall(0));
        assert_eq!(refused(vec![person(&[COST_LIMIT + 1])], vec![]), Refusal::LoadCost(0));
        assert_eq!(
            Problem::new(CASES_LIMIT + 1, vec![], vec![]).unwrap_err(),
            Refusal::TooManyCases
        );
    }

    #[test]
    fn each_refusal_says_what_is_wrong() {
        let arc = Arc { case: 4, person: 7, cost: 1 };
        assert_eq!(Refusal::NoSuchCase(arc).to_string(), "there is no case 4");
        assert_eq!(Refusal::NoSuchPerson(arc).to_string(), "there is no person 7");
        assert_eq!(Refusal::ArcTwice(arc).to_string(), "case 4 and person 7 are joined twice");
        assert!(Refusal::LoadCostsFall(2).to_string().contains("person 2"));
    }
}
