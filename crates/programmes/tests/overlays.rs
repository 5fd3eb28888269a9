//! Rules of other shapes than those that are shipped, as files alone: a copayment by duration,
//! hours in one pool or in two, a device that is granted again after its useful life.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod folder;

use programmes::{mutants, run_examples};

/// Loads an overlay over what is shipped; its examples come out and notice every change.
fn holds(overlay: &str, ids: &[&str]) {
    let own = folder::files(&folder::at(&format!("tests/overlays/{overlay}")));
    let mut files = folder::files(&folder::at("../../programmes"));
    files.extend_from_slice(&own);
    let catalogue = folder::read(&files);
    let mut read: Vec<&str> = own.iter().map(|(id, _)| id.as_str()).collect();
    read.sort_unstable();
    assert_eq!(read, ids, "{overlay}");
    for (id, text) in &own {
        let programme = catalogue.find(id).unwrap();
        assert_eq!(programme.text, *text, "the overlay replaces what is shipped");
        let failures: Vec<String> =
            run_examples(&catalogue, programme).iter().map(ToString::to_string).collect();
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        let mut survivors = Vec::new();
        for mutant in mutants(text) {
            let draft = catalogue.draft(id, &mutant.text);
            if draft.is_ok_and(|draft| run_examples(&catalogue, &draft).is_empty()) {
                survivors.push(format!("{id} {}: {} → {}", mutant.line, mutant.from, mutant.to));
            }
        }
        assert!(survivors.is_empty(), "no example noticed:\n{}", survivors.join("\n"));
    }
}

#[test]
fn a_copayment_by_duration_that_is_no_multiple_of_it() {
    holds("koto", &["home_respite"]);
}

#[test]
fn hours_shared_by_venues_and_pools_with_their_own_validity() {
    holds("pools", &["shared_hours", "two_pools"]);
}

#[test]
fn a_device_again_after_its_useful_life_and_the_excess_borne() {
    holds("device", &["backup_power"]);
}
