//! Every table about a person is listed, merged, disclosed and disposed of.

pub mod fill;

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::audit::Event;
use kakehashi::records::disclose::disclose;
use kakehashi::records::held::held;
use kakehashi::records::moving::move_all;
use kakehashi::records::tables;
use kakehashi::store::schema::{self, Column, Holds, Table};

use crate::support::{Seat, World};
use fill::fill;

both! {
    async fn every_table_about_a_person_is_listed(w: World) {
        let all = schema::schema(&mut w.read(&w.system()).await).await.unwrap();
        let found = tables::differences(&all);
        assert!(found.is_empty(), "\n{}", found.join("\n"));
    }

    async fn a_new_table_is_found_with_what_to_write(w: World) {
        let mut all = schema::schema(&mut w.read(&w.system()).await).await.unwrap();
        let column = |name: &str| Column { name: name.into(), holds: Holds::Text };
        all.push(Table {
            name: "wishes".into(),
            columns: vec![column("id"), column("client_id"), column("wish")],
            references: vec![("client_id".into(), "clients".into())],
            ..Table::default()
        });
        all.push(Table {
            name: "note_photos".into(),
            columns: vec![column("id"), column("note_id")],
            references: vec![("note_id".into(), "case_notes".into())],
            ..Table::default()
        });
        let found = tables::differences(&all);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("name = \"wishes\"") && found[0].contains("wish = \"…\""));
        assert!(found[1].contains("parent = \"case_notes\"\nby = \"note_id\""));
    }

    async fn disclosure_lists_every_table_that_holds_a_row(w: World) {
        let (person, other) = (w.person("水野", "はる").await, w.person("川上", "別人").await);
        fill(&w, &person).await;
        let number = kana::ClientNumber::from_row(person.number).to_string();
        let shown = disclose(&w.app, &w.actor(Role::Officer), &number).await.unwrap();
        let shown_tables: Vec<_> = shown.sections.iter().map(|s| s.table.as_str()).collect();
        let listed: Vec<_> = tables::all().iter().map(|t| t.name.as_str()).collect();
        assert_eq!(shown_tables, listed);
        let text = shown.text();
        assert!(text.contains("相談した人の名前：【inquirer_name-"), "{text}");
        assert!(!text.contains("別人"), "somebody else's record");
        let answers = shown.sections.iter().flat_map(|s| s.rows.iter().flatten());
        assert!(answers.filter(|a| a.third).count() > 20);
        let made = "select count(*) from audit_events where noun = 'disclosure'";
        let made = w.count(made, &[]).await;
        assert_eq!(made, 1);
        let abroad = w.seated(Role::Officer, Seat::Abroad);
        let theirs = held(&mut w.read(&abroad).await, &person.id).await.unwrap();
        assert!(theirs.is_empty(), "another ward's staff");
        let mine = held(&mut w.read(&w.actor(Role::Officer)).await, &person.id).await.unwrap();
        assert_eq!(mine.len(), listed.len(), "negative control");
        let unseen = kana::ClientNumber::from_row(other.number).to_string();
        assert!(disclose(&w.app, &w.actor(Role::Operator), &unseen).await.is_err());
    }

    async fn what_is_stored_as_a_code_is_disclosed_in_words(w: World) {
        let person = w.person("水野", "はる").await;
        let codes = &w.app.codes;
        for (table, column, raw, words) in [
            ("client_parts", "part", "birth", "出生"),
            ("data_requests", "part", "residence", "住まい"),
            ("consent_categories", "category", "care", codes.label("shown_category", "care")),
            ("care_score_rows", "code", "suction", "吸引"),
            ("care_score_rows", "watch", "mid", "中"),
            ("follow_ups", "source", "case_note", "支援経過"),
            ("audit_events", "verb", "enrol", "登録した"),
            ("audit_events", "noun", "client_births", "出生"),
            ("audit_events", "role", "officer", "区の担当職員"),
            ("merge_changes", "table_name", "client_names", "氏名"),
        ] {
            let said = tables::find(table).unwrap().value(column, raw, codes).unwrap_or_default();
            assert!(said.contains(words) && said != raw, "{table} {column}: {said} not {words}");
        }
        let listed = tables::find("audit_events").unwrap();
        let fields = listed.value("fields", "born_on,sex,no_such", codes).unwrap();
        assert!(fields.starts_with("生年月日、性別、"), "{fields}");
        assert!(fields.ends_with("no_such"), "a name without words is not lost: {fields}");
        let number = kana::ClientNumber::from_row(person.number).to_string();
        let text = disclose(&w.app, &w.actor(Role::Officer), &number).await.unwrap().text();
        assert!(text.contains("したこと：登録した"), "{text}");
        assert!(!text.contains("：enrol\n"), "{text}");
    }

    async fn a_move_keeps_every_row_chain_and_report_and_goes_on_after_an_interruption(w: World) {
        let person = w.person("水野", "はる").await;
        fill(&w, &person).await;
        let to = w.across().await;
        // Interrupted midway: what is there stays, and nothing says that it is finished.
        let mut left = 20;
        let stopped = move_all(&w.app, &to.app, |_, _| {
            left -= 1;
            left > 0
        });
        assert!(stopped.await.is_err());
        let open = "select count(*) from copied_from where finished_at is null";
        assert_eq!(to.count(open, &[]).await, 1);
        let done = move_all(&w.app, &to.app, |_, _| true).await.unwrap();
        assert_eq!(done.differences, Vec::<String>::new());
        assert!(done.reports > 5 && done.events > 1 && done.tables.len() > 40, "{done:?}");
        assert_eq!(to.count(open, &[]).await, 0);
        // Negative control: one value changed is found, and one person more in the source too.
        let mut tx = to.write(&to.system()).await;
        let change = "update client_names set given = '別' where client_id = $1";
        tx.exec(change, args![person.id]).await.unwrap();
        tx.record(Event::new("prepare", "world", "")).await.unwrap();
        tx.commit().await.unwrap();
        let found = move_all(&w.app, &to.app, |_, _| true).await.unwrap().differences;
        assert!(found.iter().any(|d| d.starts_with("client_names")), "{found:?}");
        w.person("川上", "なつ").await;
        assert!(move_all(&w.app, &to.app, |_, _| true).await.is_err());
        to.done().await;
    }

    async fn a_target_with_other_data_is_refused_untouched(w: World) {
        let to = w.another().await;
        let before = to.digest().await;
        assert!(move_all(&w.app, &to.app, |_, _| true).await.is_err());
        assert_eq!(to.digest().await, before);
        to.done().await;
    }
}
