//! Every field of every form refuses its bad value: in Japanese, under the field, and nothing is
//! changed. A form of the program that is neither sent here nor excused fails.

mod ids;

use std::collections::BTreeSet;
use std::path::Path;

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::clients::{self, parts};
use kakehashi::web::form::bad_entry;
use kakehashi::web::{Entry, Field, Form, Kind};
use kakehashi::{
    applications, awards, case_notes, consultations, coordinators, disclosures, disposals,
    emergencies, follow_ups, grants, indicators, knowledge, ledger, merges, moves, office,
    programmes, questions, reports, residents, reversals, staff,
};

use crate::support::World;

/// Forms that are not sent field by field here, and where they are.
const ELSEWHERE: &[(&str, &str)] = &[
    ("batch", "its fields are the open requests: tests/assignments.rs"),
    ("api-list", "asked by programs: tests/api.rs"),
    ("api-promise", "asked by programs: tests/api.rs"),
    ("api-day", "asked by programs: tests/api.rs"),
    ("api-report", "asked by programs: tests/api.rs"),
    ("api-upload", "asked by programs: tests/api.rs"),
    ("api-save", "asked by programs: tests/api.rs"),
    ("resident", "a row of a file: tests/imports.rs, tests/residents.rs"),
    ("what-if", "a file: tests/programmes.rs"),
    ("import", "a file: tests/imports.rs sends one bad cell a column"),
    ("invitation", "opened by its token: tests/staff.rs"),
    ("confirm", "what was typed decides, not the form: tests/confirm.rs"),
    ("login-code", "only between password and code: tests/second_factor.rs"),
    ("keys", "one check mark, which may be on or off"),
    ("consultations-filter", "asked by address: tests/consultations.rs"),
    ("case-notes-filter", "asked by address: tests/case_notes.rs"),
    ("timeline-filter", "asked by address: tests/case_notes.rs"),
    ("report-year", "asked by address: tests/reports.rs"),
    ("report-span", "asked by address: tests/reports.rs"),
    ("report-day", "asked by address: tests/reports.rs"),
    ("reopen", "stands instead of `close` on a closed record: tests/clients.rs"),
];

struct Sent {
    form: Form,
    role: Role,
    path: String,
    /// Asked by address instead of posted.
    asked: bool,
}

async fn one(w: &World, sql: &'static str) -> String {
    let (id,): (String,) = w.read(&w.system()).await.one(sql, &[]).await.unwrap();
    id
}

/// A person with a consultation, a note, a request, an assignment and a promise.
async fn scene(w: &World) -> String {
    let desk = w.as_(Role::Coordinator).await;
    let person = [
        ("family", "水野"),
        ("given", "はると"),
        ("family_kana", "みずの"),
        ("given_kana", "はると"),
        ("born_on", "令和2年6月3日"),
        ("sex", "male"),
        ("area", "east"),
    ];
    let made = desk.post("/clients/new", &person).await.expect(303);
    let folder = made.location().split('?').next().unwrap().to_owned();
    let number = folder.rsplit('/').next().unwrap();
    let call = [
        ("scope", "individual"),
        ("client", number),
        ("inquirer_kind", "family"),
        ("channel", "phone"),
        ("text", "相談"),
        ("occurred_at", "2026-11-20 9:00"),
        ("next_what", "電話する"),
        ("next_due", "2026-11-27"),
    ];
    desk.post("/consultations/new", &call).await.expect(303);
    let note = [("kind", "call"), ("text", "電話した"), ("occurred_at", "2026-11-20 9:30")];
    desk.post(&format!("{folder}/notes/new"), &note).await.expect(303);
    let page = desk.get(&format!("{folder}/request")).await.expect(200);
    let select = page.text.split("<select id=\"desk\"").nth(1).unwrap();
    let office = select.split("<option value=\"").nth(2).unwrap().split('"').next().unwrap();
    let ask = [("received_on", "2026-11-20"), ("received_from", "母"), ("desk", office)];
    desk.post(&format!("{folder}/request"), &ask).await.expect(303);
    let me = w.actor(Role::Coordinator);
    let client = one(w, "select id from clients").await;
    let sql = "insert into assignments (id, client_id, account_id, organisation_id, kind, weight, \
               reason, valid_from, recorded_at, recorded_by) \
               values ('taken', $1, $2, $3, 'main', 100, '地区', '2026-11-01', $4, $2)";
    w.exec(sql, args![client, me.account_id, me.organisation_id, me.at]).await;
    living(w).await;
    // The coordinator leaves soon: a transfer to come, and a case that would be left with nobody.
    let leave = [("kind", "leave"), ("valid_from", "2026-12-20")];
    let path = format!("/accounts/{}/transfer", me.account_id);
    w.as_(Role::Administrator).await.post(&path, &leave).await.expect(303);
    folder
}

async fn forms(w: &World, folder: &str) -> Vec<Sent> {
    let codes = &w.app.codes;
    let row = one(w, "select id from client_residences").await;
    let consultation = one(w, "select id from consultations").await;
    let note = one(w, "select id from case_notes").await;
    let request = one(w, "select id from case_requests").await;
    let promise = one(w, "select id from follow_ups").await;
    let (me, desk) = (w.actor(Role::Coordinator).account_id, Role::Coordinator);
    let coming = one(w, "select id from transfers").await;
    let residence = parts::find("residence").unwrap();
    let mut out = vec![];
    let mut add = |form: Form, role: Role, path: String| {
        out.push(Sent { form, role, path, asked: false });
    };
    add(clients::enrol::form(), desk, "/clients/new".into());
    for part in parts::all() {
        let path = format!("{folder}/parts/{}/new", part.id);
        add(clients::part_new::form(part), desk, path);
    }
    let at = format!("{folder}/parts/residence/{row}");
    add(clients::part_correct::form(residence), desk, format!("{at}/correct"));
    add(clients::part_end::form(), desk, format!("{at}/end"));
    add(clients::part_end::void_form(), desk, format!("{at}/void"));
    add(clients::close::form(false), desk, format!("{folder}/close"));
    add(clients::team_page::form(), desk, format!("{folder}/team"));
    life(folder, &mut add);
    keeping(folder, &mut add);
    deciding(folder, &mut add);
    add(clients::care_score_new::form(), desk, format!("{folder}/care-score/new"));
    add(consultations::log::form(), desk, "/consultations/new".into());
    let at = format!("/consultations/{consultation}");
    add(consultations::correct::form(), desk, format!("{at}/correct"));
    add(consultations::withdraw::form(), desk, format!("{at}/withdraw"));
    add(case_notes::write::form(codes), desk, format!("{folder}/notes/new"));
    add(case_notes::correct::form(codes), desk, format!("/case-notes/{note}/correct"));
    add(case_notes::withdraw::form(), desk, format!("/case-notes/{note}/withdraw"));
    add(follow_ups::done::form(), desk, format!("/follow-ups/{promise}/done"));
    add(follow_ups::hand_over::form(), desk, format!("/follow-ups/{promise}/hand-over"));
    add(coordinators::request::form(), desk, format!("{folder}/request"));
    add(coordinators::assign::form(), desk, format!("/requests/{request}"));
    add(coordinators::assign::withdrawal_form(), desk, format!("/requests/{request}/withdraw"));
    add(coordinators::hand_over::form(), desk, "/assignments/taken/hand-over".into());
    add(coordinators::profile::form(), Role::Officer, format!("/coordinators/{me}/profile"));
    add(coordinators::leave::form(), Role::Officer, format!("/coordinators/{me}/leaves"));
    add(coordinators::limits::form(), Role::Officer, "/assignments/settings".into());
    let officer = w.actor(Role::Officer).account_id;
    add(staff::account_new::form(), Role::Administrator, "/accounts/new".into());
    add(staff::account::form(), Role::Administrator, format!("/accounts/{officer}"));
    add(staff::token_new::form(), Role::Administrator, "/tokens/new".into());
    add(staff::tokens::limit_form(), Role::Administrator, "/tokens/limit".into());
    add(staff::organisations::form(), Role::Administrator, "/organisations/new".into());
    add(staff::password::form(), desk, "/me/password".into());
    add(staff::second_factor::form(), desk, "/me/second-factor/confirm".into());
    add(staff::invitations::number_form(), desk, "/invitations".into());
    add(office::transfer::form(), Role::Administrator, format!("/accounts/{officer}/transfer"));
    let path = format!("/transfers/{coming}/void");
    add(office::transfers::void_form(), Role::Administrator, path);
    add(office::hand_on::form(), Role::Officer, format!("/unowned/{me}"));
    trust(w, folder, &mut add);
    let report = "/reports/centre_consultations/publish";
    add(reports::publish::form(), Role::Officer, report.into());
    for (form, path) in [
        (clients::list::form(), "/clients".to_owned()),
        (clients::part_show::form(), format!("{folder}/parts/residence")),
    ] {
        out.push(Sent { form, role: desk, path, asked: true });
    }
    out
}

/// The forms about a record's life, as the officer sends them.
fn life(folder: &str, add: &mut impl FnMut(Form, Role, String)) {
    let hid = format!("{folder}/address");
    add(clients::address::form(), Role::Officer, hid.clone());
    add(clients::address::review_form(), Role::Officer, format!("{hid}/hid/review"));
    add(clients::address::end_form(), Role::Officer, format!("{hid}/hid/end"));
    let family = format!("{folder}/family");
    add(clients::family_page::form(), Role::Officer, family.clone());
    add(clients::family_page::end_form(), Role::Officer, format!("{family}/none/end"));
    add(merges::undo::form(), Role::Officer, format!("{folder}/merges/none/undo"));
    let twins = format!("{folder}/same/{}", folder.rsplit('/').next().unwrap());
    add(merges::join::form(&[]), Role::Officer, twins.clone());
    add(merges::apart::form(), Role::Officer, format!("{twins}/apart"));
    add(merges::candidates::form(), Role::Officer, "/duplicates".into());
    add(reversals::throw::form(), Role::Officer, format!("{folder}/trash"));
    let go = format!("{folder}/move");
    add(moves::propose::form(), Role::Officer, go.clone());
    add(moves::leave::withdraw_form(), Role::Officer, format!("{go}/withdraw"));
    add(moves::leave::done_form(), Role::Officer, format!("{go}/done"));
    add(moves::receive::accept_form(), Role::Officer, "/moves/moving/accept".into());
    add(moves::receive::decline_form(), Role::Officer, "/moves/moving/decline".into());
}

/// The forms of an application; the one in the scene is checked and approved.
fn deciding(folder: &str, add: &mut impl FnMut(Form, Role, String)) {
    let all = programmes::load(&kakehashi::web::Config::default()).unwrap();
    let asked = programmes::answers::asked(&all, "municipal_tax").unwrap();
    let fact = format!("{folder}/facts/municipal_tax");
    add(programmes::answers::form(asked.info), Role::Officer, fact);
    add(applications::receive::form(), Role::Nurse, format!("{folder}/applications/new"));
    for (id, path) in [
        ("application-return", "return"),
        ("application-complete", "complete"),
        ("application-withdraw", "withdraw"),
    ] {
        let form = applications::send_back::form(id);
        add(form, Role::Officer, format!("/applications/wanted/{path}"));
    }
    let step = |name: &str| format!("/applications/wanted/{name}");
    add(applications::assess::form(), Role::Officer, step("assess"));
    add(applications::approve::form(), Role::Officer, step("approve"));
    add(applications::decide::form(), Role::Officer, step("decide"));
    add(awards::end::form(), Role::Officer, "/awards/granted/end".into());
    add(grants::apply::form(), Role::Officer, "/grants/new".into());
    add(grants::apply::answer_form(), Role::Officer, "/grants/given/facts".into());
    add(grants::lines::form(), Role::Officer, "/grants/given/lines".into());
    add(grants::steps::form(), Role::Officer, "/grants/given/steps".into());
    add(grants::undo::form(), Role::Officer, "/grants/given/steps/taken/void".into());
    add(grants::deadlines::form(), Role::Officer, "/grants/given/deadlines".into());
    let at = format!("{folder}/ledger");
    add(ledger::book::form(), Role::Officer, format!("{at}/granted/book"));
    add(ledger::record::form(), Role::Officer, format!("{at}/granted/use"));
    add(ledger::reverse::form(), Role::Officer, format!("{at}/held/reverse"));
    let at = "/programmes/home_respite";
    add(indicators::bodies::form(), Role::Officer, format!("{at}/bodies"));
    add(indicators::report::form(), Role::Officer, format!("{at}/counts"));
    add(indicators::enter::form(), Role::Officer, format!("{at}/figures"));
}

/// The forms of trust: emergencies, questions, and what the administrator changes.
fn trust(w: &World, folder: &str, add: &mut impl FnMut(Form, Role, String)) {
    let ask = format!("{folder}/questions/new");
    add(questions::ask::form(), Role::Coordinator, ask);
    add(questions::reply::form(false), Role::Officer, "/questions/asked/reply".into());
    add(questions::end::form(), Role::Officer, "/questions/asked/withdraw".into());
    add(knowledge::write::form(), Role::Officer, "/questions/asked/knowledge".into());
    add(knowledge::note::form(), Role::Officer, "/knowledge/learnt".into());
    let me = w.actor(Role::Coordinator);
    let adviser = format!("/accounts/{}/adviser", me.account_id);
    add(staff::advisers::form(), Role::Administrator, adviser);
    let office = format!("/organisations/{}", me.organisation_id);
    add(staff::organisation::form(), Role::Administrator, office.clone());
    add(staff::organisation::close_form(), Role::Administrator, format!("{office}/close"));
    add(staff::code_pages::form(), Role::Administrator, "/codes/area/east".into());
    add(staff::code_pages::new_form(), Role::Administrator, "/codes/area".into());
    add(emergencies::open::form(), Role::Coordinator, "/emergencies/new".into());
    add(emergencies::review::form(), Role::Officer, "/emergencies/glass".into());
    let about = &staff::setting_pages::known()[0];
    let form = staff::setting_pages::form(about);
    add(form, Role::Administrator, format!("/settings/{}", about.key));
}

/// The forms about requests, retention and the register, as the officer sends them.
fn keeping(folder: &str, add: &mut impl FnMut(Form, Role, String)) {
    let asked = "/disclosures/asked";
    add(disclosures::receive::form(), Role::Officer, format!("{folder}/disclosures"));
    add(disclosures::decide::form("stop"), Role::Officer, format!("{asked}/decide"));
    add(disclosures::extend::form(), Role::Officer, format!("{asked}/extend"));
    add(disclosures::extend::withdraw_form(), Role::Officer, format!("{asked}/withdraw"));
    add(disclosures::stop::end_form(), Role::Officer, format!("{asked}/resume"));
    add(disposals::index::form(), Role::Officer, "/disposals".into());
    add(disposals::confirm::form(), Role::Officer, "/disposals/going/confirm".into());
    add(disposals::withdraw::form(), Role::Officer, "/disposals/going/withdraw".into());
    add(residents::list::form(), Role::Officer, "/residents".into());
    add(residents::take::form("address"), Role::Officer, "/residents/differs/take".into());
    add(clients::light::form(), Role::Nurse, "/light-records".into());
}

/// A hidden address and a proposal to take the person over.
async fn living(w: &World) {
    let by = w.actor(Role::Officer);
    for sql in [
        "insert into emergencies (id, client_id, account_id, post_id, organisation_id, reason,
           words, opened_at, ends_at)
         select 'glass', c.id, p.account_id, p.id, p.organisation_id, 'transport', '', $1, $1
         from clients c join posts p on p.role = 'hospital' and p.id like '%-first' and $2 = $2
           and $3 = $3",
        "insert into questions (id, controller_id, client_id, organisation_id, asked_by, asked_at,
           asked_on, field, basis, title, text, due_on, answered_at)
         select 'asked', $3, c.id, a.organisation_id, $2, $1, '2026-11-01', 'medical', 'pseudonym',
           '', '', '2026-11-30', $1 from clients c join posts a on a.account_id = $2",
        "insert into knowledge_notes (id, controller_id, question_id, field, title, text,
           recorded_at, recorded_by)
         select 'learnt', $3, 'asked', 'medical', '', '', $1, a.id from accounts a
         where a.id <> $2 and a.id = 'account-nurse-first'",
        "insert into restrictions (id, client_id, kind, valid_from, recorded_at, recorded_by)
         select 'hid', id, 'address_hidden', '2026-11-01', $1, $2 from clients where $3 = $3",
        "insert into move_consents (id, client_id, given_by, given_on, method, categories,
           recorded_at, recorded_by)
         select 'agreed', id, '母', '2026-11-01', 'paper', '', $1, $2 from clients where $3 = $3",
        "insert into moves (id, client_id, consent_id, from_controller_id, to_controller_id,
           to_name, moves_on, note, sheet, recorded_at, recorded_by)
         select 'moving', id, 'agreed', $3, $3, '隣', '2026-11-10', '', '{}', $1, $2 from clients",
        "insert into data_requests (id, client_id, kind, asked_by, asked_as, checked, what,
           received_on, due_on, recorded_at, recorded_by)
         select 'asked', id, 'stop', '母', 'guardian', 'known', '止める', '2026-11-10',
           '2026-12-10', $1, $2 from clients where $3 = $3",
        "insert into use_stops (id, client_id, request_id, left_to, left_why, valid_from,
           recorded_at, recorded_by)
         select 'stop', id, 'asked', 'team', '', '2026-11-10', $1, $2 from clients where $3 = $3",
        "insert into register_differences (id, client_id, register_id, kind, happened_on, before,
           after, recorded_at, recorded_by)
         select 'differs', id, '1', 'address', '2026-11-10', '[]', '[[\"address\",\"新\"]]', $1, $2
         from clients where $3 = $3",
        "insert into applications (id, client_id, controller_id, programme, kind, applied_by,
           applied_on, starts_on, recorded_at, recorded_by)
         select 'wanted', id, $3, 'home_respite', 'new', '母', '2026-11-02', '2026-11-02', $1, $2
         from clients",
        "insert into applications (id, client_id, controller_id, programme, kind, applied_by,
           applied_on, starts_on, recorded_at, recorded_by)
         select 'before', id, $3, 'home_respite', 'new', '母', '2026-04-02', '2026-04-02', $1, $2
         from clients",
        "insert into assessments (id, application_id, proposal, reason, assessed_on, outcome,
           version_from, digest, facts, clauses, recorded_at, recorded_by)
         select 'checked', 'before', 'award', $3, '2026-04-02', 'eligible', '2025-04-01', '',
           '[]', '[]', $1, $2 from clients",
        "insert into decisions (id, client_id, controller_id, application_id, assessment_id,
           programme, kind, number, addressee, decided_on, valid_from, reason, notice, recorded_at,
           recorded_by)
         select 'granted', id, $3, 'before', 'checked', 'home_respite', 'award', '1', '母',
           '2026-04-02', '2026-04-02', '', '', $1, $2 from clients",
        "insert into grants (id, controller_id, programme, body, fiscal_year, applied_on,
           requested, recorded_at, recorded_by)
         values ('given', $3, 'home_respite', '団体', 2026, '2026-11-02', 1, $1, $2)",
        "insert into grant_steps (id, grant_id, kind, done_on, yen, recorded_at, recorded_by)
         select 'taken', 'given', 'refusal', '2026-11-02', 0, $1, $2 from clients where $3 = $3",
        "insert into ledger_entries (id, decision_id, kind, item, used_on, quantity, recorded_at,
           recorded_by)
         select 'held', 'granted', 'booking', 'visit', '2026-11-25', 120, $1, $2 from clients
         where $3 = $3",
        "insert into disposals (id, controller_id, reason, proposed_at, proposed_by)
         select 'going', $3, 'retention', $1, id from accounts
         where id = 'account-officer-second' and $2 = $2",
    ] {
        w.exec(sql, args![by.at, by.account_id, by.controller_id]).await;
    }
}

/// What the form itself says of the bad value, if it can tell without the database.
fn expected(w: &World, form: &Form, field: &Field, bad: &Entry) -> Option<String> {
    if matches!(field.kind, Kind::Record | Kind::Client | Kind::Password) {
        return None;
    }
    let problems = form.read(bad, &w.app.codes).err()?;
    problems.of(field.name).map(str::to_owned)
}

both! {
    async fn every_field_of_every_form_refuses_its_bad_value(w: World) {
        let folder = scene(&w).await;
        let all = forms(&w, &folder).await;
        let before = w.digest().await;
        let mut wrong = vec![];
        for Sent { form, role, path, asked } in all {
            let browser = w.as_(role).await;
            for field in &form.fields {
                let Some(bad) = bad_entry(field, &Entry::default()) else {
                    assert!(!field.required, "{}.{} has no bad value", form.id, field.name);
                    continue;
                };
                let mut fields: Vec<_> =
                    bad.0.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
                // The page of an account has several buttons; this one adds a post.
                fields.push(("_do", "post"));
                let answer = if asked {
                    browser.get(&format!("{path}?{}", crate::support::encode(&fields))).await
                } else {
                    browser.post(&path, &fields).await
                };
                let said = expected(&w, &form, field, &bad);
                if !(400..500).contains(&answer.status) {
                    wrong.push(format!("{}.{}: {} {path}", form.id, field.name, answer.status));
                } else if said.as_ref().is_some_and(|m| !answer.text.contains(m.as_str())) {
                    wrong.push(format!("{}.{}: does not say {said:?}", form.id, field.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(w.digest().await, before, "something was saved");
    }

    async fn no_form_is_forgotten(w: World) {
        let folder = scene(&w).await;
        let all = forms(&w, &folder).await;
        let known: BTreeSet<&str> =
            all.iter().map(|s| s.form.id).chain(ELSEWHERE.iter().map(|(id, _)| *id)).collect();
        let mut found = BTreeSet::new();
        ids::ids(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert!(found.len() > 25, "the search for forms finds too few: {found:?}");
        let forgotten: Vec<_> = found.iter().filter(|id| !known.contains(id.as_str())).collect();
        assert!(forgotten.is_empty(), "no bad value is sent to {forgotten:?}");
        let gone: Vec<_> = ELSEWHERE.iter().filter(|(id, _)| !found.contains(*id)).collect();
        assert!(gone.is_empty(), "excused, but no longer there: {gone:?}");
    }
}
