//! The pages: who sees which award and which entries, what the bars and refusals say.

use kakehashi::access::Role;
use kakehashi::args;

use super::stage::{Desk, in_city, number, visit};
use crate::support::{Person, Seat, World};

/// The station supports the child, and the family agrees that it reads these.
async fn supports(w: &World, child: &Person, seat: Seat, categories: &[&str]) {
    let a = w.seated(Role::Operator, seat);
    let id = format!("{} {}", child.id, a.organisation_id);
    w.exec(
        "insert into team_members (id, client_id, organisation_id, account_id, role, valid_from,
           recorded_at, recorded_by) values ($1, $2, $3, $4, 'other', '2026-05-01', $5, $4)",
        args![id, child.id, a.organisation_id, a.account_id, a.at],
    )
    .await;
    w.exec(
        "insert into consents (id, client_id, purpose, recipient_id, valid_from, given_by, given_on,
           recorded_at, recorded_by)
         values ($1, $2, 'support', $3, '2026-05-01', '母', '2026-05-01', $4, $5)",
        args![id, child.id, a.organisation_id, a.at, a.account_id],
    )
    .await;
    for category in categories {
        w.exec(
            "insert into consent_categories (consent_id, category) values ($1, $2)",
            args![id, *category],
        )
        .await;
    }
}

pub async fn with_station(w: &World, desk: &Desk, seat: Seat) {
    supports(w, &desk.child, seat, &["identity", "plan"]).await;
}

both! {
    async fn an_officer_books_records_and_takes_back(w: World) {
        let (w, _city) = in_city(&w);
        let desk = Desk::open(&w, "home_respite").await;
        let station = w.actor(Role::Operator).organisation_id;
        w.contract("home_respite", &station).await;
        let officer = w.as_(Role::Officer).await;
        let folder = format!("/clients/{}/ledger", number(&desk.child));
        let at = |what: &str| format!("{folder}/{}/{what}", desk.award);
        let hours = [
            ("item", "visit"),
            ("on", "2026-11-20"),
            ("from", "13:00"),
            ("to", "15:30"),
            ("venue", "home"),
            ("by", "nurse"),
            ("purpose", "rest"),
            ("organisation", station.as_str()),
        ];
        let form = officer.get(&at("book")).await.expect(200);
        assert!(form.text.contains("訪問看護ステーション一") && form.text.contains("看護師"));
        officer.post(&at("book"), &hours).await.expect(303);
        let page = officer.get(&folder).await.expect(200);
        assert!(page.text.contains("残り <b>285時間30分</b>"), "{}", page.text);
        assert!(page.text.contains("予約 2時間30分") && page.text.contains("18,750円"));
        let booking = page.text.split("?booking=").nth(1).unwrap().split('"').next().unwrap();
        let from = officer.get(&format!("{}?booking={booking}", at("use"))).await.expect(200);
        assert!(from.text.contains("value=\"13:00\""), "{}", from.text);
        let used = [&hours[..], &[("booking", booking)]].concat();
        officer.post(&at("use"), &used).await.expect(303);
        let page = officer.get(&folder).await.expect(200);
        assert!(page.text.contains("使用 2時間30分") && page.text.contains("実績になった予約"));
        let entry = page.text.split("/reverse\"").next().unwrap().rsplit('/').next().unwrap();
        let back = format!("{folder}/{entry}/reverse");
        officer.get(&back).await.expect(200);
        officer.post(&back, &[]).await.expect(422);
        officer.post(&back, &[("reason", "取りちがえ")]).await.expect(303);
        let page = officer.get(&folder).await.expect(200);
        assert!(page.text.contains("残り <b>288時間</b>") && page.text.contains("取りちがえ"));
        let short = [("item", "visit"), ("on", "2026-11-20"), ("quantity", "90")];
        let said = officer.post(&at("use"), &short).await.expect(422);
        assert!(said.text.contains("1回は2時間以上です"), "{}", said.text);
    }

    async fn the_refusal_shows_the_clause_under_the_form(w: World) {
        let (w, _city) = in_city(&w);
        let desk = Desk::open(&w, "trial").await;
        desk.record(&visit("2026-11-02", "9:00", "15:00")).await.unwrap();
        let officer = w.as_(Role::Officer).await;
        let path = format!("/clients/{}/ledger/{}/book", number(&desk.child), desk.award);
        let said = officer.post(&path, &visit("2026-11-21", "9:00", "14:00")).await.expect(422);
        for words in ["月10時間までを超えます（残り4時間、今回5時間）", "試しの要綱　第3条第1項"] {
            assert!(said.text.contains(words), "{words}: {}", said.text);
        }
        assert!(said.text.contains("value=\"14:00\""), "what was typed stays");
    }

    async fn a_body_sees_awards_under_contract_and_its_own_entries(w: World) {
        let (w, _city) = in_city(&w);
        let desk = Desk::open(&w, "trial").await;
        let station = w.actor(Role::Operator).organisation_id;
        let other = w.seated(Role::Operator, Seat::Second).organisation_id;
        w.contract("trial", &other).await;
        let body = w.as_(Role::Operator).await;
        let folder = format!("/clients/{}/ledger", number(&desk.child));
        let book = format!("{folder}/{}/book", desk.award);
        body.get(&folder).await.expect(404);
        with_station(&w, &desk, Seat::First).await;
        let none = body.get(&folder).await.expect(200);
        assert!(!none.text.contains("試しの事業"), "without a contract");
        body.get(&book).await.expect(404);
        w.contract("trial", &station).await;
        let theirs = [("organisation", other.as_str()), ("note", "よその訪問")];
        let theirs = [visit("2026-11-02", "9:00", "15:00"), theirs.to_vec()].concat();
        desk.record(&theirs).await.unwrap();
        let mine = [("organisation", other.as_str()), ("note", "うちの訪問")];
        let mine = [visit("2026-11-21", "9:00", "11:00"), mine.to_vec()].concat();
        body.post(&book, &mine).await.expect(303);
        let given = "select count(*) from ledger_entries where note = 'うちの訪問'
                     and organisation_id = $1";
        assert_eq!(w.count(given, args![station]).await, 1, "a body enters only its own");
        let page = body.get(&folder).await.expect(200).text;
        assert!(page.contains("うちの訪問") && !page.contains("よその訪問"), "{page}");
        assert!(page.contains("残り <b>2時間</b>"), "the balance is everybody's: {page}");
        let entry = w.read(&w.system()).await.one::<(String,)>(
            "select id from ledger_entries where note = 'よその訪問'", args![]).await.unwrap().0;
        body.get(&format!("{folder}/{entry}/reverse")).await.expect(404);
        body.post(&format!("{folder}/{entry}/reverse"), &[("reason", "x")]).await.expect(404);
        w.exec("update programme_bodies set valid_until = '2026-11-20'", &[]).await;
        let kept = body.get(&folder).await.expect(200).text;
        assert!(kept.contains("うちの訪問"), "what it gave it may still read");
        let late = body.post(&book, &visit("2026-11-22", "9:00", "10:00")).await.expect(422);
        assert!(late.text.contains("契約がありません"), "{}", late.text);
    }

    async fn others_find_nothing(w: World) {
        let (w, _city) = in_city(&w);
        let desk = Desk::open(&w, "trial").await;
        let entry = desk.record(&visit("2026-11-02", "9:00", "10:00")).await.unwrap();
        w.contract("trial", &w.actor(Role::Operator).organisation_id).await;
        supports(&w, &desk.child, Seat::First, &["identity", "care", "consultation"]).await;
        let folder = format!("/clients/{}/ledger", number(&desk.child));
        let book = format!("{folder}/{}/book", desk.award);
        let back = format!("{folder}/{entry}/reverse");
        let body = w.as_(Role::Operator).await;
        assert!(!body.get(&folder).await.expect(200).text.contains("試しの事業"), "no consent");
        let abroad = w.sign_in(Role::Officer, Seat::Abroad).await;
        let coordinator = w.as_(Role::Coordinator).await;
        let school = w.as_(Role::School).await;
        for someone in [&body, &abroad, &coordinator, &school] {
            someone.get(&book).await.expect(404);
            someone.post(&book, &visit("2026-11-21", "9:00", "10:00")).await.expect(404);
            someone.post(&back, &[("reason", "x")]).await.expect(404);
        }
        let stranger = w.person("川上", "なつ").await;
        let wrong = format!("/clients/{}/ledger/{}/book", number(&stranger), desk.award);
        let officer = w.as_(Role::Officer).await;
        officer.get(&wrong).await.expect(404);
        officer.get(&book).await.expect(200);
        assert_eq!(w.count("select count(*) from ledger_entries", &[]).await, 1);
    }

    async fn a_body_takes_its_booking_back_in_time(w: World) {
        let (w, _city) = in_city(&w);
        let desk = Desk::open(&w, "trial").await;
        let station = w.actor(Role::Operator).organisation_id;
        w.contract("trial", &station).await;
        with_station(&w, &desk, Seat::First).await;
        let of = vec![("organisation", station.as_str())];
        let own = |on| [visit(on, "9:00", "10:00"), of.clone()].concat();
        let first = desk.book(&own("2026-11-21")).await.unwrap();
        let second = desk.book(&own("2026-11-22")).await.unwrap();
        let folder = format!("/clients/{}/ledger", number(&desk.child));
        let why = [("reason", "体調不良")];
        w.set_clock("2026-11-22T01:00:00.000Z");
        let body = w.as_(Role::Operator).await;
        let late = body.post(&format!("{folder}/{first}/reverse"), &why).await.expect(422);
        assert!(late.text.contains("令和8年11月21日まででした"), "{}", late.text);
        body.post(&format!("{folder}/{second}/reverse"), &why).await.expect(303);
        let officer = w.as_(Role::Officer).await;
        officer.post(&format!("{folder}/{first}/reverse"), &why).await.expect(303);
        assert_eq!(desk.balance("month", "2026-11-01").await, (0, 0));
    }

    async fn a_page_that_is_opened_lets_a_hold_run_out(w: World) {
        let (w, _city) = in_city(&w);
        let desk = Desk::open(&w, "trial").await;
        desk.book(&visit("2026-11-21", "9:00", "15:00")).await.unwrap();
        w.set_clock("2027-01-21T01:00:00.000Z");
        let officer = w.as_(Role::Officer).await;
        let folder = format!("/clients/{}/ledger", number(&desk.child));
        let page = officer.get(&folder).await.expect(200).text;
        assert!(page.contains("取り消した予約") && page.contains("期限が過ぎました"), "{page}");
        assert_eq!(desk.balance("year", "2026-04-01").await, (0, 0));
        officer.get(&folder).await.expect(200);
        let told = "select count(*) from audit_events where verb = 'expire'";
        assert_eq!(w.count(told, &[]).await, 1);
    }

    async fn the_office_sees_whose_hours_run_out_and_the_family_its_own(w: World) {
        let (w, _city) = in_city(&w);
        let desk = Desk::open(&w, "trial").await;
        let other = Desk::open(&w, "trial").await;
        desk.record(&visit("2026-11-02", "9:00", "15:00")).await.unwrap();
        desk.record(&visit("2026-11-03", "9:00", "10:30")).await.unwrap();
        other.record(&visit("2026-11-03", "9:00", "10:00")).await.unwrap();
        let officer = w.as_(Role::Officer).await;
        let page = officer.get("/ledger").await.expect(200).text;
        assert!(page.contains("決定 2件・2人") && page.contains("8割に達した人　0人"), "{page}");
        assert!(page.contains("20時間") && page.contains("8時間30分"), "{page}");
        desk.book(&visit("2026-11-20", "9:00", "9:30")).await.unwrap();
        let page = officer.get("/ledger").await.expect(200).text;
        assert!(page.contains("8割に達した人　1人") && page.contains("残り <b>2時間</b>"), "{page}");
        let abroad = w.sign_in(Role::Officer, Seat::Abroad).await;
        assert!(!abroad.get("/ledger").await.expect(200).text.contains("試しの事業"));
        let family = w.actor(Role::Family);
        w.exec(
            "insert into family_links (id, account_id, client_id, relation, valid_from, recorded_at,
               recorded_by) values ('own', $1, $2, 'mother', '2026-05-01', $3, $1)",
            args![family.account_id, desk.child.id, family.at],
        )
        .await;
        let mine = w.as_(Role::Family).await.get("/mine/ledger").await.expect(200).text;
        assert!(mine.contains("残り <b>2時間</b>") && mine.contains("試しの事業"), "{mine}");
        assert_eq!(mine.matches("<ruby>").count(), 1);
        let seen = "select count(*) from audit_events where verb = 'view' and noun = 'ledger'
                    and account_id = $1 and client_id = $2";
        assert_eq!(w.count(seen, args![family.account_id, desk.child.id]).await, 1);
    }
}
