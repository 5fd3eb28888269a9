//! Just enough of HTML with askama in it: tags, their attributes, and the bodies of scripts.

use std::ops::Range;

/// An opening tag.
pub struct Tag {
    pub name: String,
    pub line: usize,
    pub attributes: Vec<String>,
    /// Whether anything stands between a `<script>` and its end.
    pub has_body: bool,
}

/// All opening tags of a page, with lower-case names.
pub fn tags(text: &str) -> Vec<Tag> {
    let text = blank(text, "{#", "#}", ' ');
    let text = blank(&text, "{%", "%}", ' ');
    let text = blank(&text, "<!--", "-->", ' ');
    // A value without quotes must stay one word.
    let text: Vec<char> = blank(&text, "{{", "}}", '_').chars().collect();
    let (mut found, mut at, mut line) = (Vec::new(), 0, 1);
    while at < text.len() {
        let is_tag = text[at] == '<' && text.get(at + 1).is_some_and(char::is_ascii_alphabetic);
        if !is_tag {
            line += usize::from(text[at] == '\n');
            at += 1;
            continue;
        }
        let (mut tag, end) = Scanner { text: &text, at: at + 1 }.tag(line);
        let body = body(&text, &tag.name, end);
        tag.has_body = text[body.clone()].iter().any(|char| !char.is_whitespace());
        line += text[at..body.end].iter().filter(|char| **char == '\n').count();
        at = body.end;
        found.push(tag);
    }
    found
}

/// What a script or style sheet encloses is no HTML; for other tags nothing.
fn body(text: &[char], name: &str, start: usize) -> Range<usize> {
    if name != "script" && name != "style" {
        return start..start;
    }
    let closing: Vec<char> = format!("</{name}").chars().collect();
    let same = |window: &[char]| {
        window.iter().zip(&closing).all(|(one, other)| one.eq_ignore_ascii_case(other))
    };
    let length = text[start..].windows(closing.len()).position(same);
    start..length.map_or(text.len(), |length| start + length)
}

/// Replaces what stands between two marks, and the marks, but keeps the lines.
pub fn blank(text: &str, open: &str, close: &str, with: char) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(open) {
        let inside = &rest[start + open.len()..];
        let length = inside.find(close).map_or(inside.len(), |end| end + close.len());
        let end = start + open.len() + length;
        kept.push_str(&rest[..start]);
        kept.extend(rest[start..end].chars().map(|char| if char == '\n' { char } else { with }));
        rest = &rest[end..];
    }
    kept + rest
}

struct Scanner<'text> {
    text: &'text [char],
    at: usize,
}

impl Scanner<'_> {
    /// Reads from behind `<` to behind `>`.
    fn tag(mut self, line: usize) -> (Tag, usize) {
        let name = self.take_while(|char| !char.is_whitespace() && char != '>' && char != '/');
        let mut attributes = Vec::new();
        loop {
            self.take_while(|char| char.is_whitespace() || char == '/');
            if self.at >= self.text.len() || self.text[self.at] == '>' {
                break;
            }
            attributes.push(self.attribute());
        }
        (Tag { name, line, attributes, has_body: false }, (self.at + 1).min(self.text.len()))
    }

    /// Reads a name and steps over its value.
    fn attribute(&mut self) -> String {
        let name = self.take_while(|char| !char.is_whitespace() && !"=>/".contains(char));
        self.take_while(char::is_whitespace);
        if self.text.get(self.at) != Some(&'=') {
            return name;
        }
        self.at += 1;
        self.take_while(char::is_whitespace);
        match self.text.get(self.at) {
            Some(quote @ ('"' | '\'')) => {
                self.at += 1;
                self.take_while(|char| char != *quote);
                self.at += 1;
            }
            _ => drop(self.take_while(|char| !char.is_whitespace() && char != '>')),
        }
        name
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let taken: String = rest.iter().copied().take_while(|char| wanted(*char)).collect();
        self.at += taken.chars().count();
        taken.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(text: &str) -> Vec<String> {
        let one = |tag: &Tag| format!("{}:{}:{}", tag.line, tag.name, tag.attributes.join(","));
        tags(text).iter().map(one).collect()
    }

    #[test]
    fn attributes_are_read_around_askama() {
        let page = "<p>a < b</p>\n<input value={{ a > b }} {% if c > 1 %}checked{% endif %} \
                    data-x='>' required/>\n<!-- <a b> -->{# <c d> #}<br>";
        assert_eq!(summary(page), ["1:p:", "2:input:value,checked,data-x,required", "3:br:"]);
    }

    #[test]
    fn scripts_are_no_html() {
        let page = "<script src=a>\n</script><SCRIPT>if (a<b) c</SCRIPT>\n<p>";
        assert_eq!(summary(page), ["1:script:src", "2:script:", "3:p:"]);
        let bodies: Vec<bool> = tags(page).iter().map(|tag| tag.has_body).collect();
        assert_eq!(bodies, [false, true, false]);
        assert_eq!(summary("<a b=\""), ["1:a:b"]);
    }
}
