//! The predicate against an oracle: every relation, every state of a consent, every reach.

use kakehashi::access::{Actor, CATEGORIES, Emergency, Role, visible};
use kakehashi::args;
use kakehashi::audit::Event;
use kakehashi::store::{Arg, Sql, Tx};

use crate::support::{Seat, World};

const TODAY: &str = "2026-11-20";
const BEFORE: &str = "2026-01-01";
const LATER: &str = "2026-11-21";

/// How a dated row stands today.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Missing,
    Current,
    /// Begins today, ends tomorrow: both ends of the half-open interval.
    JustToday,
    /// Ended today.
    Ended,
    Future,
    Voided,
    /// Current, but of another organisation or account.
    Elsewhere,
}
use State::{Current, Elsewhere, Ended, Future, JustToday, Missing, Voided};

const STATES: [State; 7] = [Missing, Current, JustToday, Ended, Future, Voided, Elsewhere];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Consent {
    Dated(State),
    OtherPurpose,
    OtherCategory,
    Withdrawn,
}
use Consent::{Dated, OtherCategory, OtherPurpose, Withdrawn};

fn consents() -> Vec<Consent> {
    let dated = STATES.into_iter().map(Dated);
    dated.chain([OtherPurpose, OtherCategory, Withdrawn]).collect()
}

/// One person and how they stand to the actors of the first seat.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Case {
    abroad: bool,
    team: State,
    consent: Consent,
    family: State,
}

fn cases() -> Vec<Case> {
    let mut out = vec![];
    for abroad in [false, true] {
        for team in STATES {
            for consent in consents() {
                for family in STATES {
                    out.push(Case { abroad, team, consent, family });
                }
            }
        }
    }
    out
}

/// Written from the rules, not from the SQL.
fn may_see(role: Role, case: Case, category: &str) -> bool {
    let holds = |s: State| matches!(s, Current | JustToday);
    let agreed = match case.consent {
        Dated(s) => holds(s),
        OtherCategory => category == "disaster",
        OtherPurpose | Withdrawn => false,
    };
    match role {
        Role::Officer | Role::Nurse => !case.abroad,
        Role::Coordinator => !case.abroad && holds(case.team),
        Role::Operator | Role::Hospital | Role::School => holds(case.team) && agreed,
        Role::Family => holds(case.family),
        _ => false,
    }
}

/// valid_from, valid_until, voided_at
fn dates(state: State) -> (&'static str, Option<&'static str>, Option<&'static str>) {
    match state {
        Missing | Current | Elsewhere => (BEFORE, None, None),
        JustToday => (TODAY, Some(LATER), None),
        Ended => (BEFORE, Some(TODAY), None),
        Future => (LATER, None, None),
        Voided => (BEFORE, None, Some("2026-05-01T00:00:00.000Z")),
    }
}

const OUTSIDE: [Role; 3] = [Role::Operator, Role::Hospital, Role::School];

async fn put(tx: &mut Tx, sql: &str, args: &[Arg<'_>]) {
    tx.exec(Sql::built(sql), args).await.unwrap_or_else(|e| panic!("{e}: {sql}"));
}

async fn settle(w: &World, tx: &mut Tx, n: usize, case: Case) {
    let id = format!("case-{n}");
    let seat = if case.abroad { Seat::Abroad } else { Seat::First };
    let by = w.actor(Role::Officer).account_id;
    put(
        tx,
        "insert into clients (id, number, controller_id, enrolled_on, enrolled_at, enrolled_by)
         values ($1, $2, $3, '2026-01-01', '2026-01-01T00:00:00.000Z', $4)",
        args![id, n as i64, seat.controller(), by],
    )
    .await;
    for role in OUTSIDE.into_iter().chain([Role::Coordinator]) {
        join(w, tx, &id, role, case.team).await;
    }
    for role in OUTSIDE {
        agree(w, tx, &id, role, case.consent).await;
    }
    if case.family != Missing {
        let whose = if case.family == Elsewhere { Seat::Second } else { Seat::First };
        let (from, until, voided) = dates(case.family);
        let account = w.seated(Role::Family, whose).account_id;
        put(
            tx,
            "insert into family_links (id, account_id, client_id, relation, valid_from,
               valid_until, recorded_at, recorded_by, voided_at)
             values ($1, $2, $3, 'mother', $4, $5, '', '', $6)",
            args![format!("link-{n}"), account, id, from, until, voided],
        )
        .await;
    }
}

async fn join(w: &World, tx: &mut Tx, id: &str, role: Role, state: State) {
    if state == Missing {
        return;
    }
    let whose = if state == Elsewhere { Seat::Second } else { Seat::First };
    let (from, until, voided) = dates(state);
    put(
        tx,
        "insert into team_members (id, client_id, organisation_id, role, valid_from, valid_until,
           recorded_at, recorded_by, voided_at) values ($1, $2, $3, 'other', $4, $5, '', '', $6)",
        args![
            format!("team-{id}-{}", role.code()),
            id,
            w.seated(role, whose).organisation_id,
            from,
            until,
            voided
        ],
    )
    .await;
}

async fn agree(w: &World, tx: &mut Tx, id: &str, role: Role, consent: Consent) {
    let state = match consent {
        Dated(Missing) => return,
        Dated(state) => state,
        _ => Current,
    };
    let whose = if state == Elsewhere { Seat::Second } else { Seat::First };
    let (from, until, voided) = dates(state);
    let purpose = if consent == OtherPurpose { "statistics" } else { "support" };
    let withdrawn = (consent == Withdrawn).then_some("2026-06-01");
    let consent_id = format!("consent-{id}-{}", role.code());
    put(
        tx,
        "insert into consents (id, client_id, purpose, recipient_id, valid_from, valid_until,
           given_by, given_on, recorded_at, recorded_by, withdrawn_on, voided_at)
         values ($1, $2, $3, $4, $5, $6, '母', '2026-01-01', '', '', $7, $8)",
        args![
            consent_id,
            id,
            purpose,
            w.seated(role, whose).organisation_id,
            from,
            until,
            withdrawn,
            voided
        ],
    )
    .await;
    for (category, _) in CATEGORIES {
        if consent != OtherCategory || *category == "disaster" {
            put(
                tx,
                "insert into consent_categories (consent_id, category) values ($1, $2)",
                args![consent_id, *category],
            )
            .await;
        }
    }
}

both! {
    async fn every_relation_and_every_consent_is_decided_as_the_rules_say(w: World) {
        let mut tx = w.write(&w.system()).await;
        let cases = cases();
        for (n, case) in cases.iter().enumerate() {
            settle(&w, &mut tx, n, *case).await;
        }
        tx.record(Event::new("prepare", "world", "")).await.unwrap();
        tx.commit().await.unwrap();
        let mut seen_by_somebody = 0;
        for role in Role::ALL {
            let mut read = w.read(&w.actor(role)).await;
            for (category, _) in CATEGORIES {
                let sql = format!(
                    "select c.number from clients c where {} order by c.number",
                    visible("c.id", category)
                );
                let seen: Vec<(i64,)> = read.see_all(Sql::built(sql), args![]).await.unwrap();
                let seen: Vec<i64> = seen.into_iter().map(|r| r.0).collect();
                let may = |n: &usize| may_see(role, cases[*n], category);
                let want: Vec<i64> =
                    (0..cases.len()).filter(may).map(|n| n as i64).collect();
                let wrong = (0..cases.len()).find(|n| {
                    seen.contains(&(*n as i64)) != want.contains(&(*n as i64))
                });
                assert_eq!(wrong.map(|n| (role, *category, cases[n])), None);
                seen_by_somebody += seen.len();
            }
        }
        assert!(seen_by_somebody > 1_000, "the oracle is not simply 'nobody'");
    }

    async fn an_emergency_opens_its_person_for_its_hour_and_no_consultation(w: World) {
        let mut tx = w.write(&w.system()).await;
        for (n, (abroad, glass)) in glasses().enumerate() {
            open(&w, &mut tx, n, abroad, glass).await;
        }
        tx.record(Event::new("prepare", "world", "")).await.unwrap();
        tx.commit().await.unwrap();
        for role in [Role::Coordinator, Role::Operator, Role::Hospital] {
            let plain = w.actor(role);
            let ends_at = plain.at;
            let emergency = Some(Emergency { id: "any".into(), ends_at });
            let called = Actor { emergency, ..plain.clone() };
            for (category, _) in CATEGORIES {
                let sql = format!(
                    "select c.number from clients c where {} order by c.number",
                    visible("c.id", category)
                );
                let seen = |found: Vec<(i64,)>| found.into_iter().map(|r| r.0).collect::<Vec<_>>();
                let sql = Sql::built(sql);
                let none = w.read(&plain).await.see_all(sql.clone(), args![]).await.unwrap();
                assert!(seen(none).is_empty(), "a route that is not marked opens nothing");
                let found = w.read(&called).await.see_all(sql, args![]).await.unwrap();
                let opens = !matches!(*category, "consultation" | "plan");
                let want = glasses().enumerate().filter(|(_, (abroad, glass))| {
                    opens && match glass {
                        Glass::Open | Glass::JustNow => !abroad,
                        Glass::Crosses => true,
                        _ => false,
                    }
                });
                let want: Vec<_> = want.map(|(n, _)| n as i64).collect();
                assert_eq!(seen(found), want, "{role:?} {category}");
            }
        }
    }
}

both! {
    async fn an_adviser_sees_what_was_agreed_while_it_holds(w: World) {
        let mut tx = w.write(&w.system()).await;
        for (n, asked) in ASKED.into_iter().enumerate() {
            let case =
                Case { abroad: n == 1, team: Missing, consent: Dated(Missing), family: Missing };
            settle(&w, &mut tx, n, case).await;
            ask(&w, &mut tx, n, asked).await;
        }
        tx.record(Event::new("prepare", "world", "")).await.unwrap();
        tx.commit().await.unwrap();
        for role in [Role::Coordinator, Role::Hospital, Role::Family, Role::Prefecture] {
            let mut read = w.read(&w.actor(role)).await;
            for (category, _) in CATEGORIES {
                let sql = format!(
                    "select c.number from clients c where {} order by c.number",
                    visible("c.id", category)
                );
                let seen: Vec<(i64,)> = read.see_all(Sql::built(sql), args![]).await.unwrap();
                let seen: Vec<i64> = seen.into_iter().map(|r| r.0).collect();
                let shown = *category == "care" && role == Role::Hospital;
                let want = if shown { vec![0, 1] } else { vec![] };
                assert_eq!(seen, want, "{role:?} {category}");
            }
        }
    }
}

/// How a question to the hospital stands today. The first two show the care of their person.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Asked {
    Open,
    /// Shown from today until tomorrow.
    JustToday,
    Pseudonym,
    SomebodyElse,
    Over,
    Coming,
    Closed,
    TakenBack,
}

const ASKED: [Asked; 8] = [
    Asked::Open,
    Asked::JustToday,
    Asked::Pseudonym,
    Asked::SomebodyElse,
    Asked::Over,
    Asked::Coming,
    Asked::Closed,
    Asked::TakenBack,
];

async fn ask(w: &World, tx: &mut Tx, n: usize, asked: Asked) {
    let seat = if asked == Asked::SomebodyElse { Seat::Second } else { Seat::First };
    let basis = if asked == Asked::Pseudonym { "pseudonym" } else { "consent" };
    let (from, until) = match asked {
        Asked::JustToday => (TODAY, LATER),
        Asked::Over => (BEFORE, TODAY),
        Asked::Coming => (LATER, "2026-12-01"),
        _ => (BEFORE, LATER),
    };
    let at = "2026-05-01T00:00:00.000Z";
    let (desk, adviser) = (w.actor(Role::Officer), w.seated(Role::Hospital, seat).account_id);
    put(
        tx,
        "insert into questions (id, controller_id, client_id, organisation_id, asked_by, asked_at,
           asked_on, field, adviser_id, basis, title, text, due_on, shown_from, shown_until,
           closed_at, withdrawn_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'medical', $8, $9, '', '', $7, $10, $11, $12, $13)",
        args![
            format!("question-{n}"),
            desk.controller_id,
            format!("case-{n}"),
            desk.organisation_id,
            desk.account_id,
            at,
            BEFORE,
            adviser,
            basis,
            from,
            until,
            (asked == Asked::Closed).then_some(at),
            (asked == Asked::TakenBack).then_some(at)
        ],
    )
    .await;
    let sql = "insert into question_categories (question_id, category) values ($1, 'care')";
    put(tx, sql, args![format!("question-{n}")]).await;
}

/// How an emergency stands at the instant of the question.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Glass {
    Open,
    /// Opened at this very instant.
    JustNow,
    /// Another controller's people were allowed when it was opened.
    Crosses,
    /// Over at this very instant.
    Over,
    EndedByHand,
    Coming,
    SomebodyElses,
}

fn glasses() -> impl Iterator<Item = (bool, Glass)> {
    use Glass::{Coming, Crosses, EndedByHand, JustNow, Open, Over, SomebodyElses};
    let all = [Open, JustNow, Crosses, Over, EndedByHand, Coming, SomebodyElses];
    [false, true].into_iter().flat_map(move |abroad| all.map(|glass| (abroad, glass)))
}

async fn open(w: &World, tx: &mut Tx, n: usize, abroad: bool, glass: Glass) {
    let case = Case { abroad, team: Missing, consent: Dated(Missing), family: Missing };
    settle(w, tx, n, case).await;
    let (now, before, later) = (
        w.app.clock.now().to_string(),
        "2026-11-20T00:30:00.000Z".to_owned(),
        "2026-11-20T01:30:00.000Z".to_owned(),
    );
    let (opened, ends) = match glass {
        Glass::JustNow => (now, later),
        Glass::Over => (before, now),
        Glass::Coming => ("2026-11-20T01:00:00.001Z".to_owned(), later),
        _ => (before, later),
    };
    for role in [Role::Coordinator, Role::Operator, Role::Hospital] {
        let seat = if glass == Glass::SomebodyElses { Seat::Second } else { Seat::First };
        let a = w.seated(role, seat);
        put(
            tx,
            "insert into emergencies (id, client_id, account_id, post_id, organisation_id, reason,
               words, crosses, opened_at, ends_at, ended_at)
             values ($1, $2, $3, $4, $5, 'transport', '', $6, $7, $8, $9)",
            args![
                format!("glass-{n}-{}", role.code()),
                format!("case-{n}"),
                a.account_id,
                a.post_id,
                a.organisation_id,
                glass == Glass::Crosses,
                opened,
                ends,
                (glass == Glass::EndedByHand).then_some("2026-11-20T00:45:00.000Z")
            ],
        )
        .await;
    }
}
