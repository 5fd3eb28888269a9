//! `kakehashi.toml`: what neither a flag nor `KAKEHASHI_*` says. Its keys are the flags' names; the
//! demo reads nothing of it, so that it never meets real data by accident.

use std::path::PathBuf;

use clap::Command;

/// The file, or what `KAKEHASHI_CONFIG` names.
const FILE: &str = "kakehashi.toml";

pub fn apply(command: Command) -> Result<Command, String> {
    let named = std::env::var_os("KAKEHASHI_CONFIG").map(PathBuf::from);
    let path = named.clone().unwrap_or_else(|| FILE.into());
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(_) if named.is_none() && !path.exists() => return Ok(command),
        Err(e) => return Err(format!("{} を読めません: {e}", path.display())),
    };
    with(command, &text).map_err(|why| format!("{}: {why}", path.display()))
}

fn with(command: Command, text: &str) -> Result<Command, String> {
    let table: toml::Table = toml::from_str(text).map_err(|e| e.to_string())?;
    let known = configurable(&command);
    if let Some(odd) = table.keys().find(|k| !known.contains(&k.replace('-', "_"))) {
        let names: Vec<String> = known.iter().map(|k| k.replace('_', "-")).collect();
        return Err(format!(
            "「{odd}」という設定はありません。使えるのは {} です",
            names.join("、")
        ));
    }
    let defaults: Vec<(String, &'static str)> = table
        .into_iter()
        .map(|(key, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            // Lives as long as the program, which reads it once.
            (key.replace('-', "_"), &*Box::leak(text.into_boxed_str()))
        })
        .collect();
    let fill = |arg: clap::Arg| {
        let given = defaults.iter().find(|(key, _)| arg.get_id() == key.as_str());
        match given {
            Some((_, value)) if arg.get_env().is_some() => arg.default_value(*value),
            _ => arg,
        }
    };
    Ok(command.mut_subcommands(|sub| {
        let sub = sub.mut_args(fill);
        sub.mut_subcommands(|inner| inner.mut_args(fill))
    }))
}

/// What has a variable may stand in the file.
fn configurable(command: &Command) -> Vec<String> {
    let subs =
        command.get_subcommands().flat_map(|s| std::iter::once(s).chain(s.get_subcommands()));
    let args = subs.flat_map(|s| s.get_arguments());
    let mut known: Vec<String> =
        args.filter(|a| a.get_env().is_some()).map(|a| a.get_id().to_string()).collect();
    known.sort();
    known.dedup();
    known
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::commands::Cli;

    fn listen(text: &str, args: &[&str]) -> String {
        let all = [&["kakehashi", "serve"], args].concat();
        let matches = with(Cli::command(), text).unwrap().try_get_matches_from(all).unwrap();
        let serve = matches.subcommand_matches("serve").unwrap();
        serve.get_one::<std::net::SocketAddr>("listen").unwrap().to_string()
    }

    #[test]
    fn a_flag_comes_before_the_file_and_the_file_before_the_default() {
        assert_eq!(listen("", &[]), "127.0.0.1:8420");
        assert_eq!(listen("listen = \"127.0.0.1:9000\"", &[]), "127.0.0.1:9000");
        let flag = ["--listen", "127.0.0.1:9001"];
        assert_eq!(listen("listen = \"127.0.0.1:9000\"", &flag), "127.0.0.1:9001");
    }

    #[test]
    fn switches_and_unknown_keys() {
        let on = with(Cli::command(), "behind-proxy = true").unwrap();
        let on = on.try_get_matches_from(["kakehashi", "serve"]).unwrap();
        assert!(on.subcommand_matches("serve").unwrap().get_flag("behind_proxy"));
        let why = with(Cli::command(), "lisen = 1").unwrap_err();
        assert!(why.contains("lisen") && why.contains("listen"), "{why}");
    }

    #[test]
    fn the_demo_is_not_led_to_real_data() {
        let set = with(Cli::command(), "data = \"/srv/kakehashi\"").unwrap();
        let matches = set.try_get_matches_from(["kakehashi", "demo"]).unwrap();
        let demo = matches.subcommand_matches("demo").unwrap();
        assert_eq!(demo.get_one::<PathBuf>("data").unwrap(), &PathBuf::from("demo-data"));
    }
}
