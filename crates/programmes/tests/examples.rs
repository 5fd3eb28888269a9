//! Every example of every file under `programmes/` is a test, and so is every mutant of a sample.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod folder;

use std::fmt::Write;

use programmes::{Catalogue, Mutant, mutants, run_examples};

fn catalogue() -> Catalogue {
    let other = std::env::var_os("KAKEHASHI_PROGRAMMES");
    let folder = other.map_or_else(|| folder::at("../../programmes"), Into::into);
    folder::read(&folder::files(&folder))
}

#[test]
fn every_example_comes_out_as_written() {
    let catalogue = catalogue();
    let mut failures = Vec::new();
    for programme in &catalogue.programmes {
        failures.extend(run_examples(&catalogue, programme).iter().map(ToString::to_string));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What became of the mutants of one file.
#[derive(Default)]
struct Tried {
    id: String,
    asked: usize,
    refused: usize,
    survivors: Vec<String>,
}

fn tried(catalogue: &Catalogue, id: &str, sample: Vec<Mutant>) -> Tried {
    let mut tried = Tried { id: id.to_owned(), asked: sample.len(), ..Tried::default() };
    for Mutant { line, from, to, text } in sample {
        match catalogue.draft(id, &text) {
            Err(_) => tried.refused += 1,
            Ok(draft) if run_examples(catalogue, &draft).is_empty() => {
                tried.survivors.push(format!("{id}.toml {line}行: {from} → {to}"));
            }
            Ok(_) => {}
        }
    }
    tried
}

/// `KAKEHASHI_MUTATE=all` for every mutant, `=<id>` for those of one file; else a fixed sample.
#[test]
fn every_change_of_a_rule_is_noticed_by_an_example() {
    let catalogue = catalogue();
    let wanted = std::env::var("KAKEHASHI_MUTATE").unwrap_or_default();
    let mut rows = Vec::new();
    for programme in &catalogue.programmes {
        let all = mutants(&programme.text);
        let sample = match wanted.as_str() {
            "all" => all,
            "" => sampled(&programme.id, all),
            id if id == programme.id => all,
            _ => continue,
        };
        rows.push(tried(&catalogue, &programme.id, sample));
    }
    if let Some(path) = std::env::var_os("KAKEHASHI_MUTATION_REPORT") {
        std::fs::write(path, report(&rows)).unwrap();
    }
    let survivors: Vec<&str> = rows.iter().flat_map(|t| &t.survivors).map(String::as_str).collect();
    assert!(!rows.is_empty(), "no programme is called {wanted}");
    assert!(survivors.is_empty(), "no example noticed:\n{}", survivors.join("\n"));
}

/// What `cargo xtask mutate programmes` keeps in docs/campaigns.
fn report(rows: &[Tried]) -> String {
    let commit = std::env::var("KAKEHASHI_COMMIT").unwrap_or_default();
    let mut text = format!(
        "# Rules of the programmes changed one at a time\n\n\
         `cargo xtask mutate programmes`, commit {commit}.\n\n\
         Every number, comparison, date and unit in the dated rules of every shipped programme was \
         changed by itself. Noticed means: the file with the change is refused when it is read, or \
         one of its own examples no longer comes out.\n\n\
         | programme | changes | refused when read | noticed by an example | survived |\n\
         |---|---:|---:|---:|---:|\n"
    );
    let mut sums = [0; 4];
    for Tried { id, asked, refused, survivors } in rows {
        let survived = survivors.len();
        let cells = [*asked, *refused, asked - refused - survived, survived];
        let [asked, refused, noticed, survived] = cells;
        let _ = writeln!(text, "| {id} | {asked} | {refused} | {noticed} | {survived} |");
        sums = [0, 1, 2, 3].map(|at| sums[at] + cells[at]);
    }
    let [asked, refused, noticed, survived] = sums;
    let _ = writeln!(text, "| all | {asked} | {refused} | {noticed} | {survived} |");
    for survivor in rows.iter().flat_map(|t| &t.survivors) {
        let _ = writeln!(text, "- {survivor}");
    }
    text
}

/// About one in eight, the same ones every time.
fn sampled(id: &str, all: Vec<Mutant>) -> Vec<Mutant> {
    let seed = id.bytes().fold(7_usize, |seed, b| seed.wrapping_mul(31).wrapping_add(b.into()));
    all.into_iter().enumerate().filter(|(n, _)| (n * 5 + seed) % 8 == 0).map(|(_, m)| m).collect()
}

/// The campaign would notice: a file without examples lets every change pass.
#[test]
fn a_file_without_examples_is_found_out() {
    let catalogue = catalogue();
    let Some(programme) = catalogue.find("home_respite") else { return };
    let text = programme.text.split("[[example]]").next().unwrap();
    let survivor = mutants(text).into_iter().find(|m| {
        let draft = catalogue.draft("home_respite", &m.text);
        draft.is_ok_and(|draft| run_examples(&catalogue, &draft).is_empty())
    });
    assert!(survivor.is_some());
}
