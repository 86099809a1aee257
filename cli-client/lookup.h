// From what a worker types on the command line to records, and from records to what is shown of them.
//
// Arguments carry codes, dates, numbers and handles. What looks like anything else is refused without being
// repeated.
#ifndef OPGANG_CLI_CLIENT_LOOKUP_H_
#define OPGANG_CLI_CLIENT_LOOKUP_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "cli-client/context.h"
#include "core/places/danish_address.h"
#include "opgang/likely_duplicates.h"

namespace opgang::cli {

// Three or more characters of Crockford's base 32.
bool IsHandle(std::string_view word);

// A record that somebody asks for by its handle: noted for the audit. kUsage where `word` is no handle, kNotFound, kAmbiguous.
absl::StatusOr<const VisibleRecord*> RecordOf(const Context& context, const View& view,
                                              std::string_view word);
// The citizen that a handle leads to: a citizen's own, a case's, or that of any record about one.
absl::StatusOr<const VisibleRecord*> CitizenOf(const Context& context, const View& view,
                                               std::string_view word);

// The area in which something new about `record` belongs.
std::optional<AreaId> AreaOf(const VisibleRecord& record);
// The area in which a citizen lives now: the one moved to, else where the citizen stands.
std::optional<AreaId> HomeAreaOf(const VisibleRecord& citizen);
// The area of something new that no record gives one: the current entrance's, else the only one granted.
absl::StatusOr<AreaId> AreaHere(const Context& context);

// The current entrance. kUsage with words where there is none.
absl::StatusOr<RecordId> EntranceHere(const Context& context);

// "Humlebakken 20B"; the current entrance's or any record id's; empty where it is not known here.
std::string EntranceLabel(const View& view, RecordId entrance);
// "Humlebakken 20B, 2. th" of a citizen, as far as it is known.
std::string HomeLabel(const View& view, const v1::Citizen& citizen);
// "Amina"; words for "no name" where there is none.
std::string CitizenLabel(const Context& context, const VisibleRecord* citizen);
// One line for any record: what find, show and undo call it.
std::string RecordLabel(const Context& context, const View& view, const VisibleRecord& record);

// By what two citizens are alike: "name, telephone".
std::string AlikeWords(const Context& context, const LikelyDuplicate& duplicate);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_LOOKUP_H_
