//! A Rust file as the rules see it: tokens without comments, functions, public types.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItemFn, ItemEnum, ItemFn, ItemMod, ItemStruct, Signature, TraitItemFn};
use syn::{FnArg, Type, Visibility};

/// What was parsed. Lines are counted from 1.
#[derive(Default)]
pub struct Rust {
    tokens: Vec<Token>,
    pub functions: Vec<Function>,
    pub types: Vec<PublicType>,
    /// First and last line of everything under `#[cfg(test)]` or `#[test]`.
    tests: Vec<(usize, usize)>,
    /// The names in `#[cfg(test)] mod name;`.
    pub test_modules: Vec<String>,
    /// The whole file is a test.
    pub all_test: bool,
}

/// A word, a punctuation mark, a delimiter or a literal. Comments and doc comments are none.
pub struct Token {
    pub text: String,
    pub line: usize,
    pub last_line: usize,
    /// The value, if it is a string.
    pub string: Option<String>,
}

/// A function with a body, from its signature to its closing brace.
pub struct Function {
    pub name: String,
    pub first: usize,
    pub last: usize,
    /// Answers a request: `pub async`, and called `get` or `post` or taking `State`.
    pub handler: bool,
}

/// A `pub struct` or `pub enum`.
pub struct PublicType {
    pub name: String,
    pub line: usize,
    pub doc: String,
}

impl Rust {
    /// Parses a file.
    pub fn parse(text: &str) -> syn::Result<Rust> {
        let stream: TokenStream = text.parse()?;
        let mut rust = Rust::default();
        flatten(stream.clone(), &mut rust.tokens);
        rust.visit_file(&syn::parse2(stream)?);
        Ok(rust)
    }

    /// Whether a line belongs to a test.
    pub fn is_test(&self, line: usize) -> bool {
        self.all_test || self.tests.iter().any(|(first, last)| (*first..=*last).contains(&line))
    }

    /// All tokens outside tests.
    pub fn code(&self) -> Vec<&Token> {
        self.tokens.iter().filter(|token| !self.is_test(token.line)).collect()
    }

    /// The string literals outside tests.
    pub fn strings(&self) -> impl Iterator<Item = (usize, &str)> {
        let strings = self.tokens.iter().filter(|token| !self.is_test(token.line));
        strings.filter_map(|token| Some((token.line, token.string.as_deref()?)))
    }

    /// Whether a line lies inside a literal that began on an earlier line.
    pub fn is_inside_literal(&self, line: usize) -> bool {
        self.tokens.iter().any(|token| token.line < line && line <= token.last_line)
    }

    /// The functions that answer requests, outside tests.
    pub fn handlers(&self) -> impl Iterator<Item = &Function> {
        self.functions.iter().filter(|one| one.handler && !self.is_test(one.first))
    }

    fn item(&mut self, attributes: &[Attribute], span: Span) {
        if attributes.iter().any(is_test_attribute) {
            self.tests.push((span.start().line, span.end().line));
        }
    }

    fn function(&mut self, visibility: Option<&Visibility>, signature: &Signature, body: Span) {
        let name = signature.ident.to_string();
        let public = matches!(visibility, Some(Visibility::Public(_)));
        let verb = ["get", "post"].contains(&name.split('_').next().unwrap_or_default());
        let handler = public && signature.asyncness.is_some() && (verb || takes_state(signature));
        let first = signature.span().start().line;
        self.functions.push(Function { name, first, last: body.end().line, handler });
    }

    fn public_type(&mut self, visibility: &Visibility, name: &syn::Ident, docs: &[Attribute]) {
        if matches!(visibility, Visibility::Public(_)) {
            let doc = docs.iter().filter_map(doc_line).collect::<Vec<_>>().join("\n");
            let line = name.span().start().line;
            self.types.push(PublicType { name: name.to_string(), line, doc });
        }
    }
}

impl<'ast> Visit<'ast> for Rust {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        self.item(attributes(item), item.span());
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if module.content.is_none() && module.attrs.iter().any(is_test_attribute) {
            self.test_modules.push(module.ident.to_string());
        }
        visit::visit_item_mod(self, module);
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.function(Some(&function.vis), &function.sig, function.block.span());
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.item(&function.attrs, function.span());
        self.function(Some(&function.vis), &function.sig, function.block.span());
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(body) = &function.default {
            self.function(None, &function.sig, body.span());
        }
        visit::visit_trait_item_fn(self, function);
    }

    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        self.public_type(&item.vis, &item.ident, &item.attrs);
    }

    fn visit_item_enum(&mut self, item: &'ast ItemEnum) {
        self.public_type(&item.vis, &item.ident, &item.attrs);
    }
}

/// How often a sequence of tokens occurs, and on which lines: `occurrences(code, ". unwrap (")`.
pub fn occurrences(code: &[&Token], pattern: &str) -> Vec<usize> {
    let words: Vec<&str> = pattern.split_whitespace().collect();
    let same = |window: &&[&Token]| {
        let mut pairs = window.iter().zip(&words);
        pairs.all(|(token, word)| token.string.is_none() && token.text == *word)
    };
    code.windows(words.len()).filter(same).map(|window| window[0].line).collect()
}

/// The first name after `root::`, for every path and every branch of `root::{a, b::c}`.
pub fn branches<'code>(code: &[&'code Token], root: &str) -> Vec<&'code Token> {
    let is_root = |index: &usize| code[*index].text == root && code[*index].string.is_none();
    (0..code.len()).filter(is_root).flat_map(|index| branches_at(&code[index..])).collect()
}

/// The same for the one path that begins with the first token.
pub fn branches_at<'code>(path: &[&'code Token]) -> Vec<&'code Token> {
    let is_colon = |at: usize| path.get(at).is_some_and(|token| token.text == ":");
    if !is_colon(1) || !is_colon(2) {
        return Vec::new();
    }
    match path.get(3) {
        Some(open) if open.text == "{" => first_names(&path[3..]),
        Some(name) => vec![*name],
        None => Vec::new(),
    }
}

/// The first token of each branch of a brace, given from its opening on.
fn first_names<'code>(code: &[&'code Token]) -> Vec<&'code Token> {
    let (mut depth, mut names) = (0, Vec::new());
    for pair in code.windows(2) {
        match pair[0].text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if depth == 1 && ["{", ","].contains(&pair[0].text.as_str()) && pair[1].text != "}" {
            names.push(pair[1]);
        }
    }
    names
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            // A doc comment arrives as `#[doc = "..."]` or `#![doc = "..."]`; prose is no code.
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                let bang = trees.next_if(|next| next.to_string() == "!");
                if trees.next_if(is_doc).is_none() {
                    tokens.push(token("#".into(), mark.span()));
                    tokens.extend(bang.map(|bang| token("!".into(), bang.span())));
                }
            }
            TokenTree::Group(group) => {
                let (open, close) = delimiters(&group);
                tokens.push(token(open.into(), group.span_open()));
                flatten(group.stream(), tokens);
                tokens.push(token(close.into(), group.span_close()));
            }
            TokenTree::Literal(literal) => {
                let string = syn::parse_str::<syn::LitStr>(&literal.to_string()).ok();
                let string = string.map(|string| string.value());
                tokens.push(Token { string, ..token(literal.to_string(), literal.span()) });
            }
            other => tokens.push(token(other.to_string(), other.span())),
        }
    }
}

fn token(text: String, span: Span) -> Token {
    Token { text, line: span.start().line, last_line: span.end().line, string: None }
}

fn delimiters(group: &Group) -> (&'static str, &'static str) {
    match group.delimiter() {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

fn is_doc(tree: &TokenTree) -> bool {
    let TokenTree::Group(group) = tree else { return false };
    let mut inside = group.stream().into_iter().map(|tree| tree.to_string());
    inside.next().as_deref() == Some("doc") && inside.next().as_deref() == Some("=")
}

fn is_test_attribute(attribute: &Attribute) -> bool {
    if attribute.path().is_ident("cfg") {
        return attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"));
    }
    attribute.path().segments.last().is_some_and(|last| last.ident == "test")
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let named = attribute.meta.require_name_value().ok()?;
    let syn::Expr::Lit(literal) = &named.value else { return None };
    let syn::Lit::Str(text) = &literal.lit else { return None };
    named.path.is_ident("doc").then(|| text.value())
}

fn takes_state(signature: &Signature) -> bool {
    signature.inputs.iter().any(|input| {
        let FnArg::Typed(typed) = input else { return false };
        let Type::Path(path) = &*typed.ty else { return false };
        path.path.segments.last().is_some_and(|last| last.ident == "State")
    })
}

fn attributes(item: &syn::Item) -> &[Attribute] {
    use syn::Item::{Const, Enum, Fn, Impl, Macro, Mod, Static, Struct, Trait, Type, Use};
    match item {
        Const(syn::ItemConst { attrs, .. })
        | Enum(ItemEnum { attrs, .. })
        | Fn(ItemFn { attrs, .. })
        | Impl(syn::ItemImpl { attrs, .. })
        | Macro(syn::ItemMacro { attrs, .. })
        | Mod(ItemMod { attrs, .. })
        | Static(syn::ItemStatic { attrs, .. })
        | Struct(ItemStruct { attrs, .. })
        | Trait(syn::ItemTrait { attrs, .. })
        | Type(syn::ItemType { attrs, .. })
        | Use(syn::ItemUse { attrs, .. }) => attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, pattern: &str) -> Vec<usize> {
        occurrences(&Rust::parse(text).unwrap().code(), pattern)
    }

    #[test]
    fn comments_strings_and_tests_are_no_code() {
        let text = "/// a.unwrap()\nfn f() { \"a.unwrap()\"; // a.unwrap()\n}\n\
                    #[cfg(test)] mod tests { fn g() { a.unwrap() } }\n\
                    #[tokio::test] async fn h() { a.unwrap() }";
        assert_eq!(lines(text, ". unwrap ("), Vec::<usize>::new());
        assert_eq!(lines("fn f() {\n  vec![a\n.unwrap()] }", ". unwrap ("), [3]);
        assert_eq!(lines("#[cfg(not(test))] fn f() { a.unwrap() }", ". unwrap ("), [1]);
    }

    #[test]
    fn branches_of_a_path_are_found_inside_macros_too() {
        let text = "use crate::{a, b::{c, d}, e};\nfn f() { go!(crate::g::h, \"crate::i\") }";
        let rust = Rust::parse(text).unwrap();
        let code = rust.code();
        let names: Vec<_> = branches(&code, "crate").iter().map(|name| &*name.text).collect();
        assert_eq!(names, ["a", "b", "e", "g"]);
    }

    #[test]
    fn strings_are_decoded_and_doc_comments_are_none() {
        let rust = Rust::parse("//! in\n/// no\nconst A: &str = \"\\\n   yes\"; /* no */").unwrap();
        assert_eq!(rust.strings().collect::<Vec<_>>(), [(3, "yes")]);
        assert!(rust.is_inside_literal(4) && !rust.is_inside_literal(3));
    }

    #[test]
    fn handlers_are_public_async_and_named_or_given_state() {
        let text = "pub async fn get() {} pub async fn post_note() {} async fn post() {}
            pub async fn show(state: State<App>) {} pub async fn enrol(tx: &mut Tx) {}
            pub fn get_name() {} pub async fn getter() {}";
        let rust = Rust::parse(text).unwrap();
        let names: Vec<_> = rust.handlers().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["get", "post_note", "show"]);
    }
}
