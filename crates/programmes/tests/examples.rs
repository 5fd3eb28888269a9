//! Every example of every file under `programmes/` is a test, and so is every mutant of a sample.

use std::fs;
use std::path::{Path, PathBuf};

use programmes::{Catalogue, Mutant, mutants, run_examples};

fn folder() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes");
    std::env::var_os("KAKEHASHI_PROGRAMMES").map_or(here, PathBuf::from)
}

fn catalogue() -> Catalogue {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let id = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let toml = path.extension().is_some_and(|e| e == "toml");
        if toml {
            files.push((id, fs::read_to_string(&path).unwrap()));
        }
    }
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/programmes/facts.toml");
    let facts = fs::read_to_string(shared).unwrap();
    match Catalogue::read(&facts, &files, "") {
        Ok(catalogue) => catalogue,
        Err(problems) => {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            panic!("{}", lines.join("\n"));
        }
    }
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

/// `KAKEHASHI_MUTATE=all` for every mutant, `=<id>` for those of one file; else a fixed sample.
#[test]
fn every_change_of_a_rule_is_noticed_by_an_example() {
    let catalogue = catalogue();
    let wanted = std::env::var("KAKEHASHI_MUTATE").unwrap_or_default();
    let (mut asked, mut refused, mut survivors) = (0, 0, Vec::new());
    for programme in &catalogue.programmes {
        let all = mutants(&programme.text);
        let sample = match wanted.as_str() {
            "all" => all,
            "" => sampled(&programme.id, all),
            id if id == programme.id => all,
            _ => continue,
        };
        for Mutant { line, from, to, text } in sample {
            asked += 1;
            match catalogue.draft(&programme.id, &text) {
                Err(_) => refused += 1,
                Ok(draft) if run_examples(&catalogue, &draft).is_empty() => {
                    survivors.push(format!("{}.toml {line}行: {from} → {to}", programme.id));
                }
                Ok(_) => {}
            }
        }
    }
    println!("{asked} mutants, {refused} refused when read, {} survived", survivors.len());
    assert!(survivors.is_empty(), "no example noticed:\n{}", survivors.join("\n"));
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
