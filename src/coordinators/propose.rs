//! Who could take a case: points by stated rules, reasons for and against in words. No database.
//!
//! The order: whoever is on leave last, then most points, lightest load, fewest cases, reading.

use std::cmp::Reverse;

use civil::Date;
use serde::{Deserialize, Serialize};

use super::rules::{Rules, cases, plain};
use crate::codes::Codes;

/// 候補者. What is known on a day about somebody who can take cases.
#[derive(Clone, Debug, Default)]
pub struct Person {
    pub account_id: String,
    pub name: String,
    pub kana: String,
    pub organisation_id: String,
    pub organisation: String,
    pub areas: Vec<String>,
    pub skills: Vec<String>,
    pub training: String,
    pub listed: bool,
    /// 目安, in hundredths of a case.
    pub limit: i64,
    pub cases: i64,
    /// What the cases in hand weigh together, in hundredths.
    pub load: i64,
    /// The leave that is on, or the next one: [from, until).
    pub leave: Option<(Date, Option<Date>)>,
}

/// ケース. What is known about somebody who waits for a coordinator.
#[derive(Clone, Debug, Default)]
pub struct Case {
    pub area: String,
    pub needs: Vec<String>,
    pub weight: i64,
    /// (account, the sibling's number): who is in charge of a brother or sister.
    pub siblings: Vec<(String, String)>,
    /// The organisation that was asked.
    pub desk: String,
}

/// 理由. One sentence and what it counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    pub text: String,
    pub points: i64,
}

/// 候補. A person with the reasons; `on_leave` cannot be chosen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Candidate {
    pub account_id: String,
    pub name: String,
    pub organisation_id: String,
    pub organisation: String,
    pub points: i64,
    pub cases: i64,
    pub load: i64,
    pub limit: i64,
    pub fors: Vec<Reason>,
    pub againsts: Vec<Reason>,
    pub on_leave: bool,
    /// Stands here by the rule for equal points.
    pub tied: bool,
}

/// Everybody, best first. The same facts always give the same list.
pub fn propose(
    case: &Case,
    people: &[Person],
    rules: &Rules,
    codes: &Codes,
    today: Date,
) -> Vec<Candidate> {
    let mut found: Vec<(&Person, Candidate)> =
        people.iter().map(|p| (p, candidate(case, p, rules, codes, today))).collect();
    found.sort_by(|(p, a), (q, b)| {
        let key = |p: &Person, c: &Candidate| (c.on_leave, Reverse(c.points), p.load, p.cases);
        let names = (&p.kana, &p.account_id).cmp(&(&q.kana, &q.account_id));
        key(p, a).cmp(&key(q, b)).then(names)
    });
    let mut out: Vec<Candidate> = found.into_iter().map(|(_, c)| c).collect();
    for i in 1..out.len() {
        let same = out[i - 1].points == out[i].points && !out[i].on_leave;
        out[i].tied = same;
    }
    out
}

fn candidate(case: &Case, p: &Person, rules: &Rules, codes: &Codes, today: Date) -> Candidate {
    let mut reasons = fit(case, p, rules, codes, today);
    reasons.extend(burden(case, p, rules));
    let points = reasons.iter().map(|r| r.points).sum();
    let (againsts, fors) = reasons.into_iter().partition(|r| r.points < 0);
    Candidate {
        account_id: p.account_id.clone(),
        name: p.name.clone(),
        organisation_id: p.organisation_id.clone(),
        organisation: p.organisation.clone(),
        points,
        cases: p.cases,
        load: p.load,
        limit: p.limit,
        fors,
        againsts,
        on_leave: on_leave(p, today),
        tied: false,
    }
}

/// True while no new case may go to the person.
pub fn on_leave(p: &Person, today: Date) -> bool {
    p.leave.is_some_and(|(from, until)| from <= today && until.is_none_or(|u| u > today))
}

/// How the person fits the case, whatever they already carry.
pub fn fit(case: &Case, p: &Person, rules: &Rules, codes: &Codes, today: Date) -> Vec<Reason> {
    let mut out = vec![];
    out.extend(sibling(case, p, rules));
    out.extend(area(case, p, rules, codes));
    out.extend(skills(case, p, rules, codes));
    out.extend(training(p, rules, codes));
    if !case.desk.is_empty() && case.desk == p.organisation_id {
        out.push(reason("依頼を受けた窓口と同じ機関", rules.points.same_organisation));
    }
    out.extend(leave(p, rules, today));
    out
}

fn reason(text: impl Into<String>, points: i64) -> Reason {
    Reason { text: text.into(), points }
}

fn sibling(case: &Case, p: &Person, rules: &Rules) -> Option<Reason> {
    let (_, number) = case.siblings.iter().find(|(account, _)| *account == p.account_id)?;
    let text = format!("きょうだい（{number}）をすでに担当している");
    Some(reason(text, rules.points.sibling))
}

fn area(case: &Case, p: &Person, rules: &Rules, codes: &Codes) -> Option<Reason> {
    if case.area.is_empty() || p.areas.is_empty() {
        return None;
    }
    let here = codes.label("area", &case.area);
    if p.areas.contains(&case.area) {
        return Some(reason(format!("{here}を担当している"), rules.points.area));
    }
    let own: Vec<&str> = p.areas.iter().map(|a| codes.label("area", a)).collect();
    let text = format!("担当は{}で、{here}は入っていない", own.join("・"));
    Some(reason(text, rules.points.area_missing))
}

fn skills(case: &Case, p: &Person, rules: &Rules, codes: &Codes) -> Vec<Reason> {
    let one = |need: &String| {
        let word = codes.label("skill", need);
        if p.skills.contains(need) {
            return reason(format!("必要な「{word}」が得意"), rules.points.skill);
        }
        reason(format!("必要な「{word}」が得意なことに入っていない"), rules.points.skill_missing)
    };
    case.needs.iter().map(one).collect()
}

fn training(p: &Person, rules: &Rules, codes: &Codes) -> Option<Reason> {
    let points = rules.points.training.get(&p.training).copied()?;
    let text = match codes.label("training_state", &p.training) {
        word if points < 0 => format!("研修：{word}"),
        word => word.to_owned(),
    };
    Some(reason(text, points))
}

fn leave(p: &Person, rules: &Rules, today: Date) -> Option<Reason> {
    let (from, until) = p.leave?;
    let end = until.map(|u| u.saturating_sub(jiff::Span::new().days(1)));
    if on_leave(p, today) {
        let text = match end {
            Some(end) => format!("{}まで休み", civil::format_era(end)),
            None => "休み（戻る日は決まっていない）".to_owned(),
        };
        return Some(reason(text, rules.points.leave_soon));
    }
    let days = (from - today).get_days();
    if i64::from(days) > rules.points.leave_soon_days {
        return None;
    }
    Some(reason(format!("{}から休みの予定", civil::format_era(from)), rules.points.leave_soon))
}

/// What the person carries already, and whether this case leads over the felt limit. Being over
/// is said, and counts, but forbids nothing: who decides knows more than the number.
fn burden(case: &Case, p: &Person, rules: &Rules) -> Vec<Reason> {
    let now = match p.cases {
        0 => "いまの担当はない".to_owned(),
        n => format!("いまの担当は{n}人（{}）", cases(p.load)),
    };
    let after = p.load + case.weight;
    let mut out = vec![reason(now, rules.points.per_case * p.load / 100)];
    let words = format!("引き受けると{}（目安{}）", cases(after), plain(p.limit));
    out.push(match after > p.limit {
        true => reason(format!("{words}で、目安を超える"), rules.points.over_limit),
        false => reason(format!("{words}で、目安に収まる"), 0),
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        "2026-11-20".parse().unwrap()
    }

    fn person(id: &str) -> Person {
        Person {
            account_id: id.into(),
            name: id.to_uppercase(),
            kana: id.into(),
            training: "completed".into(),
            limit: 300,
            ..Person::default()
        }
    }

    fn carrying(id: &str, cases: i64, load: i64) -> Person {
        Person { cases, load, ..person(id) }
    }

    fn ask(case: &Case, people: &[Person]) -> Vec<Candidate> {
        let (rules, codes) = (Rules::official().unwrap(), Codes::official().unwrap());
        propose(case, people, &rules, &codes, today())
    }

    fn order(found: &[Candidate]) -> Vec<&str> {
        found.iter().map(|c| c.account_id.as_str()).collect()
    }

    fn said(reasons: &[Reason]) -> Vec<&str> {
        reasons.iter().map(|r| r.text.as_str()).collect()
    }

    fn plain_case() -> Case {
        Case { weight: 100, ..Case::default() }
    }

    #[test]
    fn area_and_skills_speak_for_and_against_in_words() {
        let near = Person {
            areas: vec!["east".into()],
            skills: vec!["ventilator".into()],
            ..person("near")
        };
        let far = Person { areas: vec!["west".into(), "south".into()], ..person("far") };
        let case = Case { area: "east".into(), needs: vec!["ventilator".into()], ..plain_case() };
        let found = ask(&case, &[far, near]);
        assert_eq!(order(&found), ["near", "far"]);
        assert_eq!((found[0].points, found[1].points), (20 + 15 + 10, -10 - 10 + 10));
        assert!(said(&found[0].fors).contains(&"東地区を担当している"));
        assert!(said(&found[0].fors).contains(&"必要な「人工呼吸器」が得意"));
        assert_eq!(
            said(&found[1].againsts),
            [
                "担当は西地区・南地区で、東地区は入っていない",
                "必要な「人工呼吸器」が得意なことに入っていない"
            ]
        );
    }

    #[test]
    fn who_carries_less_comes_first_and_the_weight_is_said() {
        let found = ask(&plain_case(), &[carrying("busy", 2, 250), carrying("free", 1, 100)]);
        assert_eq!(order(&found), ["free", "busy"]);
        assert_eq!(
            said(&found[1].againsts),
            ["いまの担当は2人（2.5件分）", "引き受けると3.5件分（目安3）で、目安を超える"]
        );
        assert!(said(&found[0].fors).contains(&"引き受けると2件分（目安3）で、目安に収まる"));
    }

    #[test]
    fn over_the_felt_limit_is_a_reason_and_no_exclusion() {
        let found = ask(&plain_case(), &[carrying("full", 3, 300)]);
        assert!(!found[0].on_leave);
        assert_eq!(found[0].points, 10 - 30 - 40);
        let own = Person { limit: 500, ..carrying("strong", 3, 300) };
        assert_eq!(ask(&plain_case(), &[own])[0].points, 10 - 30);
    }

    #[test]
    fn exactly_the_limit_is_not_over() {
        assert_eq!(ask(&plain_case(), &[carrying("a", 2, 200)])[0].points, 10 - 20);
        assert_eq!(ask(&plain_case(), &[carrying("a", 2, 201)])[0].points, 10 - 20 - 40);
    }

    #[test]
    fn whoever_is_on_leave_is_last_and_cannot_be_chosen() {
        let away = |from: &str, until: Option<&str>| Person {
            leave: Some((from.parse().unwrap(), until.map(|u| u.parse().unwrap()))),
            ..person("away")
        };
        let other = carrying("other", 3, 300);
        let found = ask(&plain_case(), &[away("2026-11-20", Some("2026-12-01")), other.clone()]);
        assert_eq!(order(&found), ["other", "away"]);
        assert!(found[1].on_leave);
        assert!(said(&found[1].againsts).contains(&"令和8年11月30日まで休み"));
        let back = ask(&plain_case(), &[away("2026-11-01", Some("2026-11-20")), other.clone()]);
        assert!(!back[0].on_leave && back[0].account_id == "away", "back today");
        let soon = ask(&plain_case(), &[away("2026-12-20", None)]);
        assert_eq!(said(&soon[0].againsts), ["令和8年12月20日から休みの予定"]);
        assert!(ask(&plain_case(), &[away("2026-12-21", None)])[0].againsts.is_empty());
    }

    #[test]
    fn a_siblings_coordinator_comes_before_the_area() {
        let near = Person { areas: vec!["east".into()], ..person("near") };
        let knows = Person { areas: vec!["west".into()], ..person("knows") };
        let siblings = vec![("knows".to_owned(), "M-00123".to_owned())];
        let case = Case { area: "east".into(), siblings, ..plain_case() };
        let found = ask(&case, &[near, knows]);
        assert_eq!(order(&found), ["knows", "near"]);
        assert_eq!(said(&found[0].fors)[0], "きょうだい（M-00123）をすでに担当している");
    }

    #[test]
    fn training_counts_step_by_step() {
        let with = |id: &str, t: &str| Person { training: t.into(), ..person(id) };
        let people =
            [with("a", "none"), with("b", "nominated"), with("c", "in_training"), person("d")];
        let found = ask(&plain_case(), &people);
        assert_eq!(order(&found), ["d", "c", "b", "a"]);
        assert_eq!(said(&found[1].againsts), ["研修：研修を受けている"]);
    }

    #[test]
    fn equal_points_are_ordered_by_load_cases_and_reading_and_say_so() {
        // A tenth of a point is no point: 5 hundredths of load do not show in the points.
        let people = [person("c"), carrying("b", 1, 5), person("a"), carrying("d", 2, 5)];
        let found = ask(&plain_case(), &people);
        assert_eq!(order(&found), ["a", "c", "b", "d"]);
        assert_eq!(found.iter().map(|c| c.tied).collect::<Vec<_>>(), [false, true, true, true]);
        let mut turned = people.clone();
        turned.reverse();
        assert_eq!(order(&ask(&plain_case(), &turned)), ["a", "c", "b", "d"]);
    }
}
