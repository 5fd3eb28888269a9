//! The command line in Japanese: its help and its refusals.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};

/// The same command with headings, defaults and variables said in Japanese.
pub fn japanese(command: Command) -> Command {
    let name = command.get_name().to_owned();
    let top = command
        .version(env!("CARGO_PKG_VERSION"))
        .disable_version_flag(true)
        .arg(flag("version", 'V', "版を表示する", ArgAction::Version))
        .mut_subcommands(|sub| dress(sub, &name));
    dress_one(top, "")
}

fn dress(command: Command, before: &str) -> Command {
    let path = format!("{before} {}", command.get_name());
    dress_one(command.mut_subcommands(|sub| dress(sub, &path)), before)
}

fn dress_one(command: Command, before: &str) -> Command {
    let usage = usage(&command, before);
    command
        .mut_args(dress_arg)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .arg(flag("help", 'h', "この説明を表示する", ArgAction::Help))
        .subcommand_help_heading("コマンド")
        .override_usage(usage)
        .help_template("{about-with-newline}\n使い方: {usage}\n\n{all-args}")
}

fn flag(name: &'static str, short: char, help: &'static str, action: ArgAction) -> Arg {
    Arg::new(name).long(name).short(short).help(help).help_heading("指定").action(action)
}

fn usage(command: &Command, before: &str) -> String {
    let mut words = vec![format!("{before} {}", command.get_name()).trim().to_owned()];
    if command.has_subcommands() {
        words.push("<コマンド>".into());
    }
    words.push("[指定]".into());
    for arg in command.get_positionals() {
        let name = arg.get_value_names().and_then(|n| n.first().map(ToString::to_string));
        let name = name.unwrap_or_default();
        let (open, close) = if arg.is_required_set() { ('<', '>') } else { ('[', ']') };
        words.push(format!("{open}{name}{close}"));
    }
    words.join(" ")
}

/// The default and the variable, which clap would add in English.
fn dress_arg(arg: Arg) -> Arg {
    let mut notes = vec![];
    let default: Vec<String> =
        arg.get_default_values().iter().map(|v| v.to_string_lossy().into_owned()).collect();
    if !default.is_empty() && arg.get_action().takes_values() {
        notes.push(format!("省くと {}", default.join(" ")));
    }
    if let Some(name) = arg.get_env() {
        notes.push(format!("環境変数 {}", name.to_string_lossy()));
    }
    let help = arg.get_help().map(StyledStr::to_string).unwrap_or_default();
    let help = if notes.is_empty() { help } else { format!("{help}（{}）", notes.join("、")) };
    let heading = if arg.is_positional() { "引数" } else { "指定" };
    let arg = arg.help(help).hide_env(true).help_heading(heading);
    if arg.get_action().takes_values() { arg.hide_default_value(true) } else { arg }
}

/// What is wrong with the command line; `None` for help and version, which clap prints.
pub fn refusal(e: &clap::Error) -> Option<String> {
    let said = |kind: ContextKind| match e.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join("、"),
        _ => String::new(),
    };
    let arg = said(ContextKind::InvalidArg);
    let what = match e.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return None,
        ErrorKind::InvalidSubcommand => {
            format!("「{}」というコマンドはありません。", said(ContextKind::InvalidSubcommand))
        }
        ErrorKind::UnknownArgument => format!("「{arg}」という指定はありません。"),
        ErrorKind::MissingRequiredArgument => format!("{arg} が必要です。"),
        ErrorKind::InvalidValue if said(ContextKind::InvalidValue).is_empty() => {
            format!("{arg} に値が必要です。")
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let valid = said(ContextKind::ValidValue);
            let choose = if valid.is_empty() {
                String::new()
            } else {
                format!("使えるのは {valid} です。")
            };
            let value = said(ContextKind::InvalidValue);
            format!("{arg} に「{value}」は使えません。{choose}")
        }
        _ => "指定の組み合わせが正しくありません。".to_owned(),
    };
    let near = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg].map(said).concat();
    let near =
        if near.is_empty() { near } else { format!("「{near}」ではありませんか。") };
    Some(format!("{what}{near}くわしくは --help を付けて確かめてください。"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::commands::Cli;

    fn said(args: &[&str]) -> String {
        let all = [&["kakehashi"], args].concat();
        let e = japanese(Cli::command()).try_get_matches_from(all).unwrap_err();
        refusal(&e).unwrap_or_else(|| e.to_string())
    }

    #[test]
    fn the_help_of_every_command_has_no_english_heading() {
        let command = japanese(Cli::command());
        let names: Vec<String> =
            command.get_subcommands().map(|s| s.get_name().to_owned()).collect();
        assert!(names.len() > 4);
        for name in names {
            let help = said(&[&name, "--help"]);
            assert!(
                help.contains("使い方: kakehashi ") && help.contains("この説明を表示する"),
                "{help}"
            );
            for english in ["Usage", "Options", "Print", "default:", "env:", "Commands"] {
                assert!(!help.contains(english), "{english} in {help}");
            }
        }
        assert!(said(&["serve", "--help"]).contains("省くと 127.0.0.1:8420"));
    }

    #[test]
    fn refusals_say_what_and_what_instead() {
        assert!(said(&["sreve"]).contains("「sreve」というコマンドはありません。「serve」"));
        assert!(
            said(&["serve", "--lisen"]).contains("「--lisen」という指定はありません。「--listen」")
        );
        assert!(said(&["serve", "--listen", "here"]).contains("「here」は使えません"));
        assert!(said(&["import"]).contains("が必要です"));
    }
}
