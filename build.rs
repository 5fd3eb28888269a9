//! Lists the data files that are part of the program, so that adding one is adding a file.

use std::fmt::Write as _;
use std::{env, fs, path::Path};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = env::var("CARGO_MANIFEST_DIR")?;
    let out = env::var("OUT_DIR")?;
    for (folder, suffix, name) in [
        ("codes", "toml", "code_lists"),
        ("reports", "sql", "reports"),
        ("imports", "toml", "imports"),
        ("sample", "toml", "sample"),
        ("programmes", "toml", "programmes"),
        ("paperwork", "toml", "paperwork"),
    ] {
        let dir = Path::new(&root).join(folder);
        println!("cargo::rerun-if-changed={folder}");
        fs::create_dir_all(&dir)?;
        let mut files: Vec<_> = fs::read_dir(&dir)?.flatten().map(|f| f.path()).collect();
        files.sort();
        let mut text = String::from("const FILES: &[(&str, &str)] = &[\n");
        for path in files.iter().filter(|p| p.extension().is_some_and(|e| e == suffix)) {
            let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
            writeln!(text, "    ({stem:?}, include_str!({path:?})),")?;
        }
        text.push_str("];\n");
        fs::write(Path::new(&out).join(format!("{name}.rs")), text)?;
    }
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=src/access/routes.txt");
    Ok(())
}
