// Word lists: the raw material of names and memos. UTF-8. All of it is invented or everyday vocabulary; no list names a
// real company or person.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ops/generator/categories.h"
#include "ops/generator/geography.h"

namespace weir::generator {

using Words = std::span<const std::string_view>;

// The list of a language; all but these three share one.
Words by_language(Language language, Words german, Words dutch, Words french, Words other);

Words given_names(Language language);
Words family_names(Language language);

// What stands on a shop's sign, for example "Bäckerei"; one to three variants separated by "|", or none for what is
// sold under brand names alone.
std::string_view shop_nouns(Language language, Category category);
// What distinguishes one such shop from the next, for example "Nordlicht".
Words shop_names(Language language);
// Halves of made-up brand names of online shops.
Words brand_beginnings();
Words brand_endings();

Words company_trades(Language language);  // "Logistik"
std::string_view company_form(std::string_view country_code);
Words utility_names(Language language);
Words authority_names(Language language);  // who pays pensions and grants

Words friend_memos(Language language);
Words gift_memos(Language language);
Words invoice_memos(Language language);  // what victims of a fake shop or landlord write; a number follows
Words month_names(Language language);    // twelve

// Lower-case ASCII for e-mail addresses: "Jürgen Müller" -> "juergen.mueller".
void append_ascii_folded(std::string& out, std::string_view utf8);

}  // namespace weir::generator
