//! What is large: read in pieces, bounded, and forgotten when the check breaks off.

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::audit::Event;
use kakehashi::imports::{self, cells::PIECE};

use super::consultations;
use super::files::{csv, sample};
use super::steps::dry_run;
use crate::support::World;

both! {
    async fn a_large_file_is_checked_piece_by_piece_to_its_last_row(w: World) {
        let (b, layout) = (w.as_(Role::Officer).await, consultations(&w));
        let mut rows = vec![sample(&layout, &[]); PIECE + 2];
        rows[PIECE + 1] = sample(&layout, &[("minutes", "長い")]);
        let (path, page) = dry_run(&b, &layout, "a.csv", &csv(&layout, &rows)).await;
        assert!(page.text.contains(&format!("{}行目", PIECE + 3)), "{}", page.text);
        let count = |sql: &'static str| w.count(sql, args![]);
        assert_eq!(count("select count(*) from import_rows").await, PIECE as i64 + 2);
        assert_eq!(count("select count(*) from import_rows where problems <> ''").await, 1);
        let checked = "select count(*) from audit_events where noun = 'import' and verb = 'check'";
        assert_eq!(count(checked).await, 2, "each piece is a change of its own");
        let good = vec![sample(&layout, &[]); PIECE];
        b.post(&format!("{path}/discard"), &[]).await.expect(303);
        dry_run(&b, &layout, "a.csv", &csv(&layout, &good)).await;
        assert_eq!(count(checked).await, 3, "control: one piece");
        assert_eq!(count("select count(*) from import_batches where state = 'checked'").await, 1);
    }

    async fn a_check_that_breaks_off_leaves_no_words(w: World) {
        let (b, layout) = (w.as_(Role::Officer).await, consultations(&w));
        let file = csv(&layout, &[sample(&layout, &[])]);
        let (path, _) = dry_run(&b, &layout, "a.csv", &file).await;
        let id = path.rsplit('/').next().unwrap().to_owned();
        let kept = "select count(*) from import_rows where cells <> ''";
        for (state, words) in [("checked", 1), ("checking", 0)] {
            w.exec("update import_batches set state = $1", args![state]).await;
            let mut tx = w.write(&w.actor(Role::Officer)).await;
            imports::batches::fail(&mut tx, &id).await.unwrap();
            tx.record(Event::new("fail", "import", &id)).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(w.count(kept, args![]).await, words, "{state}");
        }
        assert!(b.get(&path).await.expect(200).text.contains("できませんでした"));
    }

    async fn what_is_passed_over_without_end_is_counted_and_not_named(w: World) {
        let (b, layout) = (w.as_(Role::Officer).await, consultations(&w));
        let mut file = csv(&layout, &[sample(&layout, &[])]);
        file.extend("合計,9\r\n".repeat(1_500).bytes());
        let (_, page) = dry_run(&b, &layout, "a.csv", &file).await;
        assert!(page.text.contains("1500<small>行") && page.text.contains("ほか500行"));
        assert_eq!(page.text.matches("：合計の行").count(), 1_000);
    }

    async fn a_list_that_is_a_page_is_a_problem_and_no_list(w: World) {
        let (b, layout) = (w.as_(Role::Officer).await, consultations(&w));
        let list = |n: usize| vec!["退院"; n].join("、");
        let with = |n| sample(&layout, &[("topics", &list(n))]);
        let rows = [with(900), with(9)];
        let (_, page) = dry_run(&b, &layout, "a.csv", &csv(&layout, &rows)).await;
        assert_eq!(page.text.matches("2000文字までにしてください").count(), 1, "{}", page.text);
    }
}
