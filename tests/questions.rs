//! 助言を求める: the adviser is told no name, or sees what the family agreed to; answers are timed;
//! what was learned is kept without the person.

use kakehashi::access::Role;
use kakehashi::args;

use crate::support::{Browser, Person, Seat, World};

const ADVISER: &str = "account-hospital-first";

fn number(p: &Person) -> String {
    kana::ClientNumber::from_row(p.number).to_string()
}

/// A child of the coordinator's team, and a doctor who can be asked.
async fn scene(w: &World) -> Person {
    let child = w.person("水野", "はるか").await;
    let a = w.actor(Role::Coordinator);
    let sql = "insert into team_members (id, client_id, organisation_id, role, valid_from,
                 recorded_at, recorded_by) values ('m', $1, $2, 'other', '2026-04-01', $3, '')";
    w.exec(sql, args![child.id, a.organisation_id, a.at]).await;
    let form = [("field", "medical"), ("days", "3"), ("note", "小児科")];
    let path = format!("/accounts/{ADVISER}/adviser");
    w.as_(Role::Administrator).await.post(&path, &form).await.expect(303);
    child
}

const PLAIN: [(&str, &str); 3] =
    [("field", "medical"), ("title", "胃ろうの子の入浴"), ("text", "6歳。胃ろうを造って10日")];

async fn ask(w: &World, by: &Browser, child: &Person, more: &[(&str, &str)]) -> String {
    let path = format!("/clients/{}/questions/new", number(child));
    by.post(&path, &[&PLAIN, more].concat()).await.expect(303);
    let newest = "select id from questions order by asked_at desc, id desc limit 1";
    let (id,): (String,) = w.read(&w.system()).await.one(newest, args![]).await.unwrap();
    id
}

const HIDDEN: (&str, &str) = ("basis", "pseudonym");

fn agreed() -> Vec<(&'static str, &'static str)> {
    vec![
        ("basis", "consent"),
        ("adviser", ADVISER),
        ("categories", "identity"),
        ("categories", "care"),
        ("given_by", "母"),
        ("given_on", "2026-11-19"),
        ("shown_until", "2026-11-27"),
    ]
}

both! {
    async fn the_adviser_answers_without_learning_who_it_is(w: World) {
        let child = scene(&w).await;
        let desk = w.as_(Role::Coordinator).await;
        let id = ask(&w, &desk, &child, &[HIDDEN]).await;
        let path = format!("/questions/{id}");
        let doctor = w.as_(Role::Hospital).await;
        let first = doctor.get("/").await.expect(200).text;
        assert!(first.contains("胃ろうの子の入浴"), "on the first page: {first}");
        for page in ["/questions", path.as_str()] {
            let text = doctor.get(page).await.expect(200).text;
            assert!(text.contains("胃ろうの子の入浴"));
            // The day of birth as a person and as a program would write it; four digits alone also
            // stand in keys drawn by chance.
            let born = ["令和2年", "R2.", "2020年", "2020-04", "2020/4"];
            let who = ["水野", "はるか", "ヤマダ", &number(&child), &child.id];
            for personal in born.iter().chain(&who) {
                assert!(!text.contains(personal), "{page} says {personal}");
            }
        }
        let shown = desk.get(&path).await.expect(200).text;
        assert!(shown.contains("水野"), "whoever sees the person is told: a leak would be found");
        w.pass_minutes(90);
        // The screens have closed meanwhile.
        let (desk, doctor) = (w.as_(Role::Coordinator).await, w.as_(Role::Hospital).await);
        let answer = [("text", "創が乾いていれば、医師に確かめてから短い入浴を")];
        doctor.post(&format!("{path}/reply"), &answer).await.expect(303);
        let first = desk.get("/").await.expect(200).text;
        assert!(first.contains("答えが届いた"), "{first}");
        assert!(desk.get(&path).await.expect(200).text.contains("1時間30分で答えた"));
        desk.post(&format!("{path}/reply"), &[("text", "石けんは使えますか")]).await.expect(303);
        let again = doctor.get("/").await.expect(200).text;
        assert!(again.contains("追加の質問に答えを待つ"), "{again}");
        doctor.post(&format!("{path}/close"), &[]).await.expect(404);
        desk.post(&format!("{path}/close"), &[]).await.expect(303);
        doctor.post(&format!("{path}/reply"), &answer).await.expect(422);
        assert!(!doctor.get("/").await.expect(200).text.contains("胃ろうの子の入浴"));
        let report = "/reports/advice_response?from=2026-04-01&until=2027-03-31";
        let text = w.as_(Role::Officer).await.get(report).await.expect(200).text;
        assert!(text.contains("医療（医師）") && text.contains(">2.0<"), "{text}");
    }

    async fn nobody_else_reads_it(w: World) {
        let child = scene(&w).await;
        let desk = w.as_(Role::Coordinator).await;
        let id = ask(&w, &desk, &child, &[HIDDEN]).await;
        let path = format!("/questions/{id}");
        for (role, seat) in [
            (Role::Hospital, Seat::Second),
            (Role::Hospital, Seat::Abroad),
            (Role::Operator, Seat::First),
            (Role::Coordinator, Seat::Second),
            (Role::Officer, Seat::Abroad),
        ] {
            let other = w.sign_in(role, seat).await;
            other.get(&path).await.expect(404);
            other.post(&format!("{path}/reply"), &[("text", "x")]).await.expect(404);
            assert!(!other.get("/questions").await.expect(200).text.contains("胃ろうの子"));
        }
        let (advisers,): (String,) =
            w.read(&w.system()).await.one("select id from advisers", args![]).await.unwrap();
        let end = format!("/accounts/{ADVISER}/adviser/{advisers}/end");
        w.as_(Role::Administrator).await.post(&end, &[]).await.expect(303);
        w.as_(Role::Hospital).await.get(&path).await.expect(404);
    }

    async fn a_text_that_says_who_it_is_is_refused_in_every_direction(w: World) {
        let child = scene(&w).await;
        let desk = w.as_(Role::Coordinator).await;
        let path = format!("/clients/{}/questions/new", number(&child));
        for text in ["水野さんの入浴", "はるかさんが", "ﾔﾏﾀﾞ ﾊﾅｺ", number(&child).as_str()] {
            let form = [("field", "medical"), HIDDEN, ("title", "入浴"), ("text", text)];
            let said = desk.post(&path, &form).await.expect(422).text;
            assert!(said.contains("本人とわかる言葉"), "{text}: {said}");
        }
        let id = ask(&w, &desk, &child, &[HIDDEN]).await;
        let doctor = w.as_(Role::Hospital).await;
        let reply = format!("/questions/{id}/reply");
        doctor.post(&reply, &[("text", "水野はるかさんでしょうか")]).await.expect(422);
        doctor.post(&reply, &[("text", "医師に確かめて")]).await.expect(303);
        let note = [("title", "入浴"), ("text", "水野さんの例では")];
        doctor.post(&format!("/questions/{id}/knowledge"), &note).await.expect(422);
    }

    async fn with_consent_the_adviser_sees_those_parts_until_the_day_or_the_end(w: World) {
        let child = scene(&w).await;
        let desk = w.as_(Role::Coordinator).await;
        let doctor = w.as_(Role::Hospital).await;
        let folder = format!("/clients/{}", number(&child));
        doctor.get(&folder).await.expect(404);
        let path = format!("{folder}/questions/new");
        let without: Vec<_> = agreed().into_iter().filter(|(n, _)| *n != "given_by").collect();
        let said = desk.post(&path, &[&PLAIN[..], &without].concat()).await.expect(422).text;
        assert!(said.contains("同意した人を入力してください"));
        let id = ask(&w, &desk, &child, &agreed()).await;
        assert!(doctor.get(&folder).await.expect(200).text.contains("水野"));
        doctor.get(&format!("{folder}/parts/care")).await.expect(200);
        doctor.get(&format!("{folder}/parts/carer")).await.expect(404);
        w.sign_in(Role::Hospital, Seat::Second).await.get(&folder).await.expect(404);
        desk.post(&format!("/questions/{id}/withdraw"), &[("why", "同意の取り消し")]).await.expect(303);
        doctor.get(&folder).await.expect(404);
        ask(&w, &desk, &child, &agreed()).await;
        doctor.get(&folder).await.expect(200);
        w.set_clock("2026-11-26T15:00:00.000Z");
        w.as_(Role::Hospital).await.get(&folder).await.expect(404);
    }

    async fn knowledge_is_shared_once_a_second_person_has_read_it(w: World) {
        let child = scene(&w).await;
        let desk = w.as_(Role::Coordinator).await;
        let id = ask(&w, &desk, &child, &[HIDDEN]).await;
        let doctor = w.as_(Role::Hospital).await;
        let from = format!("/questions/{id}/knowledge");
        desk.get(&from).await.expect(404);
        let answer = [("text", "胃ろう造設後の入浴は、創が乾いてから")];
        doctor.post(&format!("/questions/{id}/reply"), &answer).await.expect(303);
        assert!(desk.get(&from).await.expect(200).text.contains("創が乾いてから"));
        let note = [("title", "胃ろうと入浴"), ("text", "創が乾いてから"), ("tags", "胃ろう、入浴")];
        let made = desk.post(&from, &note).await.expect(303).location().to_owned();
        let search = "/knowledge?q=%E3%81%84%E3%82%8D%E3%81%86";
        let officer = w.as_(Role::Officer).await;
        assert!(officer.get(search).await.expect(200).text.contains("0件"));
        let share = [("result", "share")];
        let own = desk.post(&made, &share).await.expect(422).text;
        assert!(own.contains("ほかの人が確かめます"));
        officer.post(&made, &[("result", "rewrite")]).await.expect(422);
        officer.post(&made, &share).await.expect(303);
        let found = w.as_(Role::Operator).await.get("/knowledge?q=%E5%85%A5%E6%B5%B4").await;
        assert!(found.expect(200).text.contains("胃ろうと入浴"));
        w.sign_in(Role::Officer, Seat::Abroad).await.get(&made).await.expect(404);
        // The second look is held against the folder of its day.
        let again = desk.post(&from, &note).await.expect(303).location().to_owned();
        w.exec("update client_names set family = '胃ろう'", args![]).await;
        let said = officer.post(&again, &share).await.expect(422).text;
        assert!(said.contains("本人とわかる言葉"), "{said}");
    }
}
