//! Pages load nothing from elsewhere, carry no inline code, and hide nothing in a placeholder.

use super::finding::{Advice, Findings, Rule};
use super::html::{Tag, tags};
use super::tree::{File, Tree};

pub const RULE: Rule = Rule { name: "pages", check };

const EXTERNAL: Advice = Advice {
    why: "the server stands in a closed network, and a request elsewhere tells who is looked at",
    remedy: "serve it from here, or write the address as text",
};
const INLINE: Advice = Advice {
    why: "the content security policy blocks inline code and style",
    remedy: "put it into the script or the style sheet",
};
const PLACEHOLDER: Advice = Advice {
    why: "a placeholder vanishes when one types, and few can read it",
    remedy: "write a label or a hint beside the field",
};
const DISABLED: Advice = Advice {
    why: "a disabled button does not say what is missing",
    remedy: "leave it enabled and answer with the error",
};
/// Names of vocabularies look like addresses, but nobody ever asks there.
const VOCABULARIES: &str = "http://www.w3.org/";
const ADDRESSES: &[&str] = &["http://", "https://", "src=\"//", "href=\"//", "url(//"];

fn check(tree: &Tree, findings: &mut Findings) {
    for file in tree.files.iter().filter(|file| is_page(file)) {
        for (index, line) in file.text.lines().enumerate() {
            let line = line.replace(VOCABULARIES, "");
            if let Some(address) = ADDRESSES.iter().find(|address| line.contains(**address)) {
                findings.add(file, index + 1, format!("`{address}`"), &EXTERNAL);
            }
        }
        if file.path.ends_with(".html") {
            for tag in tags(&file.text) {
                check_tag(file, &tag, findings);
            }
        }
    }
}

fn is_page(file: &File) -> bool {
    [".html", ".css", ".js"].iter().any(|ending| file.is("src", ending))
}

fn check_tag(file: &File, tag: &Tag, findings: &mut Findings) {
    let Tag { name, line, attributes, has_body } = tag;
    if name == "script" && *has_body {
        findings.add(file, *line, "a script in the page".into(), &INLINE);
    }
    for attribute in attributes {
        let advice = match attribute.as_str() {
            "style" => &INLINE,
            "placeholder" => &PLACEHOLDER,
            "disabled" if name == "button" => &DISABLED,
            handler if handler.len() > 2 && handler.starts_with("on") => &INLINE,
            _ => continue,
        };
        findings.add(file, *line, format!("`{attribute}` on <{name}>"), advice);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::places;

    fn count(path: &str, text: &str) -> usize {
        places(&RULE, &[(path, text)]).len()
    }

    #[test]
    fn each_of_them_is_found() {
        for bad in [
            "<img src='https://a.example/b.png'>",
            "<img src=\"//a.example/b.png\">",
            "<p style=\"color: red\">",
            "<p\n  onclick='a()'>",
            "<script>a()</script>",
            "<input placeholder={{ hint }}>",
            "<button type=\"submit\" {% if full %}disabled{% endif %}>",
        ] {
            assert_eq!(count("src/clients/show.html", bad), 1, "{bad}");
        }
        assert_eq!(count("src/web/style.css", "a {}\n@import url(http://a.example)"), 1);
        assert_eq!(count("src/web/page.js", "fetch('https://a.example')"), 1);
    }

    #[test]
    fn a_plain_page_is_fine() {
        let good = "<script src=\"/page.js\" defer></script><style>p { color: red }</style>
            <svg xmlns=\"http://www.w3.org/2000/svg\"><p class=\"on\">style=\"a\" onclick=b</p>
            <!-- <p style=a> --><fieldset disabled><button>送る</button>";
        assert_eq!(count("src/clients/show.html", good), 0);
        assert_eq!(count("docs/manual.html", "<p style=a>"), 0);
    }
}
