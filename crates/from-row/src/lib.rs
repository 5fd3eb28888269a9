//! `#[derive(FromRow)]`: a struct from a row of either database, each field from the column of its
//! name. `#[row(skip)]` leaves a field at its default, `#[row(flatten)]` reads it from the same
//! row.

use proc_macro::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Field, Fields, Ident, Result, parse_macro_input};

#[proc_macro_derive(FromRow, attributes(row))]
pub fn from_row(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(|e| e.to_compile_error()).into()
}

fn expand(input: &DeriveInput) -> Result<proc_macro2::TokenStream> {
    let refused = || Error::new_spanned(&input.ident, "a struct with named fields is needed");
    let Data::Struct(data) = &input.data else { return Err(refused()) };
    let Fields::Named(fields) = &data.fields else { return Err(refused()) };
    let mut lines = vec![];
    for field in &fields.named {
        let Some(name) = &field.ident else { continue };
        let column = name.to_string();
        lines.push(match how(field)?.as_ref().map(Ident::to_string).as_deref() {
            None => quote! { #name: row.get(#column)? },
            Some("skip") => quote! { #name: ::core::default::Default::default() },
            Some("flatten") => quote! { #name: ::kakehashi::store::FromRow::from_row(row)? },
            Some(_) => return Err(Error::new_spanned(field, "skip or flatten")),
        });
    }
    let name = &input.ident;
    Ok(quote! {
        impl ::kakehashi::store::FromRow for #name {
            fn from_row(row: &::kakehashi::store::Row<'_>) -> ::kakehashi::store::Result<Self> {
                ::core::result::Result::Ok(Self { #(#lines),* })
            }
        }
    })
}

/// The word in `#[row(...)]`.
fn how(field: &Field) -> Result<Option<Ident>> {
    let marked = field.attrs.iter().find(|a| a.path().is_ident("row"));
    marked.map(|a| a.parse_args::<Ident>()).transpose()
}
