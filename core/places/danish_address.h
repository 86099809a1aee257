// Danish addresses: parsing, normalising, ordering, search keys. Pure.
//
// Address = street, number (1-999 + optional capital letter), floor (k9..kl, st, 1..99), door (tv, mf, th, a
// number or letters), postal code and town. "St." "stuen" -> st; "t.v." -> tv; "3. sal th." -> 3 th; "20 B"
// -> 20B. Order: floors k9..k2, kl, st, 1..99; doors tv < mf < th, numbers numerically, letters last; streets
// in Danish order (æ ø å last; aa counts as å). Visiting order = floor from the bottom, door left to right.
#ifndef OPGANG_CORE_PLACES_DANISH_ADDRESS_H_
#define OPGANG_CORE_PLACES_DANISH_ADDRESS_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace opgang {

struct DoorName {
  std::string floor;  // normalised, may be empty
  std::string door;   // normalised, may be empty
  friend bool operator==(const DoorName&, const DoorName&) = default;
};

// Each returns nullopt where the text is no such thing, the empty text included: no floor is no floor to
// normalise. Normalised forms are fixed points. Text that is not UTF-8 is none of these.
std::optional<std::string> NormalizeFloor(std::string_view text);  // "1. sal" -> 1, "stuen" -> st, "k1" -> kl
// The register allows digits, letters, "/" and "-", four characters at most: "a", "12", "1-2".
std::optional<std::string> NormalizeDoor(std::string_view text);
std::optional<std::string> NormalizeHouseNumber(std::string_view text);
std::optional<std::string> NormalizePostcode(std::string_view text);
// Collapses white space, NFC; 1..80 characters.
std::optional<std::string> NormalizeStreet(std::string_view text);

// What a worker types for a door in a known entrance: "2th", "2. th", "st tv", "3. sal mf", "1 12", "kl".
// Begins with a floor; the door may be missing, where the floor has only one. What FormatDoor writes of a
// normalised door with a floor is read back as the same.
std::optional<DoorName> ParseDoorName(std::string_view text);

// "Humlebakken 20 B" -> street and number. nullopt where there is no number at the end.
struct StreetAndNumber {
  std::string street;
  std::string number;
};
std::optional<StreetAndNumber> ParseStreetAndNumber(std::string_view text);

// "2. th", "st. tv", "1. 12", "2.": as people write it. Empty for no floor and no door.
std::string FormatDoor(const DoorName& door);

// Negative, zero or positive, like memcmp: total orders, zero only for equal texts. Empty comes first; what
// is not normalised comes last, so that bad data sorts somewhere and never breaks a sort.
int CompareFloors(std::string_view a, std::string_view b);
int CompareDoors(std::string_view a, std::string_view b);
int CompareHouseNumbers(std::string_view a, std::string_view b);
// Streets, towns and persons' names: letters of the Danish alphabet first (upper and lower case alike,
// accents ignored, ä ö ü as æ ø y, aa as å), then bytes.
int CompareDanish(std::string_view a, std::string_view b);
bool VisitedBefore(const DoorName& a, const DoorName& b);

// For matching what people type: NFC, lower case, aa -> å, no accents on other letters, single spaces, no
// punctuation
// ("t.v." is "tv"), digits apart from letters ("20B" is "20 b"). "Aagade 3,  2. TH", "ågade 3 2 th" and
// "Ågade 3, 2th" give the same key. A fixed point; empty for text that is not UTF-8.
std::string SearchKey(std::string_view text);

}  // namespace opgang

#endif  // OPGANG_CORE_PLACES_DANISH_ADDRESS_H_
