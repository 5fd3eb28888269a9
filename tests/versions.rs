//! 版の見比べ: two people correct the same thing at the same time. Both versions stand side by side,
//! and one save keeps what each of them knew.

use kakehashi::access::Role;
use kakehashi::args;

use crate::life::child;
use crate::support::{Browser, World};

async fn one(w: &World, sql: &'static str) -> String {
    w.read(&w.system()).await.one::<(String,)>(sql, args![]).await.unwrap().0
}

/// The value of a hidden field of the page.
fn hidden(page: &str, name: &str) -> String {
    let after = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
    after.unwrap_or_else(|| panic!("no {name}: {page}")).split('"').next().unwrap().to_owned()
}

/// Which of the two is marked for a field: mine, theirs, or nothing.
fn marked(page: &str, field: &str, side: &str) -> bool {
    page.contains(&format!("name=\"_pick_{field}\" value=\"{side}\" checked"))
}

async fn open(b: &Browser, path: &str) -> String {
    b.get(path).await.expect(200).text
}

both! {
    async fn a_row_of_the_folder_keeps_what_both_knew(w: World) {
        let c = child(&w).await;
        let (a, b) = (w.as_(Role::Officer).await, w.as_(Role::Coordinator).await);
        let care = format!("/clients/{}/parts/care", c.number);
        let first = [("kind", "ventilator"), ("times_a_day", "3"), ("settings", "夜だけ")];
        a.post(&format!("{care}/new"), &first).await.expect(303);
        let row = one(&w, "select id from client_cares").await;
        let path = format!("{care}/{row}/correct");
        let version = hidden(&open(&b, &path).await, "_version");
        let theirs = [
            ("kind", "ventilator"),
            ("times_a_day", "5"),
            ("settings", "一日じゅう"),
            ("why", "家族から聞いた"),
            ("_version", version.as_str()),
        ];
        a.post(&path, &theirs).await.expect(303);
        let mine = [
            ("kind", "ventilator"),
            ("times_a_day", "3"),
            ("settings", "夜と昼寝"),
            ("night", "1"),
            ("why", "病院から聞いた"),
            ("_version", version.as_str()),
        ];
        let page = b.post(&path, &mine).await.expect(409).text;
        for said in ["夜だけ", "一日じゅう", "夜と昼寝", "病院から聞いた"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert!(marked(&page, "times_a_day", "theirs") && marked(&page, "night", "mine"), "{page}");
        assert!(!marked(&page, "settings", "theirs") && !marked(&page, "settings", "mine"));
        let now = one(&w, "select id from client_cares where voided_at is null").await;
        let (path, base) = (format!("{care}/{now}/correct"), hidden(&page, "_base"));
        let version = hidden(&page, "_version");
        let mut chosen = mine.to_vec();
        chosen.retain(|(n, _)| *n != "_version");
        chosen.extend([
            ("_version", version.as_str()),
            ("_base", base.as_str()),
            ("_pick_times_a_day", "theirs"),
            ("_pick_night", "mine"),
            ("_both_settings", "1"),
        ]);
        let asked = b.post(&path, &chosen).await.expect(422).text;
        assert!(asked.contains("どちらを残すか選んでください"), "{asked}");
        assert!(marked(&asked, "times_a_day", "theirs") && asked.contains("夜と昼寝"));
        chosen.push(("_pick_settings", "mine"));
        b.post(&path, &chosen).await.expect(303);
        let sql = "select count(*) from client_cares where voided_at is null and times_a_day = 5
                   and night = 1 and settings = '夜と昼寝'";
        assert_eq!(w.count(sql, &[]).await, 1);
    }

    async fn a_consultation_keeps_what_both_knew(w: World) {
        let c = child(&w).await;
        let (a, b) = (w.as_(Role::Coordinator).await, w.as_(Role::Officer).await);
        let number = c.number.to_string();
        let call = [
            ("scope", "individual"),
            ("client", number.as_str()),
            ("inquirer_kind", "family"),
            ("channel", "phone"),
            ("text", "夜のこと"),
            ("answer", ""),
            ("occurred_at", "2026-11-20 9:00"),
        ];
        a.post("/consultations/new", &call).await.expect(303);
        let id = one(&w, "select id from consultations").await;
        let path = format!("/consultations/{id}/correct");
        let with = |extra: &[(&'static str, &'static str)]| {
            let mut all = call.to_vec();
            all.retain(|(n, _)| !extra.iter().any(|(e, _)| e == n));
            all.extend(extra);
            all
        };
        let theirs = with(&[("answer", "訪問看護を案内した"), ("why", "書きもらし")]);
        a.post(&path, &theirs).await.expect(303);
        let mine = with(&[("text", "夜と朝のこと"), ("why", "聞きちがい")]);
        let page = b.post(&path, &mine).await.expect(422).text;
        assert!(page.contains("訪問看護を案内した") && page.contains("夜と朝のこと"), "{page}");
        assert!(marked(&page, "answer", "theirs") && marked(&page, "text", "mine"), "{page}");
        let now = one(&w, "select id from consultations where voided_at is null").await;
        let mut chosen = mine.clone();
        chosen.extend([("_base", id.as_str()), ("_pick_answer", "theirs"), ("_pick_text", "mine")]);
        b.post(&format!("/consultations/{now}/correct"), &chosen).await.expect(303);
        let sql = "select count(*) from consultations where voided_at is null
                   and text = '夜と朝のこと' and answer = '訪問看護を案内した'";
        assert_eq!(w.count(sql, &[]).await, 1);
    }

    async fn a_case_note_keeps_what_both_knew(w: World) {
        let c = child(&w).await;
        let (a, b) = (w.as_(Role::Coordinator).await, w.as_(Role::Officer).await);
        let note = |text: &'static str, agreed: &'static str| {
            vec![
                ("kind", "call"),
                ("text", text),
                ("agreed", agreed),
                ("occurred_at", "2026-11-20 9:30"),
                ("why", "書きもらし"),
            ]
        };
        let new = format!("/clients/{}/notes/new", c.number);
        a.post(&new, &note("電話した", "")).await.expect(303);
        let id = one(&w, "select id from case_notes").await;
        let path = format!("/case-notes/{id}/correct");
        a.post(&path, &note("電話した", "来週また話す")).await.expect(303);
        let mine = note("母に電話した", "");
        let page = b.post(&path, &mine).await.expect(422).text;
        assert!(marked(&page, "agreed", "theirs") && marked(&page, "text", "mine"), "{page}");
        let now = one(&w, "select id from case_notes where voided_at is null").await;
        let mut chosen = mine.clone();
        chosen.extend([("_base", id.as_str()), ("_pick_agreed", "theirs"), ("_pick_text", "mine")]);
        b.post(&format!("/case-notes/{now}/correct"), &chosen).await.expect(303);
        let sql = "select count(*) from case_notes where voided_at is null
                   and text = '母に電話した' and agreed = '来週また話す'";
        assert_eq!(w.count(sql, &[]).await, 1);
    }
}
