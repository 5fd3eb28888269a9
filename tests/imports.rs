//! Files as wards have them: the dry run, the repair, one transaction, the undo, and who may.

use kakehashi::access::{Actor, Role};
use kakehashi::args;
use kakehashi::clients;
use kakehashi::imports::{self, Layout, Target};
use kana::ClientNumber;
use sheets::Encoding;

use crate::support::{Seat, World};

mod files;
mod large;
pub mod steps;

use files::{csv, csv_as, hostile, sample, workbook};
use steps::{dry_run, kept, people, post};

/// The layout that makes this kind of record.
fn layout(w: &World, target: Target) -> Layout {
    imports::layouts(&w.app).unwrap().into_iter().find(|l| l.target == target).unwrap()
}

fn consultations(w: &World) -> Layout {
    layout(w, Target::Consultation)
}

fn number_of(running: i64) -> String {
    ClientNumber::from_row(running).to_string()
}

both! {
    async fn every_column_of_every_layout_refuses_its_bad_cell(w: World) {
        let b = w.as_(Role::Officer).await;
        for layout in imports::layouts(&w.app).unwrap() {
            for column in &layout.columns {
                let good = sample(&layout, &[]);
                let bad = sample(&layout, &[(&column.key, &column.bad)]);
                let records = people(&w).await + kept(&w).await;
                let file = csv(&layout, &[good, bad]);
                let (path, page) = dry_run(&b, &layout, "a.csv", &file).await;
                let what = format!("{} {}", layout.id, column.key);
                assert!(page.text.contains(&escaped(&column.message)), "{what}: {}", page.text);
                let place = format!("3行目{}列", letter(&layout, &column.key));
                assert!(page.text.contains(&place), "{what}: {place}");
                let before = w.digest().await;
                let answer = b.post(&format!("{path}/save"), &[]).await.expect(422);
                assert!(answer.text.contains("問題のある行が1行"), "{what}");
                assert_eq!(w.digest().await, before, "{what}");
                assert_eq!(people(&w).await + kept(&w).await, records, "{what}");
            }
        }
    }

    #[ignore = "a measurement: cargo test -- --ignored --nocapture twenty_thousand"]
    async fn twenty_thousand_consultations(w: World) {
        let (b, layout) = (w.as_(Role::Officer).await, consultations(&w));
        let person = w.person("青葉", "みなと").await;
        let number = number_of(person.number);
        let named = sample(&layout, &[("client", &number)]);
        let rows: Vec<_> = (0..20_000)
            .map(|n| if n % 50 == 0 { named.clone() } else { sample(&layout, &[]) })
            .collect();
        let started = std::time::Instant::now();
        let mut laps = vec![];
        let (path, _) = dry_run(&b, &layout, "a.csv", &csv(&layout, &rows)).await;
        laps.push(started.elapsed());
        post(&b, &path, "save", &[]).await;
        laps.push(started.elapsed());
        post(&b, &path, "undo", &[]).await;
        laps.push(started.elapsed());
        println!("checked, saved, undone after {laps:?}");
        assert_eq!(w.count("select count(*) from consultations", args![]).await, 20_000);
    }

    async fn a_good_file_is_saved_shown_and_forgotten_by_the_batch(w: World) {
        let (b, layout) = (w.as_(Role::Coordinator).await, consultations(&w));
        let person = w.person("青葉", "みなと").await;
        w.exec(
            "insert into team_members (id, client_id, organisation_id, role, valid_from,
               recorded_at, recorded_by) values ('t', $1, $2, 'centre', '2026-01-01', '', '')",
            args![person.id, b.actor.organisation_id],
        ).await;
        let whom = [("client_name", "青葉 みなと"), ("client_born_on", "R2.4.1")];
        let named = sample(&layout, &whom);
        let rows = [sample(&layout, &[]), named, sample(&layout, &[("scope", "地域支援")])];
        let (path, page) = dry_run(&b, &layout, "相談.csv", &csv(&layout, &rows)).await;
        assert!(page.text.contains("問題は見つかりませんでした"), "{}", page.text);
        assert_eq!(kept(&w).await, 0, "a dry run keeps no record");
        let page = post(&b, &path, "save", &[]).await;
        assert!(page.text.contains("3件を登録しました"), "{}", page.text);
        let of = |standing: &'static str| {
            let w = w.clone();
            async move {
                let sql = "select count(*) from consultations where standing = $1
                   and occurred_at = '2024-04-01T01:30:00.000Z' and region = 'ku' and minutes = 30";
                w.count(sql, args![standing]).await
            }
        };
        assert_eq!([of("anonymous").await, of("named").await, of("nobody").await], [1, 1, 1]);
        let sql = "select count(*) from consultations where client_id = $1";
        assert_eq!(w.count(sql, args![person.id]).await, 1);
        assert_eq!(w.count("select count(*) from consultation_topics", args![]).await, 6);
        let words = "select count(*) from import_rows where cells <> '' or problems <> ''";
        assert_eq!(w.count(words, args![]).await, 0, "the file's words do not lie about");
    }

    async fn a_row_may_only_name_whom_its_reader_may_see(w: World) {
        let (b, layout) = (w.as_(Role::Coordinator).await, consultations(&w));
        let person = w.person("秘密田", "みなと").await;
        for cells in [
            vec![("client_name", "秘密田みなと"), ("client_born_on", "令和2年4月1日")],
            vec![("client", "M-00019")],
        ] {
            let cells: Vec<_> = cells.into_iter().map(|(k, t)| {
                (k, if k == "client" { number_of(person.number) } else { t.to_owned() })
            }).collect();
            let cells: Vec<(&str, &str)> = cells.iter().map(|(k, t)| (*k, t.as_str())).collect();
            let rows = [sample(&layout, &cells)];
            let (_, page) = dry_run(&b, &layout, "a.csv", &csv(&layout, &rows)).await;
            assert!(page.text.contains("見つかりません"), "{}", page.text);
        }
    }

    async fn a_registry_file_becomes_folders_and_undo_takes_them_back(w: World) {
        let (b, layout) = (w.as_(Role::Officer).await, layout(&w, Target::Client));
        let unborn =
            [("name", "若葉"), ("kana", "わかば"), ("born_on", ""), ("expected_on", "R9.1.20")];
        let file = csv(&layout, &[sample(&layout, &[]), sample(&layout, &unborn)]);
        let (path, page) = dry_run(&b, &layout, "台帳.csv", &file).await;
        assert!(page.text.contains("問題は見つかりませんでした"), "{}", page.text);
        assert_eq!(w.count("select count(*) from clients", args![]).await, 0);
        let page = post(&b, &path, "save", &[]).await;
        assert!(page.text.contains("2人を登録しました"), "{}", page.text);
        for (table, rows) in [("client_cares", 6), ("client_certificates", 4), ("client_carers", 2),
            ("client_diagnoses", 2), ("client_physicians", 2), ("client_enrolments", 2)] {
            let sql = format!("select count(*) from {table}");
            assert_eq!(w.count(&sql, args![]).await, rows, "{table}");
        }
        let first = number_of(1);
        let see = async || clients::see(&mut w.read(&b.actor).await, &first).await.map(|s| s.name);
        assert_eq!(see().await.unwrap(), "青空 みなと");
        let (_, again) = dry_run(&b, &layout, "台帳2.csv", &file).await;
        assert!(again.text.contains(&format!("すでに台帳にいます（{first}）")), "{}", again.text);
        let page = post(&b, &path, "undo", &[]).await;
        assert!(page.text.contains("取り消し済み"), "{}", page.text);
        assert!(see().await.is_err());
        for table in ["client_names", "client_cares", "team_members"] {
            let sql = format!("select count(*) from {table} where voided_at is null");
            assert_eq!(w.count(&sql, args![]).await, 0, "{table}");
        }
        assert_eq!(w.count("select count(*) from client_search", args![]).await, 0);
        let open = concat!("select count(*) from clients c where ", kakehashi::not_closed!("c.id"));
        assert_eq!(w.count(open, args![]).await, 0);
        let (path, _) = dry_run(&b, &layout, "台帳3.csv", &file).await;
        let page = post(&b, &path, "save", &[]).await;
        assert!(page.text.contains("2人を登録しました"), "{}", page.text);
    }

    async fn a_person_somebody_works_with_is_not_taken_back(w: World) {
        let b = w.as_(Role::Officer).await;
        let (layout, desk) = (layout(&w, Target::Client), consultations(&w));
        let file = csv(&layout, &[sample(&layout, &[])]);
        let (path, _) = dry_run(&b, &layout, "a.csv", &file).await;
        post(&b, &path, "save", &[]).await;
        let named = [sample(&desk, &[("client", &number_of(1))])];
        let (call, _) = dry_run(&b, &desk, "b.csv", &csv(&desk, &named)).await;
        post(&b, &call, "save", &[]).await;
        let answer = b.post(&format!("{path}/undo"), &[]).await.expect(422);
        assert!(answer.text.contains("2行目から登録した記録"), "{}", answer.text);
        let sql = "select count(*) from client_names where voided_at is null";
        assert_eq!(w.count(sql, args![]).await, 1);
    }

    async fn the_registry_is_brought_in_only_by_those_who_see_all_of_it(w: World) {
        let (b, layout) = (w.as_(Role::Coordinator).await, layout(&w, Target::Client));
        let file = csv(&layout, &[sample(&layout, &[])]);
        assert!(!b.get("/imports").await.expect(200).text.contains(&layout.title));
        b.get(&format!("/imports/template/{}", layout.id)).await.expect(404);
        b.upload("/imports", &[("layout", &layout.id)], "a.csv", &file).await.expect(422);
        assert_eq!(w.count("select count(*) from import_batches", args![]).await, 0);
    }

    async fn every_encoding_reads_the_same(w: World) {
        let (b, layout) = (w.as_(Role::Officer).await, consultations(&w));
        let rows = [sample(&layout, &[("text", "髙田さんから、①の件で。")])];
        for encoding in [Encoding::Utf8, Encoding::Utf8Bom, Encoding::Cp932, Encoding::Utf16Le] {
            let file = csv_as(&layout, &rows, encoding);
            let (path, page) = dry_run(&b, &layout, "a.csv", &file).await;
            assert!(page.text.contains(encoding.name()), "{encoding:?}: {}", page.text);
            post(&b, &path, "save", &[]).await;
        }
        let sql = "select count(*) from consultations where text = '髙田さんから、①の件で。'";
        assert_eq!(w.count(sql, args![]).await, 4);
    }

    async fn a_workbook_as_wards_have_them_reads(w: World) {
        let (b, layout) = (w.as_(Role::Officer).await, consultations(&w));
        let (path, page) = dry_run(&b, &layout, "相談.xlsx", &workbook()).await;
        for seen in ["合計の行", "注記の行", "集計", "備考", "4月", "5月"] {
            assert!(page.text.contains(seen), "{seen}: {}", page.text);
        }
        assert!(page.text.contains("問題は見つかりませんでした"), "{}", page.text);
        post(&b, &path, "save", &[]).await;
        for (day, time, count) in
            [("2024-03-31", "15:00", 1), ("2024-04-02", "00:05", 2), ("2024-05-06", "15:00", 1)]
        {
            let at = format!("{day}T{time}:00.000Z");
            let sql = "select count(*) from consultations where occurred_at = $1";
            assert_eq!(w.count(sql, args![at]).await, count, "{at}");
        }
        let ditto = "select count(*) from consultations where inquirer_kind = 'family'";
        assert_eq!(w.count(ditto, args![]).await, 3);
    }

    async fn proposals_are_taken_one_by_one_by_column_or_all(w: World) {
        let (b, layout) = (w.as_(Role::Officer).await, consultations(&w));
        let rows = [
            sample(&layout, &[("minutes", "1時間30分"), ("channel", "電話（携帯）")]),
            sample(&layout, &[("minutes", "約20分")]),
            sample(&layout, &[("occurred_at", "平成31年5月1日")]),
            sample(&layout, &[("occurred_at", "45383")]),
        ];
        let (path, page) = dry_run(&b, &layout, "a.csv", &csv(&layout, &rows)).await;
        for proposal in ["90", "20", "令和元年5月1日", "令和6年4月1日", "電話"] {
            assert!(page.text.contains(&format!("> {proposal}</label>")), "{proposal}");
        }
        assert!(page.text.contains("<span class=\"n\">4<small>行"));
        b.post(&format!("{path}/repair"), &[]).await.expect(422);
        let page = post(&b, &path, "repair", &[("cell", "1:minutes")]).await;
        assert!(!page.text.contains("1時間30分") && page.text.contains("約20分"));
        let page = post(&b, &path, "repair", &[("column", "occurred_at")]).await;
        assert!(!page.text.contains("平成31年5月1日") && page.text.contains("約20分"));
        let page = post(&b, &path, "repair", &[("all", "1")]).await;
        assert!(page.text.contains("問題は見つかりませんでした"), "{}", page.text);
        post(&b, &path, "save", &[]).await;
        let (sum,): (i64,) = w.read(&w.system()).await
            .one("select cast(sum(minutes) as bigint) from consultations", args![]).await.unwrap();
        assert_eq!(sum, 90 + 20 + 30 + 30);
    }

    async fn rows_with_problems_are_left_out_only_when_asked(w: World) {
        let (b, layout) = (w.as_(Role::Officer).await, consultations(&w));
        let rows = [sample(&layout, &[]), sample(&layout, &[("channel", "伝書鳩")])];
        let (path, _) = dry_run(&b, &layout, "a.csv", &csv(&layout, &rows)).await;
        b.post(&format!("{path}/save"), &[]).await.expect(422);
        assert_eq!(kept(&w).await, 0);
        let page = post(&b, &path, "save", &[("except", "1")]).await;
        assert!(page.text.contains("1件を登録しました"), "{}", page.text);
        assert_eq!(kept(&w).await, 1);
        b.post(&format!("{path}/save"), &[("except", "1")]).await.expect(422);
        assert_eq!(kept(&w).await, 1, "a second save keeps nothing twice");
    }

    async fn an_error_in_row_500_keeps_nothing(w: World) {
        let (b, layout) = (w.as_(Role::Officer).await, consultations(&w));
        let person = w.person("青葉", "みなと").await;
        let number = number_of(person.number);
        let mut rows = vec![sample(&layout, &[]); 600];
        rows[499] = sample(&layout, &[("client", &number)]);
        let (path, page) = dry_run(&b, &layout, "a.csv", &csv(&layout, &rows)).await;
        assert!(page.text.contains("問題は見つかりませんでした"), "{}", page.text);
        w.exec(
            "insert into closures (id, client_id, kind, closed_on, recorded_at, recorded_by)
             values ('x', $1, 'death', '2026-11-19', '', '')",
            args![person.id],
        ).await;
        let consultations = kept(&w).await;
        let page = post(&b, &path, "save", &[]).await;
        assert_eq!(kept(&w).await, consultations);
        assert!(page.text.contains("501行目"), "{}", page.text);
        assert!(page.text.contains("終結しています"), "{}", page.text);
        let topics = w.count("select count(*) from consultation_topics", args![]).await;
        assert_eq!(topics, 0);
        let page = post(&b, &path, "save", &[("except", "1")]).await;
        assert!(page.text.contains("599件を登録しました"), "{}", page.text);
    }

    async fn an_import_is_undone_and_the_corrected_file_goes_in(w: World) {
        let (b, layout) = (w.as_(Role::Officer).await, consultations(&w));
        let file = csv(&layout, &[sample(&layout, &[]), sample(&layout, &[])]);
        let (path, _) = dry_run(&b, &layout, "a.csv", &file).await;
        post(&b, &path, "save", &[]).await;
        let (_, again) = dry_run(&b, &layout, "b.csv", &file).await;
        assert!(again.text.contains("もう一度登録すると二重になります"), "{}", again.text);
        let page = post(&b, &path, "undo", &[]).await;
        assert!(page.text.contains("取り消し済み"), "{}", page.text);
        assert_eq!(kept(&w).await, 0);
        let all = w.count("select count(*) from consultations", args![]).await;
        assert_eq!(all, 2, "nothing is deleted");
        let (path, page) = dry_run(&b, &layout, "c.csv", &file).await;
        assert!(!page.text.contains("二重"), "{}", page.text);
        post(&b, &path, "save", &[]).await;
        assert_eq!(kept(&w).await, 2);
    }

    async fn undo_is_refused_with_a_list_when_somebody_has_built_on_it(w: World) {
        let (b, layout) = (w.as_(Role::Officer).await, consultations(&w));
        let rows = vec![sample(&layout, &[]); 3];
        let (path, _) = dry_run(&b, &layout, "a.csv", &csv(&layout, &rows)).await;
        post(&b, &path, "save", &[]).await;
        let (second,): (String,) = w.read(&w.system()).await
            .one("select record_id from import_rows where position = 2", args![]).await.unwrap();
        // Looking is no change; the clock stands still, so only the chain knows the order.
        b.get(&format!("/consultations/{second}")).await.expect(200);
        let why = [("why", "二重に登録した")];
        b.post(&format!("/consultations/{second}/withdraw"), &why).await.expect(303);
        let before = w.digest().await;
        let page = b.post(&format!("{path}/undo"), &[]).await.expect(422);
        assert!(page.text.contains("3行目から登録した記録"), "{}", page.text);
        assert!(!page.text.contains("2行目から") && !page.text.contains("4行目から"));
        assert_eq!(w.digest().await, before);
        assert_eq!(kept(&w).await, 2);
    }

    async fn a_file_that_cannot_be_read_leaves_nothing(w: World) {
        let (b, layout) = (w.as_(Role::Officer).await, consultations(&w));
        let before = w.digest().await;
        for (name, file, said) in hostile() {
            let answer = b.upload("/imports", &[("layout", &layout.id)], name, &file).await;
            let answer = answer.expect(422);
            assert!(answer.text.contains(said), "{name}: {}", answer.text);
            assert!(answer.text.contains("エラー"), "{name}");
        }
        let good = csv(&layout, &[sample(&layout, &[])]);
        for fields in [vec![], vec![("layout", "no-such-record")]] {
            let answer = b.upload("/imports", &fields, "a.csv", &good).await.expect(422);
            assert!(answer.text.contains("ファイルの種類"), "{}", answer.text);
        }
        assert_eq!(w.digest().await, before);
    }

    async fn a_file_opens_for_the_sight_it_was_checked_with_or_a_wider_one(w: World) {
        let layout = consultations(&w);
        let file = csv(&layout, &[sample(&layout, &[])]);
        let officer = w.as_(Role::Officer).await;
        let coordinator = w.as_(Role::Coordinator).await;
        let (by_officer, _) = dry_run(&officer, &layout, "officer.csv", &file).await;
        let (by_coordinator, _) = dry_run(&coordinator, &layout, "desk.csv", &file).await;
        let other = w.sign_in(Role::Coordinator, Seat::Second).await;
        let abroad = w.sign_in(Role::Officer, Seat::Abroad).await;
        let nurse = w.as_(Role::Nurse).await;
        for (who, path, status) in [
            (&officer, &by_coordinator, 200),
            (&coordinator, &by_coordinator, 200),
            (&coordinator, &by_officer, 404),
            (&other, &by_coordinator, 404),
            (&abroad, &by_officer, 404),
            (&nurse, &by_officer, 404),
        ] {
            who.get(path).await.expect(status);
            if status == 404 {
                for verb in ["repair", "save", "undo", "discard"] {
                    who.post(&format!("{path}/{verb}"), &[("all", "1")]).await.expect(404);
                }
            }
        }
        assert!(coordinator.get("/imports").await.text.contains("desk.csv"));
        assert!(!coordinator.get("/imports").await.text.contains("officer.csv"));
        assert_eq!(kept(&w).await, 0);
    }

    async fn a_discarded_file_leaves_no_words(w: World) {
        let (b, layout) = (w.as_(Role::Officer).await, consultations(&w));
        let file = csv(&layout, &[sample(&layout, &[])]);
        let (path, _) = dry_run(&b, &layout, "a.csv", &file).await;
        b.post(&format!("{path}/discard"), &[]).await.expect(303);
        assert_eq!(w.count("select count(*) from import_rows where cells <> ''", args![]).await, 0);
        b.post(&format!("{path}/save"), &[]).await.expect(422);
        assert!(b.get(&path).await.expect(200).text.contains("登録せずに破棄"));
    }

    async fn the_template_reads_back(w: World) {
        let b = w.as_(Role::Officer).await;
        for layout in imports::layouts(&w.app).unwrap() {
            let answer = b.get(&format!("/imports/template/{}", layout.id)).await.expect(200);
            let row = sample(&layout, &[]).join("\t");
            let mut file = answer.bytes.clone();
            file.extend_from_slice(&csv(&layout, &[sample(&layout, &[])])[answer.bytes.len()..]);
            let (_, page) = dry_run(&b, &layout, "a.csv", &file).await;
            assert!(page.text.contains("問題は見つかりませんでした"), "{row}: {}", page.text);
        }
    }

    async fn the_command_line_finds_and_saves_the_same(w: World) {
        let layout = consultations(&w);
        let odd = sample(&layout, &[("channel", "電話（携帯）")]);
        let bad = csv(&layout, &[sample(&layout, &[]), odd]);
        let run = |actor: Actor, file: Vec<u8>, save: bool| {
            let (app, id) = (w.app.clone(), layout.id.clone());
            async move { imports::run(&app, &actor, &id, "a.csv", &file, save).await.unwrap() }
        };
        let out = run(w.actor(Role::Officer), bad, true).await;
        assert_eq!([out.rows, out.bad, out.saved], [2, 1, 0]);
        assert!(out.lines[0].contains("3行目") && out.lines[0].contains("案：電話"), "{out:?}");
        assert_eq!(kept(&w).await, 0);
        let good = csv(&layout, &[sample(&layout, &[])]);
        assert_eq!(run(w.actor(Role::Officer), good.clone(), false).await.saved, 0);
        assert_eq!(kept(&w).await, 0);
        assert_eq!(run(w.actor(Role::Officer), good, true).await.saved, 1);
        assert_eq!(kept(&w).await, 1);
    }
}

/// As askama writes it.
fn escaped(text: &str) -> String {
    text.replace('&', "&#38;").replace('<', "&#60;").replace('"', "&#34;")
}

fn letter(layout: &Layout, key: &str) -> String {
    sheets::column_letter(layout.columns.iter().position(|c| c.key == key).unwrap())
}
