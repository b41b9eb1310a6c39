// lists/NAME.csv: the entries of a list. They are no part of the policy and of its hash: a change of them is recorded
// by the engine as a delta.
//
//   value,reason,author,expires
//   m9,partner since 2019,ann,2027-01-01
//
// Columns in any order; `value`, `reason` and `author` must be filled. Blanks around a value stand in quotes, so that
// they are meant. `expires`: an ISO 8601 date or time, UTC unless
// it says otherwise, from which on the entry does not count; empty: never. `rules` (allow lists): ids with blanks
// between them, instead of the list's own.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "engine/base/diagnostics.h"
#include "engine/base/result.h"
#include "engine/policy/policy.h"
#include "rules/book/list.h"

namespace weir::policy {

inline constexpr std::size_t kMaxListBytes = 256U << 20U;  // of one file
inline constexpr std::size_t kMaxListEntries = 2'000'000;
inline constexpr std::size_t kMaxListTextBytes = 1'000;  // of a reason or an author

using ListContents = std::map<std::string, book::ListEntries, std::less<>>;  // by list

// The entries of every list of the policy, from its directory; a list without a file is empty. Values of a personal
// field become tokens; one that is a token already is written token:0123456789abcdef0123456789abcdef. An empty
// `token_key` leaves other personal values out: enough to check the files.
Result<ListContents, Issues> read_list_contents(const std::string& directory, const Policy& policy,
                                                std::string_view token_key);

// Warnings about CSV files in lists/ that belong to no list of the policy: nobody reads them.
Issues find_stray_entries(const std::string& directory, const Policy& policy);

// One file. `name` is what messages call it.
Result<book::ListEntries, Issues> read_list_entries(std::string name, std::string text,
                                                    const book::ListDefinition& list, const Policy& policy,
                                                    std::string_view token_key);

}  // namespace weir::policy
